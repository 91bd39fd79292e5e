"""Inspect a project without running it, for the commands check, why and doctor."""
