"""`python -m hotrun.adapters.guard.inside FD`: starts a guard in place of one that was killed."""

from __future__ import annotations

import sys

from hotrun.adapters.guard.inside.guard_process import GuardProcess
from hotrun.adapters.guard.protocol.channel import channel_of

if __name__ == "__main__":
    GuardProcess(channel_of(int(sys.argv[1]))).run()
