"""The messages between hotrun, its guard and the reapers."""
