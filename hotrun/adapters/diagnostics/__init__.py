"""Looks up the files of diagnostics, without making anybody wait for a disk."""
