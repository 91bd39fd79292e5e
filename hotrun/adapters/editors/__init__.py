"""The editors that hotrun knows, and how one is opened at a place."""
