"""Starts programs, reads their output and reports their exit."""
