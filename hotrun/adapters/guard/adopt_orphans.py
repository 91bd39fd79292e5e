"""Replaces a guard that was killed: its reapers, and orphans of reapers killed with it, become children of hotrun."""

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

POLL_FIRST_S, POLL_FACTOR, POLL_MAX_S = 0.001, 1.3, 0.25


class OrphanAdopter:
    """Kills orphans and waits for reapers, which stop their own trees, until none are left."""

    def __init__(self, loop: asyncio.AbstractEventLoop, spared: Callable[[], int], on_end: Callable[[], None]) -> None:
        """`spared` returns the pid of the new guard. `on_end` is called once, when nothing of the old guard is left."""
        self._loop = loop
        self._spared = spared
        self._on_end = on_end
        self._poll_s = POLL_FIRST_S
        self._timer: asyncio.TimerHandle | None = None
        loop.add_signal_handler(signal.SIGCHLD, self.poll)

    def poll(self) -> None:
        """Kill and wait for what is there now, and come back later for the rest."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._clear():
            self._loop.remove_signal_handler(signal.SIGCHLD)
            self._on_end()
        else:
            self._timer = self._loop.call_later(self._poll_s, self.poll)
            self._poll_s = min(self._poll_s * POLL_FACTOR, POLL_MAX_S)

    def finish(self, end_s: float) -> None:
        """Do everything without the loop, until `end_s` of the monotonic clock at the latest."""
        while not self._clear() and time.monotonic() < end_s:
            time.sleep(POLL_FIRST_S)

    def _clear(self) -> bool:
        """Kill and wait; True if nothing is left.

        The programs that hotrun started are in its own session, and are spared.

        A process hands its children on to us before it can be waited for. So a poll that finds nobody is the last one.
        """
        found = False
        for pid in process_table.children(os.getpid()):
            seen = process_table.find(pid)
            if seen is None or pid == self._spared() or seen.session == os.getsid(0):
                continue
            if seen.is_alive and seen.name != REAPER:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
            found = True
        return not found
