"""Programs in one line of Python."""

from __future__ import annotations

import os
import signal
import sys

from tests.support.processes import is_gone

PYTHON = (sys.executable, "-ISc")


def end(pid: int) -> None:
    if not is_gone(pid):
        os.kill(pid, signal.SIGKILL)
