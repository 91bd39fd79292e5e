"""Asks build tools which files a step reads."""
