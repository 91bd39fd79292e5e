"""`python -m hotrun.adapters.programs.guarding FD`: a guard that takes the place of one that was killed."""

from __future__ import annotations

import sys

from hotrun.adapters.programs.guarding.guard import Guard
from hotrun.adapters.programs.wire import wire

if __name__ == "__main__":
    Guard(wire(int(sys.argv[1]))).run()
