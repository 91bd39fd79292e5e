"""What runs in the guard and the reapers, and nowhere else."""

GUARD, REAPER = "hr-guard", "hr-reaper"  # their names, so that `pkill -f hotrun` does not meet them
