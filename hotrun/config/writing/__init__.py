"""Write configurations, their JSON Schema, and tasks for an editor."""
