"""Ends programs with all their descendants, also when hotrun is killed."""
