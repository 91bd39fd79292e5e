"""A process as the process tables describe it, and what they rely on."""

from __future__ import annotations

import sys

import msgspec

HAS_SUBREAPERS = sys.platform == "linux"  # the kernel makes orphans the children of their reaper
REAPER_VARIABLE = "HOTRUN_REAPER"  # the pid of the reaper, for all that it starts, where there are no subreapers


class ProcessInfo(msgspec.Struct, frozen=True):
    """A process at one moment. `started` is in clock ticks since boot; pid and start together are never used again."""

    pid: int
    name: str
    state: str
    parent: int
    group: int
    session: int
    started: int

    @property
    def is_alive(self) -> bool:
        """False for a zombie."""
        return self.state not in "ZX"
