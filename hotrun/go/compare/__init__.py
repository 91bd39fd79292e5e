"""Decide whether Go plugins fit their host, and explain why not."""
