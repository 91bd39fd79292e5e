"""Diagnostics in the forms of others, one module for each: pure functions, shared by commands, files and views."""
