"""Notices that the machine has slept: what happened to files meanwhile, on a server or a host, was told to nobody."""

from __future__ import annotations

import time
from collections.abc import Callable

JUMP_S = 1.0


def _ahead_s() -> float:
    """A clock that goes on during sleep, less one that does not. Without Linux, setting the time counts, too."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)  # Linux
    return (time.time() if boot is None else time.clock_gettime(boot)) - time.monotonic()


class SuspendDetector:
    """Compares two clocks from look to look."""

    def __init__(self, ahead_s: Callable[[], float] = _ahead_s) -> None:
        self._ahead_s = ahead_s
        self._before_s = ahead_s()

    def has_been(self) -> bool:
        """Whether the machine has slept for more than JUMP_S since somebody asked."""
        before, self._before_s = self._before_s, self._ahead_s()
        return self._before_s - before > JUMP_S
