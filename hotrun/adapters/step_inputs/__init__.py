"""Asks tools which files a step uses."""
