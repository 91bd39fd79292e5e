"""What hotrun, its guard and the reapers say to each other."""
