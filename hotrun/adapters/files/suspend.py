"""Detects that the machine was suspended: changes on a server or a host meanwhile raised no events."""

from __future__ import annotations

import time
from collections.abc import Callable

JUMP_S = 1.0


def _ahead_s() -> float:
    """A clock that runs during a suspend, less one that does not.

    On systems other than Linux, setting the time counts, too.
    """
    boot = getattr(time, "CLOCK_BOOTTIME", None)  # Linux
    return (time.time() if boot is None else time.clock_gettime(boot)) - time.monotonic()


class SuspendDetector:
    """Compares two clocks from call to call."""

    def __init__(self, ahead_s: Callable[[], float] = _ahead_s) -> None:
        self._ahead_s = ahead_s
        self._before_s = ahead_s()

    def was_suspended(self) -> bool:
        """Return whether the machine was suspended for more than JUMP_S since the last call."""
        before, self._before_s = self._before_s, self._ahead_s()
        return self._before_s - before > JUMP_S
