"""Processes: when each starts, is ready, is restarted and stops."""
