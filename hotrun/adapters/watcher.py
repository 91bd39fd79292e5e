"""The kernel's events through watchfiles' RustNotify, in a thread of its own: a sensor that only names paths.

It is given every folder that counts, one by one, because it cannot exclude any by itself. A new list means a new
sensor; the old one is closed after that, so no moment is unwatched.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable

from watchfiles._rust_notify import RustNotify

STEP_ACTIVE_MS = 2  # what an edit waits at most; costs 2 % of a core, so only while somebody works
STEP_IDLE_MS = 50
ACTIVE_S = 60.0
GROUP_MS = 50  # events that keep coming within a step are given out after this time at the latest
TIMEOUT_MS = 5000  # short time-outs race with new events in watchfiles

RECURSIVE = sys.platform != "linux"  # FSEvents is recursive by nature, and a folder each would be costly
Report = Callable[[frozenset[str]], None]
Fail = Callable[[str], None]


class _Sensor:
    """One RustNotify and its thread."""

    def __init__(self, folders: list[str], report: Report, fail: Fail) -> None:
        self._notify = RustNotify(folders, False, False, 0, RECURSIVE, False)
        self._stop = threading.Event()
        self._report = report
        self._fail = fail
        self._thread = threading.Thread(target=self._run, name="hotrun-watch", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()

    def _run(self) -> None:
        last = time.monotonic()
        while not self._stop.is_set():
            step = STEP_ACTIVE_MS if time.monotonic() - last < ACTIVE_S else STEP_IDLE_MS
            try:
                found = self._notify.watch(GROUP_MS, step, TIMEOUT_MS, self._stop)
            except Exception as error:  # RustNotify raises several types; after any of them it is dead
                self._fail(str(error))
                return
            if isinstance(found, set):
                last = time.monotonic()
                self._report(frozenset(path for _, path in found))


class Watcher:
    """What watches now. `report` and `fail` are called from the sensor's thread."""

    def __init__(self, report: Report, fail: Fail) -> None:
        self._report = report
        self._fail = fail
        self._sensor: _Sensor | None = None
        self._folders: frozenset[str] = frozenset()

    def watch(self, folders: list[str]) -> None:
        """Watch exactly these folders. Raises OSError where the kernel's limit or a folder's rights forbid it."""
        if frozenset(folders) == self._folders and self._sensor is not None:
            return
        old = self._sensor
        self._sensor = _Sensor(folders, self._report, self._fail)
        self._folders = frozenset(folders)
        if old is not None:
            old.close()

    def renew(self) -> None:
        """A new sensor for the same folders, after a failure."""
        folders, self._folders = list(self._folders), frozenset()
        self.watch(folders)

    def close(self) -> None:
        """Watch nothing any more."""
        if self._sensor is not None:
            self._sensor.close()
            self._sensor = None
