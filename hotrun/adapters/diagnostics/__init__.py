"""Looks for the files that problems are in, without letting anybody wait for a disk."""
