"""Reads problems from text, by a table of rules."""
