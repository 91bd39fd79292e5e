"""Produces FilesChanged: the sensor says where to look, the tree says what differs."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Literal

from hotrun.adapters.files.cookies import Cookies
from hotrun.adapters.files.report import WatchReport
from hotrun.adapters.files.suspend import SuspendDetector
from hotrun.adapters.files.tree import Tree
from hotrun.adapters.files.vcs import VcsOperations
from hotrun.adapters.files.watcher import KernelSensor, Sense, Watcher
from hotrun.core.model.inputs import Change, FilesTouched, Input, Noticed, Rescanned, VcsOperationsChanged, WatchStarted
from hotrun.core.model.project import Project

# The clock of a file system ticks up to 4 ms late (one jiffy), so a change right after a start may have an earlier
# time.
CLOCK_LAG_NS = 5_000_000
SLICE_S = 0.005  # of a walk, before other work gets its turn
READ_SLICE_S = 0.002  # of reading contents
RECHECK_S = 0.25  # the end of an operation is an event; this is for the case that it is missed
MAX_FOLDER_RACES = 5  # how often in a row a folder may disappear before it is watched,
RETRY_S = 0.05  # and the pause for other work then
MAX_FAILURES = 3  # of the sensors within FAILURES_S; after so many, everything is polled
FAILURES_S = 10.0
OVERFLOW_PATHS = 4_000  # in one report: the kernel's queue (16,384 events by default) may have been full
SUSPEND_CHECK_S = 5.0
MAX_ROUNDS = 20  # of new folders in a row, before other work gets its turn

Changed = Callable[[list[Change]], None]


class FileSource:
    """Watches one project; `changed` gets the changes, `post` everything else. All but the sensor runs in the loop."""

    def __init__(
        self,
        post: Callable[[Input], None],
        changed: Changed,
        cookie_folder: str | None = None,
        sense: Sense = KernelSensor,
        suspend: SuspendDetector | None = None,
    ) -> None:
        """`cookie_folder`: where to write cookies; None: nowhere."""
        self._post = post
        self._changed = changed
        self._loop = asyncio.get_running_loop()
        self._cookies = Cookies(cookie_folder)
        self._watcher = Watcher(self._report, self._fail, self._cookies.folders, sense)
        self._tree: Tree | None = None
        self._operations = VcsOperations(())
        self._in_progress: tuple[str, ...] = ()
        self._recheck: asyncio.TimerHandle | None = None
        self._reader: asyncio.Task[None] | None = None
        self._noticed: set[str] = set()
        self._reports: deque[tuple[frozenset[str], frozenset[str]]] = deque()
        self._is_woken = False
        self._has_reported_limit = False
        self._project: Project | None = None
        self._failures: list[float] = []
        self._suspend = suspend or SuspendDetector()
        self._suspend_timer: asyncio.TimerHandle | None = None
        self._needs_rescan = False
        self._rescan_task: asyncio.Task[None] | None = None
        self._walks, self._missed, self._renewals = 0, 0, 0
        self._last_walk_ms: int | None = None

    async def start(self, project: Project, single_files: Iterable[str], since_ns: int | None) -> None:
        """Watch `project`, and nothing else any more; files changed after `since_ns` (ns since 1970) count as changed.

        The walk runs in a thread. It watches first and compares again afterwards, so that nothing is lost in between.
        """
        started = time.monotonic()
        tree = Tree(project.root, project.watch, single_files)
        await asyncio.get_running_loop().run_in_executor(None, tree.rescan)
        self._tree = tree
        self._operations = VcsOperations(project.watch.roots)
        tree.lost_folders = True
        self._watcher.use(project.watch.poll, project.watch.poll_interval_ms / 1000)
        self._has_reported_limit = False
        self._project = project
        changes = self._follow()
        if since_ns is not None:
            known = {change.path for change in changes}
            changes += [c for c in tree.changed_since(since_ns - CLOCK_LAG_NS) if c.path not in known]
        took = round((time.monotonic() - started) * 1000)
        counts = len(tree.folders()), tree.count_files(), tree.count_pruned()
        self._post(WatchStarted(*counts, self._watcher.backend, took))
        self._report_changes(tree, changes)
        self._check_suspend()

    def close(self) -> None:
        """Stop watching."""
        self._tree = None
        for pending in (self._recheck, self._reader, self._suspend_timer, self._rescan_task):
            if pending is not None:
                pending.cancel()
        self._watcher.close()

    def report(self) -> WatchReport:
        """Return how the watching has gone so far."""
        tree, watcher, project = self._tree, self._watcher, self._project
        return WatchReport(
            backend=watcher.backend,
            folders=len(tree.folders()) if tree is not None else 0,
            files=tree.count_files() if tree is not None else 0,
            step_ms=watcher.step_ms,
            polled=watcher.polled,
            poll_interval_ms=project.watch.poll_interval_ms if project is not None else 0,
            walks=self._walks,
            last_walk_ms=self._last_walk_ms,
            missed=self._missed,
            renewals=self._renewals,
        )

    def files(self) -> list[str]:
        """Return every watched file, as changes name it. Safe in another thread."""
        return [] if self._tree is None else self._tree.files()

    async def rescan(self) -> None:
        """Wait for the events so far, then compare everything with the disk; always ends with Rescanned.

        Walks in slices, so that other work waits for SLICE_S at most.
        """
        await self._cookies.wait(self._watcher.delay_s, self._watcher.poll_now)
        self._post(Rescanned(await self._compare_all()))

    async def _compare_all(self) -> int:
        """Compare everything with the disk and report what differs; returns how many changes that are."""
        tree, changes = self._tree, list[Change]()
        if tree is None:
            return 0
        began = time.monotonic()
        slice_end = began + SLICE_S
        for _ in tree.rescan_by_folder(changes):
            if time.monotonic() >= slice_end:
                await asyncio.sleep(0)
                slice_end = time.monotonic() + SLICE_S
                if self._tree is not tree:
                    return len(changes)
        missed = len(changes)
        self._last_walk_ms = round((time.monotonic() - began) * 1000)
        self._walks += 1
        self._missed += missed
        self._report_changes(tree, changes + self._follow())
        return missed

    # lost events

    def _renew_watches(self) -> None:
        """Replace all watches and start a rescan, because events may have been lost.

        Called during one, it asks for another.
        """
        if self._tree is None:
            return
        self._renewals += 1
        self._tree.lost_folders = True
        self._report_changes(self._tree, self._follow())
        self._needs_rescan = True
        if self._rescan_task is None or self._rescan_task.done():
            self._rescan_task = asyncio.ensure_future(self._rescan_when_due())
            self._rescan_task.add_done_callback(
                lambda task: None if task.cancelled() else task.result()
            )  # a bug is raised

    async def _rescan_when_due(self) -> None:
        """Rescan when the events so far have arrived: what they report is not missed."""
        while self._needs_rescan:
            self._needs_rescan = False
            await self._cookies.wait(self._watcher.delay_s, self._watcher.poll_now)
            await self._compare_all()

    def _check_suspend(self) -> None:
        """Check regularly for a suspend: nobody reported what happened meanwhile."""
        if self._suspend_timer is not None:
            self._suspend_timer.cancel()
        self._suspend_timer = self._loop.call_later(SUSPEND_CHECK_S, self._check_suspend)
        if self._suspend.was_suspended():
            self._renew_watches()

    # following folders

    def _follow(self) -> list[Change]:
        """Watch new folders and forget those that are gone, then compare the new ones once more."""
        changes: list[Change] = []
        tree, tries_left, rounds = self._tree, MAX_FOLDER_RACES, 0
        assert tree is not None
        while tree.new_folders or tree.lost_folders:
            rounds += 1
            if rounds > MAX_ROUNDS:  # each round finds more: some file systems renumber their folders
                self._loop.call_later(RETRY_S, self._examine, frozenset(), frozenset())
                return changes
            new, tree.new_folders, tree.lost_folders = tree.new_folders, [], False
            try:
                self._watcher.watch([*self._cookies.folders, *self._operations.folders, *tree.folders()])
            except (OSError, ValueError) as error:
                if not isinstance(error, (FileNotFoundError, NotADirectoryError)):
                    self._notice_once(f"some folders are not watched: {error}", "error")
                    return changes
                changes += tree.rescan()  # a folder has disappeared since it was listed
                tree.new_folders += new
                tree.lost_folders = True
                tries_left -= 1
                if not tries_left:  # they come and go faster than they can be watched
                    self._loop.call_later(RETRY_S, self._examine, frozenset(), frozenset())
                    return changes
            else:
                changes += tree.examine(new)
                self._report_limit()
        return changes

    def _report_limit(self) -> None:
        """Report once for each start what is not watched as it should be, even if the number changes later."""
        if self._watcher.beyond and not self._has_reported_limit:
            assert self._tree is not None
            assert self._project is not None
            self._has_reported_limit = True
            level: Literal["warning", "error"] = "warning" if self._watcher.polls else "error"
            self._notice_once(self._watcher.limit_message(self._tree.folders(), self._project.root), level)

    def _check_operations(self) -> None:
        """Report the version control operations in progress before their changes; check again until there are none."""
        if self._recheck is not None:
            self._recheck.cancel()
            self._recheck = None
        current = self._operations.current()
        if current != self._in_progress:
            self._in_progress = current
            self._post(VcsOperationsChanged(current))
        if current and self._tree is not None:
            self._recheck = self._loop.call_later(RECHECK_S, self._check_operations)

    def _report_changes(self, tree: Tree, changes: list[Change]) -> None:
        """Report what was found: changes, touched files, and what cannot be watched."""
        self._report_unwatched(tree)
        if tree.touched:
            self._post(FilesTouched(tuple(tree.touched)))
            tree.touched.clear()
        if changes:
            assert self._project is not None
            root = self._project.root
            added = [change.path for change in changes if change.kind == "added"]
            self._watcher.expect([os.path.normpath(os.path.join(root, path)) for path in added])
            self._changed(changes)
        if self._reader is None or self._reader.done():
            self._reader = asyncio.ensure_future(self._read_contents(tree))

    async def _read_contents(self, tree: Tree) -> None:
        """Read files in the background, with a tenth of a core: an edit is more urgent."""
        slice_end = time.monotonic() + READ_SLICE_S
        for _ in tree.read_contents():
            if time.monotonic() >= slice_end:
                await asyncio.sleep(9 * READ_SLICE_S)
                slice_end = time.monotonic() + READ_SLICE_S
            if self._tree is not tree:
                return

    def _report_unwatched(self, tree: Tree) -> None:
        unwatched, tree.unwatched = tree.unwatched, []
        for text in unwatched:
            self._notice_once(f"not watched: {text}")

    def _notice_once(self, text: str, level: Literal["warning", "error"] = "warning") -> None:
        if text not in self._noticed:
            self._noticed.add(text)
            self._post(Noticed(level, text))

    def _report(self, paths: frozenset[str], removed: frozenset[str]) -> None:
        """Take a report, in the sensor's thread.

        All reports cause one wake-up: each is a byte in the pipe through which the loop also receives signals, and a
        full pipe loses them.
        """
        self._reports.append((paths, removed))
        if not self._is_woken:
            self._is_woken = True
            with contextlib.suppress(RuntimeError):  # the loop is closed: the session is over
                self._loop.call_soon_threadsafe(self._handle_reports)

    def _handle_reports(self) -> None:
        self._is_woken = False  # before the reports are fetched: one that arrives meanwhile wakes the loop again
        paths, removed = set[str](), set[str]()
        while self._reports:
            more, gone = self._reports.popleft()
            paths |= more
            removed |= gone
        self._examine(frozenset(paths), frozenset(removed))
        if len(paths) > OVERFLOW_PATHS or self._suspend.was_suspended():
            self._renew_watches()

    def _examine(self, paths: frozenset[str], removed: frozenset[str]) -> None:
        if self._tree is not None:
            self._cookies.seen(paths)
            if not set(self._operations.current()) <= set(self._in_progress):
                self._check_operations()  # the start of one is reported before its changes, its end after them
            changes = self._tree.examine(paths, removed) + self._follow()
            self._report_changes(self._tree, changes)
            self._check_operations()

    def _fail(self, reason: str) -> None:
        """Take the report, in the sensor's thread, that it has died: of a name that is not text, or a limit."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._replace_sensor, reason)

    def _replace_sensor(self, reason: str) -> None:
        """Start a new sensor and rescan, because the knowledge of the dead one is lost. If that does not help, poll."""
        if self._tree is not None:
            self._notice_once(f"watcher failed and was restarted: {reason}")
            now = time.monotonic()
            self._failures = [then for then in self._failures if now - then < FAILURES_S] + [now]
            if len(self._failures) >= MAX_FAILURES and self._watcher.polls:
                self._notice_once(f"watcher failed {MAX_FAILURES} times within {FAILURES_S:.0f} s; polling everything")
                self._watcher.poll_all()
            self._renew_watches()
