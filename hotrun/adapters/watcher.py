"""The kernel's events through watchfiles' RustNotify, in a thread of its own: a sensor that only names paths.

It is given every folder that counts, one by one, because it cannot exclude any by itself. A new list means a new
sensor; the old one goes on for a moment after that and gives out what it has seen, so no moment is unwatched.
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
LAST_STEPS = GROUP_MS // STEP_ACTIVE_MS + 3  # in so many steps everything is given out that has been seen
DELETED = 3  # as watchfiles counts

RECURSIVE = sys.platform != "linux"  # FSEvents is recursive by nature, and a folder each would be costly
Report = Callable[[frozenset[str], frozenset[str]], None]
Fail = Callable[[str], None]


class _End:
    """What RustNotify asks at each step, before it looks for events. Once it hears True it forgets what it has."""

    def __init__(self) -> None:
        self.now = False
        self.soon = False
        self._steps = 0

    def is_set(self) -> bool:
        self._steps += self.soon
        return self.now or self._steps > LAST_STEPS


class _Sensor:
    """One RustNotify and its thread."""

    def __init__(self, folders: list[str], own: tuple[str, ...], report: Report, fail: Fail) -> None:
        self._own = own
        self._notify = RustNotify(folders, False, False, 0, RECURSIVE, False)
        self._end = _End()
        self._report = report
        self._fail = fail
        self._thread = threading.Thread(target=self._run, name="hotrun-watch", daemon=True)
        self._thread.start()

    def retire(self) -> None:
        """End when everything that was seen has been reported."""
        self._end.soon = True

    def close(self) -> None:
        """End at the next step."""
        self._end.now = True

    @property
    def runs(self) -> bool:
        return self._thread.is_alive()

    def _run(self) -> None:
        last = time.monotonic()
        found: object = None
        while found != "stop":
            step = STEP_ACTIVE_MS if time.monotonic() - last < ACTIVE_S else STEP_IDLE_MS
            try:
                found = self._notify.watch(GROUP_MS, step, TIMEOUT_MS, self._end)
            except Exception as error:  # RustNotify raises several types; after any of them it is dead
                if not self._end.now:
                    self._fail(str(error))
                return
            if isinstance(found, set):
                if not all(path.startswith(self._own) for _, path in found):
                    last = time.monotonic()
                removed = frozenset(path for kind, path in found if kind == DELETED)
                self._report(frozenset(path for _, path in found), removed)


class Watcher:
    """What watches now. `report` (paths, those that were removed) and `fail` are called from the sensor's thread."""

    def __init__(self, report: Report, fail: Fail, own: tuple[str, ...] = ()) -> None:
        """What happens below the folders `own` is hotrun's own doing: nobody works."""
        self._own = own
        self._report = report
        self._fail = fail
        self._sensors: list[_Sensor] = []  # the last one is the one that stays

    def watch(self, folders: list[str]) -> None:
        """Watch exactly these folders, as they are now: a folder that was replaced needs a new watch, too.

        Raises OSError where the kernel's limit or a folder's rights forbid it, FileNotFoundError where one has gone,
        and ValueError where a path is not UTF-8; then what was watched before still is.
        """
        new = _Sensor(folders, self._own, self._report, self._fail)
        for sensor in self._sensors:
            sensor.retire()
        self._sensors = [*(sensor for sensor in self._sensors if sensor.runs), new]

    def close(self) -> None:
        """Watch nothing any more."""
        for sensor in self._sensors:
            sensor.close()
        self._sensors.clear()
