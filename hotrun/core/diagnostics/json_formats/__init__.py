"""Reads problems from the JSON that tools write."""
