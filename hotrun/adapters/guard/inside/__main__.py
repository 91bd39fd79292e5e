"""`python -m hotrun.adapters.guard.inside FD`: a guard that takes the place of one that was killed."""

from __future__ import annotations

import sys

from hotrun.adapters.guard.inside.guard_process import GuardProcess
from hotrun.adapters.guard.protocol.channel import wire

if __name__ == "__main__":
    GuardProcess(wire(int(sys.argv[1]))).run()
