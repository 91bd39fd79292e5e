"""Watches files, and compares them with a snapshot."""
