"""Looks at a project without running it, for the commands that start nothing: check, why and doctor."""
