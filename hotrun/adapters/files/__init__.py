"""Watches files, and compares them with what is known."""
