"""hotrun in the place of a guard that was killed: its reapers, and the orphans of reapers killed with it, are ours."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from hotrun.adapters.guard.inside import REAPER
from hotrun.adapters.os import process_table

if TYPE_CHECKING:
    import asyncio

LOOK_FIRST_S, LOOK_FACTOR, LOOK_MOST_S = 0.001, 1.3, 0.25


class OrphanAdopter:
    """Kills orphans and waits for reapers, which end their trees by themselves, until there are none."""

    def __init__(self, loop: asyncio.AbstractEventLoop, spared: Callable[[], int], on_end: Callable[[], None]) -> None:
        """`spared`: the pid of the new guard. `on_end` is called once, when nothing is left of the old one."""
        self._loop = loop
        self._spared = spared
        self._on_end = on_end
        self._look_s = LOOK_FIRST_S
        self._timer: asyncio.TimerHandle | None = None
        loop.add_signal_handler(signal.SIGCHLD, self.look)

    def look(self) -> None:
        """Do what can be done now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._clear():
            self._loop.remove_signal_handler(signal.SIGCHLD)
            self._on_end()
        else:
            self._timer = self._loop.call_later(self._look_s, self.look)
            self._look_s = min(self._look_s * LOOK_FACTOR, LOOK_MOST_S)

    def finish(self, end_s: float) -> None:
        """Do it all without the loop, until the moment `end_s` of the monotonic clock at the latest."""
        while not self._clear() and time.monotonic() < end_s:
            time.sleep(LOOK_FIRST_S)

    def _clear(self) -> bool:
        """Kill and wait; True when nothing is left. What hotrun itself has started is in its own session, and stays.

        Whoever has ended has handed its children on to us before, so a look that finds nobody at all is the last one.
        """
        found = False
        for pid in process_table.children(os.getpid()):
            seen = process_table.see(pid)
            if seen is None or pid == self._spared() or seen.session == os.getsid(0):
                continue
            if seen.lives and seen.name != REAPER:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
            found = True
        return not found
