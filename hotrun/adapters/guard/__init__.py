"""Stops programs with all their descendants, even when hotrun itself is killed."""
