"""Polls folders where the kernel reports no events, in a thread: a stat on a network may hang.

Like the kernel's sensor it only reports paths. The times of each folder tell whether its names must be read again; then
every file in it is compared by a signature in nanoseconds.
"""

from __future__ import annotations

import os
import stat
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable

IDLE_S = 60.0  # without a change outside of hotrun's own folders; then it polls half as often
MAX_CPU_SHARE = 0.1  # of a core: 5,000 files every 500 ms need 0.05, so only large trees are polled less often
# Some file systems keep times in steps of up to two seconds, so a second change within a step may not show.
CLOCK_STEP_S = 2.0

Report = Callable[[frozenset[str], frozenset[str]], None]
_Mark = tuple[int, int, int, int]
_FOLDER = (-1, -1, -1)  # in place of times and size: a folder inside a folder is polled separately, if it is watched
_LOST = (0, 0, 0, 0)  # of a folder that disappeared before its first poll


class _PolledFile:
    """The state of a folder at the last poll. `mark` None: it did not exist."""

    __slots__ = ("entries", "mark", "names_until")

    def __init__(self) -> None:
        self.mark: _Mark | None = None
        self.entries: dict[str, _Mark | None] = {}
        self.names_until = 0.0  # polls that begin before this time cannot rely on the folder's own times

    def forget(self, name: str, now: float) -> None:
        """Report `name` as new at the next poll, if it exists then."""
        self.entries.pop(name, None)
        self.names_until = max(self.names_until, now)

    def expect(self, name: str, now: float) -> None:
        """Report `name` at the next poll even if it is gone by then: somebody has seen it."""
        self.entries.setdefault(name, _LOST)
        self.names_until = max(self.names_until, now)


class _Found:
    """The findings of one poll; paths in `removed` did not exist at some time."""

    def __init__(self) -> None:
        self.paths: set[str] = set()
        self.removed: set[str] = set()

    def gone(self, path: str) -> None:
        self.paths.add(path)
        self.removed.add(path)


class Poller:
    """The polling thread. It calls `report` and `fail`."""

    def __init__(
        self, folders: list[str], own: tuple[str, ...], interval_s: float, report: Report, fail: Callable[[str], None]
    ) -> None:
        """`own`: folders where hotrun itself writes; when a file there is reported, so is every change before it."""
        self._own = own
        self._report = report
        self._fail = fail
        self._interval_s = interval_s
        self._pause_s = interval_s
        self._took_s = 0.0
        self._last_change = time.monotonic()
        self._seen: dict[str, _PolledFile] = {}
        self._dropped: deque[str] = deque()  # folders that are no longer watched, to be reported if they still exist
        self._expected: deque[str] = deque()  # files that somebody else has seen
        self._wake = threading.Event()
        self._closed = False
        self._retired = False
        self.watch(folders)
        self._thread = threading.Thread(target=self._run, name="hotrun-poll", daemon=True)
        self._thread.start()

    def watch(self, folders: list[str]) -> None:
        """Poll exactly these folders from now on. The state of new ones is known when this returns."""
        before, seen = self._seen, dict[str, _PolledFile]()
        # A poll reports at its end and begins with our own folders. So whatever was changed before a file appeared
        # there is compared after that, in the same poll.
        for folder in sorted(folders, key=lambda folder: folder not in self._own):
            known = before.get(folder)
            if known is None:
                known = _PolledFile()
                _compare(folder, known, _Found(), time.monotonic())
                known.mark = known.mark or _LOST
            seen[folder] = known
        # A folder that was missing for another observer may be back before the next poll, and seem unchanged.
        self._dropped.extend(before.keys() - seen.keys())
        self._seen = seen  # the thread finishes the old ones first

    def expect(self, paths: Iterable[str]) -> None:
        """Make sure that these files (absolute) are reported.

        Another observer has seen them, and they may be gone again before the next poll.
        """
        self._expected.extend(paths)

    def poll_now(self) -> None:
        """Poll now; a poll in progress is followed by another one."""
        self._wake.set()

    def retire(self) -> None:
        """Stop after one more poll."""
        self._retired = True
        self._wake.set()

    def close(self) -> None:
        """Stop at once, or after the current folder."""
        self._closed = True
        self._wake.set()

    @property
    def runs(self) -> bool:
        return self._thread.is_alive()

    @property
    def count(self) -> int:
        """The number of polled folders."""
        return len(self._seen)

    @property
    def delay_s(self) -> float:
        """The longest delay of a report, judging from the last poll; less after `poll_now`."""
        return self._pause_s + 2 * self._took_s

    def _run(self) -> None:
        try:
            while not self._closed:
                self._wake.wait(self._pause_s)
                self._wake.clear()
                retired = self._retired
                self._poll()
                if retired:
                    return
        except Exception as error:  # whatever it is, nothing would be polled any more
            if not self._closed:
                self._fail(f"{type(error).__name__}: {error}")

    def _poll(self) -> None:
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
        # Processor time counts, not the time that a server lets us wait.
        self._pause_s = max(self._interval_s * (2 if idle else 1), (time.thread_time() - cpu) / MAX_CPU_SHARE)


def _compare(folder: str, seen: _PolledFile, found: _Found, now: float) -> None:
    """Compare one folder and add what differs to `found`; `now` in seconds of the monotonic clock."""
    mark = _mark(folder)
    if mark is None:
        if seen.mark is not None:
            found.gone(folder)
            seen.mark, seen.entries = None, {}
        return
    if seen.mark is None or seen.mark[3] != mark[3]:
        found.gone(folder)  # it is new, or another one
    if mark != seen.mark:
        seen.mark, seen.names_until = mark, now + CLOCK_STEP_S
        names_may_differ = True
    else:
        # Only the first poll after a whole clock step sees every change of the step.
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
    except OSError:  # no longer allowed, or just removed
        names = set()
        found.paths.add(folder)
    for name in seen.entries.keys() - names:
        del seen.entries[name]
        found.gone(os.path.join(folder, name))
    for name in names - seen.entries.keys():
        seen.entries[name] = None  # so the following comparison reports it


def _mark(path: str, *, inside: bool = False) -> _Mark | None:
    """Return what differs after every change: times in nanoseconds, size and inode; for a broken link, its own.

    None if nothing exists. For a folder `inside` another one only its identity.
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
