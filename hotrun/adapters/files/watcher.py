"""What watches: the kernel's events through watchfiles' RustNotify, in a thread of its own, and a poller for the rest.

Both are sensors that only name paths. The kernel's is given every folder that counts, one by one, because it cannot
exclude any by itself. A new list means a new sensor; the old one goes on for a moment after that and gives out what it
has seen, so no moment is unwatched.
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

STEP_ACTIVE_MS = 2  # what an edit waits at most; costs 2 % of a core, so only while somebody works
STEP_IDLE_MS = 50
ACTIVE_S = 60.0
GROUP_MS = 50  # events that keep coming within a step are given out after this time at the latest
TIMEOUT_MS = 5000  # short time-outs race with new events in watchfiles
LAST_STEPS = GROUP_MS // STEP_ACTIVE_MS + 3  # in so many steps everything is given out that has been seen
DELETED = 3  # as watchfiles counts
LIMITS = (errno.ENOSPC, errno.EMFILE)  # of watches; of inotify instances or descriptors
PARTS = (2, 4, 8)  # of all folders: what is tried where the kernel does not allow all of them
NAMED = 3  # of the largest folders, where there are too many
RELEASE_S = 0.02  # what it takes until the watches of a sensor that could not be made are free again
RELEASE_AT_MOST_S = 0.2  # a sensor ends at its next step, STEP_IDLE_MS at most

RECURSIVE = sys.platform != "linux"  # FSEvents is recursive by nature, and a folder each would be costly
Report = Callable[[frozenset[str], frozenset[str]], None]
Fail = Callable[[str], None]


class Sensor(Protocol):
    """What watches a list of folders, from its creation on."""

    def retire(self) -> None:
        """End when everything that was seen has been reported."""

    def close(self) -> None:
        """End at the next step."""

    @property
    def runs(self) -> bool:
        """Whether its thread lives."""

    @property
    def step_ms(self) -> int:
        """How often it looks for events now."""


Sense = Callable[[list[str], tuple[str, ...], Report, Fail], Sensor]


class _End:
    """What RustNotify asks at each step, before it looks for events. Once it hears True it forgets what it has."""

    def __init__(self) -> None:
        self.now = False
        self.soon = False
        self._steps = 0

    def is_set(self) -> bool:
        self._steps += self.soon
        return self.now or self._steps > LAST_STEPS


class KernelSensor:
    """One RustNotify and its thread."""

    def __init__(self, folders: list[str], own: tuple[str, ...], report: Report, fail: Fail) -> None:
        """Raises what `Watcher.watch` says, and OSError with one of LIMITS."""
        self._own = own
        try:
            self._notify = RustNotify(folders, False, False, 0, RECURSIVE, False)
        except OSError as error:
            if "limit" in str(error):  # these carry no number
                raise OSError(errno.ENOSPC, str(error)) from error
            if f"(os error {errno.ENOTDIR})" in str(error):
                raise NotADirectoryError(errno.ENOTDIR, str(error)) from error
            raise
        except RuntimeError as error:  # no sensor at all: inotify instances, or file descriptors
            raise OSError(errno.EMFILE, str(error)) from error
        self._end = _End()
        self._report = report
        self._fail = fail
        self._last_event = time.monotonic()
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

    @property
    def step_ms(self) -> int:
        """How often it looks for events now."""
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
    """What watches now. `report` (paths, those that were removed) and `fail` are called from the sensors' threads."""

    def __init__(self, report: Report, fail: Fail, own: tuple[str, ...] = (), sense: Sense = KernelSensor) -> None:
        """What happens below the folders `own` is hotrun's own doing: nobody works. `sense` makes a kernel's sensor."""
        self._own = own
        self._report = report
        self._fail = fail
        self._sense = sense
        self._poll: Poll = "auto"
        self._interval_s = 0.5
        self._first = True  # all will be looked at after the next list, so that it may leave a moment unwatched
        self._sensors: list[Sensor] = []  # more than one only where the kernel's limit was found by trying
        self._retired: list[Sensor] = []
        self._poller: Poller | None = None
        self._sensed: set[str] = set()  # the folders that the kernel tells of
        self._sensed_lock = threading.Lock()
        self.limit: OSError | None = None  # why the kernel does not watch all that it should
        self.beyond: list[str] = []  # the folders for which it did not do; polled, unless polling is "never"

    def use(self, poll: Poll, interval_s: float) -> None:
        """How to watch from the next list on, which is taken as if it were the first."""
        self._poll, self._interval_s = poll, interval_s
        self._first = True
        if self.limit is not None:
            self._release()
        if self._poller is not None:
            self._poller.retire()
            self._poller = None

    def poll_all(self) -> None:
        """From the next list on, leave the kernel alone."""
        self.use("always", self._interval_s)

    def watch(self, folders: list[str]) -> None:
        """Watch exactly these folders, as they are now: a folder that was replaced needs a new watch, too.

        What exceeds the kernel's limit is polled, and `limit` and `beyond` say so; the first ones have the best chance.
        Raises OSError where a folder's rights forbid it, FileNotFoundError or NotADirectoryError where one has gone,
        and ValueError where a path is not UTF-8; then what was watched before still is, but for a first time at the
        limit: there is nothing to fall back on while its measure is taken.
        """
        polled = self._without_events(folders)
        wanted = [folder for folder in folders if folder not in polled]
        if self.limit is not None and not all(sensor.runs for sensor in self._sensors):
            self._release()
        sensed = self._sense_all(wanted) if self.limit is None else self._keep(wanted)
        self._first = False
        self.beyond = [folder for folder in wanted if folder not in sensed]
        self._look_at([] if self._poll == "never" else [folder for folder in folders if folder not in sensed])

    def expect(self, files: list[str]) -> None:
        """Somebody has seen these files (absolute): they must not go unseen where that is polled."""
        if self._poller is not None:
            self._poller.expect(files)

    def poll_now(self) -> None:
        """Let what is polled be looked at now."""
        if self._poller is not None:
            self._poller.poll_now()

    @property
    def delay_s(self) -> float:
        """How long a change may go without a report because it is polled."""
        return self._poller.delay_s if self._poller is not None else 0.0

    @property
    def backend(self) -> str:
        """What watches, as a person may be told."""
        found = ["watchfiles"] * bool(self._sensors) + ["poll"] * (self._poller is not None)
        return "+".join(found) or "none"

    @property
    def step_ms(self) -> int | None:
        """How often the kernel's events are looked for now; None where it tells of nothing."""
        return min((sensor.step_ms for sensor in self._sensors), default=None)

    @property
    def polled(self) -> int:
        """How many folders are polled."""
        return self._poller.count if self._poller is not None else 0

    @property
    def polls(self) -> bool:
        """Whether what the kernel does not watch is polled."""
        return self._poll != "never"

    def shortage(self, folders: list[str], root: str) -> str:
        """What to tell a person of `beyond`, the folders below `root` and elsewhere being all that is watched."""
        instances = self.limit is not None and self.limit.errno == errno.EMFILE
        key = f"fs.inotify.max_user_{'instances' if instances else 'watches'}"
        proposal = 1024 if instances else 1048576
        largest = _by_size(folders, root).most_common(NAMED)
        named = ", ".join(f"{name} ({count:,} folders)" for name, count in largest)
        what = f"polled every {self._interval_s:g} s instead" if self.polls else 'not watched, as watch.poll is "never"'
        return (
            f"the kernel's limit {key} is reached: {len(self.beyond):,} of {len(folders):,} folders are {what}. "
            f"Largest: {named}. Raise it, `sudo sysctl {key}={proposal}`, and start hotrun again; or exclude folders"
        )

    def close(self) -> None:
        """Watch nothing any more."""
        for sensor in (*self._sensors, *self._retired):
            sensor.close()
        self._sensors, self._retired = [], []
        if self._poller is not None:
            self._poller.close()
            self._poller = None

    def _without_events(self, folders: list[str]) -> set[str]:
        if self._poll == "auto":  # the sensor takes and tells nothing but text
            return {*mounts.current().without_events(folders), *(path for path in folders if not is_text(path))}
        return set(folders) if self._poll == "always" else set()

    # --- the kernel's part: each returns the folders that it tells of ------------------------------------------------

    def _sense_all(self, folders: list[str]) -> set[str]:
        """Give the kernel all of these, or as many as it takes."""
        with self._sensed_lock:  # before the sensor is there, so that no folder that goes at once is taken for sensed
            before, self._sensed = self._sensed, self._sensed.union(folders)
        sensed = set(folders)
        try:
            made = [self._make(folders)] if folders else []
        except OSError as error:
            with self._sensed_lock:
                self._sensed &= before
            if error.errno not in LIMITS:
                raise
            if not self._first and not before.isdisjoint(folders) and all(sensor.runs for sensor in self._sensors):
                self.limit = error
                return self._keep(folders)
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

    def _keep(self, folders: list[str]) -> set[str]:
        """At the limit. A new sensor would need room for all that the old one holds: that one stays as it is."""
        with self._sensed_lock:
            self._sensed &= set(folders)
            return set(self._sensed)

    def _sense_some(self, folders: list[str]) -> tuple[list[Sensor], set[str]]:
        """Try half of the folders, then a quarter and an eighth more; what is left is for the user's other programs."""
        made: list[Sensor] = []
        done = 0
        with self._sensed_lock:
            self._sensed = set(folders)
        for part in PARTS:
            time.sleep(RELEASE_S)
            some = folders[done : done + len(folders) // part]
            try:
                made += [self._make(some)] if some else []
                done += len(some)
            except OSError as error:
                if error.errno not in LIMITS:
                    for sensor in made:
                        sensor.close()
                    raise
        return made, set(folders[:done])

    def _make(self, folders: list[str]) -> Sensor:
        return self._sense(folders, self._own, self._report_sensed, self._fail)

    def _report_sensed(self, paths: frozenset[str], removed: frozenset[str]) -> None:
        """From the sensor's thread, before anybody may ask for a new watch: a folder that went has lost its own."""
        with self._sensed_lock:
            for path in removed & self._sensed:
                below = path + os.sep
                self._sensed -= {folder for folder in self._sensed if folder == path or folder.startswith(below)}
        self._report(paths, removed)

    def _release(self) -> None:
        """Give back what the kernel has given: it stands in the way of what is to be watched now."""
        for sensor in (*self._sensors, *self._retired):
            sensor.close()
        end = time.monotonic() + RELEASE_AT_MOST_S
        while any(sensor.runs for sensor in (*self._sensors, *self._retired)) and time.monotonic() < end:
            time.sleep(RELEASE_S / 10)
        self._sensors, self._retired, self.limit = [], [], None
        with self._sensed_lock:
            self._sensed = set()

    # --- the rest ----------------------------------------------------------------------------------------------------

    def _look_at(self, folders: list[str]) -> None:
        if self._poller is not None and self._poller.runs and folders:
            self._poller.watch(folders)
            return
        if self._poller is not None:
            self._poller.retire()
        self._poller = Poller(folders, self._own, self._interval_s, self._report, self._fail) if folders else None


def _by_size(folders: list[str], root: str) -> Counter[str]:
    """How many folders there are in each top-level one, relative to `root`: ".", "src", "../shared"."""
    paths = (os.path.relpath(folder, root).split(os.sep) for folder in folders)
    return Counter(os.sep.join(path[: path.count(os.pardir) + 1]) for path in paths)
