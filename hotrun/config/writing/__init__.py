"""Writes configurations, their JSON Schema, and tasks for an editor."""
