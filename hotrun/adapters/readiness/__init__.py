"""Finds out whether a process serves."""
