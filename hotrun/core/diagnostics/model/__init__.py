"""Findings and their places."""
