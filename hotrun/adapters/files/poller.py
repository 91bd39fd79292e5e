"""Looks at folders again and again where the kernel tells nothing, in a thread of its own: a network's stat may hang.

Like the kernel's sensor it only names paths. Each folder's own times say whether its names have to be read again, then
every file in it is compared by a signature in nanoseconds.
"""

from __future__ import annotations

import os
import stat
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable

IDLE_S = 60.0  # without a change outside of hotrun's own folders; then it is looked half as often
BUSY_SHARE = 0.1  # of a core, at most: 5,000 files every 500 ms need 0.05, so only large trees are looked at less often
# Some file systems keep times in steps of up to two seconds, so within that a second change may leave them as they are.
CLOCK_STEP_S = 2.0

Report = Callable[[frozenset[str], frozenset[str]], None]
_Mark = tuple[int, int, int, int]
_FOLDER = (-1, -1, -1)  # in the place of times and size: a folder in a folder is looked at for itself, if it is watched
_LOST = (0, 0, 0, 0)  # of a folder that went before the first look at it


class _PolledFile:
    """What a folder was like at the last look. `mark` None: it was not there."""

    __slots__ = ("entries", "mark", "names_until")

    def __init__(self) -> None:
        self.mark: _Mark | None = None
        self.entries: dict[str, _Mark | None] = {}
        self.names_until = 0.0  # looks that begin before this leave open whether the times tell all

    def forget(self, name: str, now: float) -> None:
        """Take what is called so, if it is there, for new at the next look."""
        self.entries.pop(name, None)
        self.names_until = max(self.names_until, now)

    def expect(self, name: str, now: float) -> None:
        """Take what is called so for something that was there: at the next look it is another one, or gone."""
        self.entries.setdefault(name, _LOST)
        self.names_until = max(self.names_until, now)


class _Found:
    """What one look at everything has found; `removed` were not there at some time."""

    def __init__(self) -> None:
        self.paths: set[str] = set()
        self.removed: set[str] = set()

    def gone(self, path: str) -> None:
        self.paths.add(path)
        self.removed.add(path)


class Poller:
    """The thread that looks. `report` and `fail` are called from it."""

    def __init__(
        self, folders: list[str], own: tuple[str, ...], interval_s: float, report: Report, fail: Callable[[str], None]
    ) -> None:
        """`own`: folders of hotrun's own doing; when a file there is reported, so is every change before it."""
        self._own = own
        self._report = report
        self._fail = fail
        self._interval_s = interval_s
        self._pause_s = interval_s
        self._took_s = 0.0
        self._last_change = time.monotonic()
        self._seen: dict[str, _PolledFile] = {}
        self._dropped: deque[str] = deque()  # folders that left the list: to be named where they are still there
        self._expected: deque[str] = deque()  # files that somebody else has seen
        self._wake = threading.Event()
        self._closed = False
        self._retired = False
        self.watch(folders)
        self._thread = threading.Thread(target=self._run, name="hotrun-poll", daemon=True)
        self._thread.start()

    def watch(self, folders: list[str]) -> None:
        """Look at exactly these folders from now on. What the new ones are like is known when this returns."""
        before, seen = self._seen, dict[str, _PolledFile]()
        # A look reports at its end what it found, and begins with our own folders: what was changed before a file
        # appeared there is looked at after that, in the same look.
        for folder in sorted(folders, key=lambda folder: folder not in self._own):
            known = before.get(folder)
            if known is None:
                known = _PolledFile()
                _compare(folder, known, _Found(), time.monotonic())
                known.mark = known.mark or _LOST
            seen[folder] = known
        # A folder that was missing when somebody else looked may be back before we do, and seem the same to us.
        self._dropped.extend(before.keys() - seen.keys())
        self._seen = seen  # the thread ends its look at the old ones, and then takes these

    def expect(self, paths: Iterable[str]) -> None:
        """Somebody else has seen these files (absolute), perhaps between two looks: name them where they are gone."""
        self._expected.extend(paths)

    def poll_now(self) -> None:
        """Look now; a look in progress is followed by another one."""
        self._wake.set()

    def retire(self) -> None:
        """End after one more look."""
        self._retired = True
        self._wake.set()

    def close(self) -> None:
        """End at once, or after the folder that is being looked at."""
        self._closed = True
        self._wake.set()

    @property
    def runs(self) -> bool:
        return self._thread.is_alive()

    @property
    def count(self) -> int:
        """How many folders are looked at."""
        return len(self._seen)

    @property
    def delay_s(self) -> float:
        """How long a change may go without a report, as far as the last look tells; with `poll_now`, less."""
        return self._pause_s + 2 * self._took_s

    def _run(self) -> None:
        try:
            while not self._closed:
                self._wake.wait(self._pause_s)
                self._wake.clear()
                retired = self._retired
                self._look()
                if retired:
                    return
        except Exception as error:  # whatever it is, nothing would be looked at any more
            if not self._closed:
                self._fail(f"{type(error).__name__}: {error}")

    def _look(self) -> None:
        began, cpu = time.monotonic(), time.thread_time()
        found, all_seen = _Found(), self._seen
        while self._dropped:
            above, name = os.path.split(self._dropped.popleft())
            if above in all_seen:
                all_seen[above].forget(name, began)
        while self._expected:
            above, name = os.path.split(self._expected.popleft())
            if above in all_seen:
                all_seen[above].expect(name, began)
        for folder, seen in all_seen.items():
            if self._closed:
                return
            _compare(folder, seen, found, time.monotonic())
        if found.paths:
            if not all(path.startswith(self._own) for path in found.paths):
                self._last_change = time.monotonic()
            self._report(frozenset(found.paths), frozenset(found.removed))
        self._took_s = time.monotonic() - began
        idle = time.monotonic() - self._last_change > IDLE_S
        # Time on the processor counts, not the time that a server lets us wait.
        self._pause_s = max(self._interval_s * (2 if idle else 1), (time.thread_time() - cpu) / BUSY_SHARE)


def _compare(folder: str, seen: _PolledFile, found: _Found, now: float) -> None:
    """Look at one folder and name in `found` what differs; `now` in seconds of the monotonic clock."""
    mark = _mark(folder)
    if mark is None:
        if seen.mark is not None:
            found.gone(folder)
            seen.mark, seen.entries = None, {}
        return
    if seen.mark is None or seen.mark[3] != mark[3]:
        found.gone(folder)  # it came, or is another one
    if mark != seen.mark:
        seen.mark, seen.names_until = mark, now + CLOCK_STEP_S
        names_may_differ = True
    else:
        # One look after the clock's step is over is the first to see everything of it.
        names_may_differ = seen.names_until > 0
        seen.names_until = seen.names_until if now <= seen.names_until else 0.0
    if names_may_differ:
        _compare_names(folder, seen, found)
    prefix = os.path.join(folder, "")
    for name, known in seen.entries.items():
        path = prefix + name
        entry = _mark(path, inside=True)
        if entry != known:
            seen.entries[name] = entry
            found.paths.add(path)
            if entry is None or (known is not None and known[:3] == _FOLDER):
                found.removed.add(path)


def _compare_names(folder: str, seen: _PolledFile, found: _Found) -> None:
    try:
        names = set(os.listdir(folder))
    except OSError:  # no longer allowed, or gone since the look at it
        names = set()
        found.paths.add(folder)
    for name in seen.entries.keys() - names:
        del seen.entries[name]
        found.gone(os.path.join(folder, name))
    for name in names - seen.entries.keys():
        seen.entries[name] = None  # so the comparison that follows names it


def _mark(path: str, *, inside: bool = False) -> _Mark | None:
    """What differs after every change: times in nanoseconds, size and inode; of a broken link, its own.

    None where there is nothing. Of a folder `inside` another one only that it is this one.
    """
    try:
        found = os.stat(path)
    except OSError:
        try:
            found = os.lstat(path)
        except OSError:
            return None
    if inside and stat.S_ISDIR(found.st_mode):
        return *_FOLDER, found.st_ino
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino
