"""Says whether Go plugins fit their host, and why not."""
