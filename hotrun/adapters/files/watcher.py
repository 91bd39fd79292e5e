"""Watches folders: with the kernel's events through watchfiles' RustNotify, in a thread, and by polling for the rest.

Both sensors only report paths. The kernel's gets every wanted folder one by one, because it cannot exclude any itself.
A new list means a new sensor. The old one runs a little longer and reports what it has seen, so that no moment is
unwatched.
"""

from __future__ import annotations

import errno
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Protocol

from watchfiles._rust_notify import RustNotify

from hotrun.adapters.files.poller import Poller
from hotrun.adapters.files.signature import is_text
from hotrun.adapters.os import mounts
from hotrun.core.model.settings import Poll

STEP_ACTIVE_MS = 2  # the longest delay of an edit; costs 2 % of a core, so only while somebody works
STEP_IDLE_MS = 50
ACTIVE_S = 60.0
GROUP_MS = 50  # the longest time for which events that keep coming are collected
TIMEOUT_MS = 5000  # short timeouts race with new events in watchfiles
FLUSH_STEPS = GROUP_MS // STEP_ACTIVE_MS + 3  # after so many steps everything that was seen has been reported
DELETED = 3  # as in watchfiles
LIMIT_ERRORS = (errno.ENOSPC, errno.EMFILE)  # of watches; of inotify instances or descriptors
LIMIT_FRACTIONS = (2, 4, 8)  # of all folders: what is tried when the kernel does not allow all of them
MAX_NAMED = 3  # largest folders in the message about the limit
RELEASE_S = 0.02  # until the watches of a sensor that failed to start are free again
MAX_RELEASE_S = 0.2  # a sensor ends at its next step, STEP_IDLE_MS at most

RECURSIVE = sys.platform != "linux"  # FSEvents is recursive by design, and one stream for each folder would be costly
Report = Callable[[frozenset[str], frozenset[str]], None]
Fail = Callable[[str], None]


class Sensor(Protocol):
    """Watches a list of folders, from its creation on."""

    def retire(self) -> None:
        """Stop when everything that was seen has been reported."""

    def close(self) -> None:
        """Stop at the next step."""

    @property
    def runs(self) -> bool:
        """Whether its thread is alive."""

    @property
    def step_ms(self) -> int:
        """The present interval between looks for events."""


Sense = Callable[[list[str], tuple[str, ...], Report, Fail], Sensor]


class _StopEvent:
    """The stop event, which RustNotify asks at each step, before it looks for events.

    After a True it drops what it has.
    """

    def __init__(self) -> None:
        self.now = False
        self.soon = False
        self._steps = 0

    def is_set(self) -> bool:
        self._steps += self.soon
        return self.now or self._steps > FLUSH_STEPS


class KernelSensor:
    """One RustNotify and its thread."""

    def __init__(self, folders: list[str], own: tuple[str, ...], report: Report, fail: Fail) -> None:
        """Raises the errors of `Watcher.watch`, and OSError with one of LIMIT_ERRORS."""
        self._own = own
        try:
            self._notify = RustNotify(folders, False, False, 0, RECURSIVE, False)
        except OSError as error:
            if "limit" in str(error):  # these have no number
                raise OSError(errno.ENOSPC, str(error)) from error
            if f"(os error {errno.ENOTDIR})" in str(error):
                raise NotADirectoryError(errno.ENOTDIR, str(error)) from error
            raise
        except RuntimeError as error:  # no sensor at all: inotify instances, or file descriptors
            raise OSError(errno.EMFILE, str(error)) from error
        self._end = _StopEvent()
        self._report = report
        self._fail = fail
        self._last_event = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="hotrun-watch", daemon=True)
        self._thread.start()

    def retire(self) -> None:
        """Stop when everything that was seen has been reported."""
        self._end.soon = True

    def close(self) -> None:
        """Stop at the next step."""
        self._end.now = True

    @property
    def runs(self) -> bool:
        return self._thread.is_alive()

    @property
    def step_ms(self) -> int:
        """The present interval between looks for events."""
        return STEP_ACTIVE_MS if time.monotonic() - self._last_event < ACTIVE_S else STEP_IDLE_MS

    def _run(self) -> None:
        found: object = None
        while found != "stop":
            try:
                found = self._notify.watch(GROUP_MS, self.step_ms, TIMEOUT_MS, self._end)
            except Exception as error:  # RustNotify raises several types; after any of them it is dead
                if not self._end.now:
                    self._fail(str(error))
                return
            if isinstance(found, set):
                if not all(path.startswith(self._own) for _, path in found):
                    self._last_event = time.monotonic()
                removed = frozenset(path for kind, path in found if kind == DELETED)
                self._report(frozenset(path for _, path in found), removed)


class Watcher:
    """All sensors of one project. They call `report` (paths, removed paths) and `fail` from their threads."""

    def __init__(self, report: Report, fail: Fail, own: tuple[str, ...] = (), sense: Sense = KernelSensor) -> None:
        """`own`: folders where hotrun itself writes; their events do not mean that somebody works.

        `sense` makes a sensor.
        """
        self._own = own
        self._report = report
        self._fail = fail
        self._sense = sense
        self._poll: Poll = "auto"
        self._interval_s = 0.5
        self._first = True  # a rescan follows the next list, so it may leave a moment unwatched
        self._sensors: list[Sensor] = []  # more than one only if the kernel's limit was found by trying
        self._retired: list[Sensor] = []
        self._poller: Poller | None = None
        self._sensed: set[str] = set()  # the folders that the kernel reports on
        self._sensed_lock = threading.Lock()
        self.limit: OSError | None = None  # why the kernel does not watch all folders
        self.beyond: list[str] = []  # the folders beyond the limit; polled, unless polling is "never"

    def use(self, poll: Poll, interval_s: float) -> None:
        """Set how to watch from the next list on, which is treated like the first."""
        self._poll, self._interval_s = poll, interval_s
        self._first = True
        if self.limit is not None:
            self._release()
        if self._poller is not None:
            self._poller.retire()
            self._poller = None

    def poll_all(self) -> None:
        """Poll everything from the next list on."""
        self.use("always", self._interval_s)

    def watch(self, folders: list[str]) -> None:
        """Watch exactly these folders as they are now: a replaced folder needs a new watch, too.

        Folders beyond the kernel's limit are polled, and listed in `beyond`; the first ones have the best chance.
        Raises OSError if permissions forbid it, FileNotFoundError or NotADirectoryError if a folder is gone, and
        ValueError if a path is not UTF-8. After an error the previous folders are still watched, except when the limit
        is reached for the first time: finding it out releases everything.
        """
        polled = self._without_events(folders)
        wanted = [folder for folder in folders if folder not in polled]
        if self.limit is not None and not all(sensor.runs for sensor in self._sensors):
            self._release()
        sensed = self._sense_all(wanted) if self.limit is None else self._keep_sensor(wanted)
        self._first = False
        self.beyond = [folder for folder in wanted if folder not in sensed]
        self._poll_folders([] if self._poll == "never" else [folder for folder in folders if folder not in sensed])

    def expect(self, files: list[str]) -> None:
        """Make sure that these files (absolute), which somebody has seen, are reported if they are polled."""
        if self._poller is not None:
            self._poller.expect(files)

    def poll_now(self) -> None:
        """Poll now what is polled."""
        if self._poller is not None:
            self._poller.poll_now()

    @property
    def delay_s(self) -> float:
        """The longest delay of a report because of polling."""
        return self._poller.delay_s if self._poller is not None else 0.0

    @property
    def backend(self) -> str:
        """The name of what watches, for people."""
        found = ["watchfiles"] * bool(self._sensors) + ["poll"] * (self._poller is not None)
        return "+".join(found) or "none"

    @property
    def step_ms(self) -> int | None:
        """The present interval between looks for kernel events; None if there are none."""
        return min((sensor.step_ms for sensor in self._sensors), default=None)

    @property
    def polled(self) -> int:
        """The number of polled folders."""
        return self._poller.count if self._poller is not None else 0

    @property
    def polls(self) -> bool:
        """Whether folders that the kernel does not watch are polled."""
        return self._poll != "never"

    def limit_message(self, folders: list[str], root: str) -> str:
        """Return a message about the folders beyond the limit, when `folders` is everything that is watched."""
        instances = self.limit is not None and self.limit.errno == errno.EMFILE
        key = f"fs.inotify.max_user_{'instances' if instances else 'watches'}"
        proposal = 1024 if instances else 1048576
        largest = _by_size(folders, root).most_common(MAX_NAMED)
        named = ", ".join(f"{name} ({count:,} folders)" for name, count in largest)
        what = (
            f"polled every {self._interval_s:g} s instead"
            if self.polls
            else 'not watched because watch.poll is "never"'
        )
        return (
            f"reached the kernel's limit {key}: {len(self.beyond):,} of {len(folders):,} folders are {what}. "
            f"Largest: {named}. Raise it with `sudo sysctl {key}={proposal}` and restart hotrun, or exclude folders"
        )

    def close(self) -> None:
        """Stop watching."""
        for sensor in (*self._sensors, *self._retired):
            sensor.close()
        self._sensors, self._retired = [], []
        if self._poller is not None:
            self._poller.close()
            self._poller = None

    def _without_events(self, folders: list[str]) -> set[str]:
        if self._poll == "auto":  # the sensor handles only text
            return {*mounts.current().without_events(folders), *(path for path in folders if not is_text(path))}
        return set(folders) if self._poll == "always" else set()

    # the kernel's events: each of these returns the folders with events

    def _sense_all(self, folders: list[str]) -> set[str]:
        """Give the kernel all of these, or as many as it accepts."""
        with self._sensed_lock:  # before the sensor exists: a folder that disappears at once must not count as sensed
            before, self._sensed = self._sensed, self._sensed.union(folders)
        sensed = set(folders)
        try:
            made = [self._make(folders)] if folders else []
        except OSError as error:
            with self._sensed_lock:
                self._sensed &= before
            if error.errno not in LIMIT_ERRORS:
                raise
            if not self._first and not before.isdisjoint(folders) and all(sensor.runs for sensor in self._sensors):
                self.limit = error
                return self._keep_sensor(folders)
            self._release()
            made, sensed = self._sense_some(folders)
            self.limit = error
        for sensor in self._sensors:
            sensor.retire()
        self._retired = [*(sensor for sensor in self._retired if sensor.runs), *self._sensors]
        self._sensors = made
        with self._sensed_lock:
            self._sensed &= sensed
        return sensed

    def _keep_sensor(self, folders: list[str]) -> set[str]:
        """Keep the old sensor, at the limit: a new one would need room for the same folders again."""
        with self._sensed_lock:
            self._sensed &= set(folders)
            return set(self._sensed)

    def _sense_some(self, folders: list[str]) -> tuple[list[Sensor], set[str]]:
        """Try half of the folders, then a quarter and an eighth more; the rest is left to other programs."""
        made: list[Sensor] = []
        done = 0
        with self._sensed_lock:
            self._sensed = set(folders)
        for part in LIMIT_FRACTIONS:
            time.sleep(RELEASE_S)
            some = folders[done : done + len(folders) // part]
            try:
                made += [self._make(some)] if some else []
                done += len(some)
            except OSError as error:
                if error.errno not in LIMIT_ERRORS:
                    for sensor in made:
                        sensor.close()
                    raise
        return made, set(folders[:done])

    def _make(self, folders: list[str]) -> Sensor:
        return self._sense(folders, self._own, self._report_sensed, self._fail)

    def _report_sensed(self, paths: frozenset[str], removed: frozenset[str]) -> None:
        """Take a report, in the sensor's thread. A removed folder has lost its watch, and must get a new one."""
        with self._sensed_lock:
            for path in removed & self._sensed:
                below = path + os.sep
                self._sensed -= {folder for folder in self._sensed if folder == path or folder.startswith(below)}
        self._report(paths, removed)

    def _release(self) -> None:
        """Give all watches back to the kernel: they stand in the way of new ones."""
        for sensor in (*self._sensors, *self._retired):
            sensor.close()
        end = time.monotonic() + MAX_RELEASE_S
        while any(sensor.runs for sensor in (*self._sensors, *self._retired)) and time.monotonic() < end:
            time.sleep(RELEASE_S / 10)
        self._sensors, self._retired, self.limit = [], [], None
        with self._sensed_lock:
            self._sensed = set()

    # polling

    def _poll_folders(self, folders: list[str]) -> None:
        if self._poller is not None and self._poller.runs and folders:
            self._poller.watch(folders)
            return
        if self._poller is not None:
            self._poller.retire()
        self._poller = Poller(folders, self._own, self._interval_s, self._report, self._fail) if folders else None


def _by_size(folders: list[str], root: str) -> Counter[str]:
    """Count the folders in each top-level folder relative to `root`: ".", "src", "../shared"."""
    paths = (os.path.relpath(folder, root).split(os.sep) for folder in folders)
    return Counter(os.sep.join(path[: path.count(os.pardir) + 1]) for path in paths)
