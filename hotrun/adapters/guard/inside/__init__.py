"""Code that runs only in the guard and the reapers."""

GUARD, REAPER = "hr-guard", "hr-reaper"  # their process names; `pkill -f hotrun` does not match them
