"""Finds out whether a process is ready to serve."""
