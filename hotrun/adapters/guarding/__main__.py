"""`python -m hotrun.adapters.guarding FD`: a guard that takes the place of one that was killed."""

from __future__ import annotations

import sys

from hotrun.adapters.guarding.guard import Guard
from hotrun.adapters.wire import wire

if __name__ == "__main__":
    Guard(wire(int(sys.argv[1]))).run()
