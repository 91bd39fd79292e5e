"""The source of FilesChanged: the sensor says where to look, the tree says what differs."""

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

# A file system's clock ticks up to 4 ms late (one jiffy), so a change right after a start may bear a time before it.
CLOCK_LAG_NS = 5_000_000
SLICE_S = 0.005  # of a walk, before others have their turn
READ_SLICE_S = 0.002  # of reading contents
RECHECK_S = 0.25  # the end of an operation comes as an event; this is for the case that it does not
RACES_WITH_FOLDERS = 5  # how often in a row a folder may go while it is about to be watched,
RETRY_S = 0.05  # and how long others have their turn then
FAILURES = 3  # of the sensors within FAILURES_S: then nothing but polling helps
FAILURES_S = 10.0
OVERFLOW_PATHS = 4_000  # in one report: the kernel's queue (16,384 events by default) may have been full
SLEEP_CHECK_S = 5.0
ROUNDS = 20  # of new folders in a row, before others have their turn

Changed = Callable[[list[Change]], None]


class FileSource:
    """Watches one project; `changed` gets what differs, `post` everything else. All but the sensor runs in the loop."""

    def __init__(
        self,
        post: Callable[[Input], None],
        changed: Changed,
        sync_folder: str | None = None,
        sense: Sense = KernelSensor,
        sleep: SuspendDetector | None = None,
    ) -> None:
        """`sync_folder`: where to write files of our own and see them come through the watcher; None: nowhere."""
        self._post = post
        self._changed = changed
        self._loop = asyncio.get_running_loop()
        self._cookies = Cookies(sync_folder)
        self._watcher = Watcher(self._report, self._fail, self._cookies.folders, sense)
        self._tree: Tree | None = None
        self._operations = VcsOperations(())
        self._in_progress: tuple[str, ...] = ()
        self._recheck: asyncio.TimerHandle | None = None
        self._reader: asyncio.Task[None] | None = None
        self._told: set[str] = set()
        self._reports: deque[tuple[frozenset[str], frozenset[str]]] = deque()
        self._is_woken = False
        self._told_limit = False
        self._project: Project | None = None
        self._failures: list[float] = []
        self._sleep = sleep or SuspendDetector()
        self._sleep_check: asyncio.TimerHandle | None = None
        self._is_in_doubt = False
        self._doubt: asyncio.Task[None] | None = None
        self._walks, self._missed, self._renewals = 0, 0, 0
        self._last_walk_ms: int | None = None

    async def start(self, project: Project, single_files: Iterable[str], since_ns: int | None) -> None:
        """Watch `project` instead of anything before; what changed after `since_ns` (ns since 1970) counts as changed.

        The walk runs beside the loop. Watch first, then look again: between the two nothing is lost.
        """
        started = time.monotonic()
        tree = Tree(project.root, project.watch, single_files)
        await asyncio.get_running_loop().run_in_executor(None, tree.verify)
        self._tree = tree
        self._operations = VcsOperations(project.watch.roots)
        tree.lost_folders = True
        self._watcher.use(project.watch.poll, project.watch.poll_interval_ms / 1000)
        self._told_limit = False
        self._project = project
        changes = self._follow()
        if since_ns is not None:
            known = {change.path for change in changes}
            changes += [c for c in tree.changed_since(since_ns - CLOCK_LAG_NS) if c.path not in known]
        took = round((time.monotonic() - started) * 1000)
        counts = len(tree.folders()), tree.count_files(), tree.count_pruned()
        self._post(WatchStarted(*counts, self._watcher.backend, took))
        self._tell(tree, changes)
        self._check_sleep()

    def close(self) -> None:
        """Watch nothing any more."""
        self._tree = None
        for pending in (self._recheck, self._reader, self._sleep_check, self._doubt):
            if pending is not None:
                pending.cancel()
        self._watcher.close()

    def report(self) -> WatchReport:
        """How it has gone so far."""
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
        """Every watched file, as changes name it; also from another thread."""
        return [] if self._tree is None else self._tree.files()

    async def verify(self) -> None:
        """Let the events so far come in, then compare everything with the disk; ends with Verified, whatever happens.

        Walks in slices, so that what comes in meanwhile waits for SLICE_S at most.
        """
        await self._cookies.wait(self._watcher.delay_s, self._watcher.poll_now)
        self._post(Rescanned(await self._walk()))

    async def _walk(self) -> int:
        """Compare everything with the disk and say what differs; returns how much that is."""
        tree, changes = self._tree, list[Change]()
        if tree is None:
            return 0
        began = time.monotonic()
        slice_end = began + SLICE_S
        for _ in tree.verify_by_folder(changes):
            if time.monotonic() >= slice_end:
                await asyncio.sleep(0)
                slice_end = time.monotonic() + SLICE_S
                if self._tree is not tree:
                    return len(changes)
        missed = len(changes)
        self._last_walk_ms = round((time.monotonic() - began) * 1000)
        self._walks += 1
        self._missed += missed
        self._tell(tree, changes + self._follow())
        return missed

    # --- doubt: whether all has been told ----------------------------------------------------------------------------

    def _be_in_doubt(self) -> None:
        """Something may have got lost: new watches now, and then a walk. A doubt during that asks for another one."""
        if self._tree is None:
            return
        self._renewals += 1
        self._tree.lost_folders = True
        self._tell(self._tree, self._follow())
        self._is_in_doubt = True
        if self._doubt is None or self._doubt.done():
            self._doubt = asyncio.ensure_future(self._resolve_doubt())
            self._doubt.add_done_callback(lambda task: None if task.cancelled() else task.result())  # a bug is raised

    async def _resolve_doubt(self) -> None:
        """Walk when the events so far have come in: what they tell is not missed."""
        while self._is_in_doubt:
            self._is_in_doubt = False
            await self._cookies.wait(self._watcher.delay_s, self._watcher.poll_now)
            await self._walk()

    def _check_sleep(self) -> None:
        """Now and then: what happened while the machine slept was told to nobody."""
        if self._sleep_check is not None:
            self._sleep_check.cancel()
        self._sleep_check = self._loop.call_later(SLEEP_CHECK_S, self._check_sleep)
        if self._sleep.has_been():
            self._be_in_doubt()

    # --- what follows from a look ------------------------------------------------------------------------------------

    def _follow(self) -> list[Change]:
        """Watch the folders that came and forget the ones that went, then look into the new ones once more."""
        changes: list[Change] = []
        tree, tries_left, rounds = self._tree, RACES_WITH_FOLDERS, 0
        assert tree is not None
        while tree.new_folders or tree.lost_folders:
            rounds += 1
            if rounds > ROUNDS:  # each time there is something new: a file system may number its folders anew
                self._loop.call_later(RETRY_S, self._look, frozenset(), frozenset())
                return changes
            new, tree.new_folders, tree.lost_folders = tree.new_folders, [], False
            try:
                self._watcher.watch([*self._cookies.folders, *self._operations.folders, *tree.folders()])
            except (OSError, ValueError) as error:
                if not isinstance(error, (FileNotFoundError, NotADirectoryError)):
                    self._tell_once(f"{error}: not everything is watched", "error")
                    return changes
                changes += tree.verify()  # a folder has gone since it was seen
                tree.new_folders += new
                tree.lost_folders = True
                tries_left -= 1
                if not tries_left:  # they come and go faster than they can be watched
                    self._loop.call_later(RETRY_S, self._look, frozenset(), frozenset())
                    return changes
            else:
                changes += tree.examine(new)
                self._tell_limit()
        return changes

    def _tell_limit(self) -> None:
        """Once for each start: what is not watched as it should be, whatever that number is later on."""
        if self._watcher.beyond and not self._told_limit:
            assert self._tree is not None
            assert self._project is not None
            self._told_limit = True
            level: Literal["warning", "error"] = "warning" if self._watcher.polls else "error"
            self._tell_once(self._watcher.shortage(self._tree.folders(), self._project.root), level)

    def _check_operations(self) -> None:
        """Say which version control operations are in progress, before what they change; look again until none is."""
        if self._recheck is not None:
            self._recheck.cancel()
            self._recheck = None
        current = self._operations.current()
        if current != self._in_progress:
            self._in_progress = current
            self._post(VcsOperationsChanged(current))
        if current and self._tree is not None:
            self._recheck = self._loop.call_later(RECHECK_S, self._check_operations)

    def _tell(self, tree: Tree, changes: list[Change]) -> None:
        """Say what was found: edits, what was only touched, and what cannot be watched."""
        self._tell_unwatched(tree)
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
        """Read files in the background, at a tenth of a core: an edit is more urgent."""
        slice_end = time.monotonic() + READ_SLICE_S
        for _ in tree.read_contents():
            if time.monotonic() >= slice_end:
                await asyncio.sleep(9 * READ_SLICE_S)
                slice_end = time.monotonic() + READ_SLICE_S
            if self._tree is not tree:
                return

    def _tell_unwatched(self, tree: Tree) -> None:
        unwatched, tree.unwatched = tree.unwatched, []
        for text in unwatched:
            self._tell_once(f"{text}: not watched")

    def _tell_once(self, text: str, level: Literal["warning", "error"] = "warning") -> None:
        if text not in self._told:
            self._told.add(text)
            self._post(Noticed(level, text))

    def _report(self, paths: frozenset[str], removed: frozenset[str]) -> None:
        """From the sensor's thread. One wake-up for all that has come: each is a byte in the pipe through which the
        loop hears of signals, too, and a full pipe loses them.
        """
        self._reports.append((paths, removed))
        if not self._is_woken:
            self._is_woken = True
            with contextlib.suppress(RuntimeError):  # the loop is closed: the session is over
                self._loop.call_soon_threadsafe(self._take_reports)

    def _take_reports(self) -> None:
        self._is_woken = False  # before the reports are taken: one that comes meanwhile wakes the loop again
        paths, removed = set[str](), set[str]()
        while self._reports:
            more, gone = self._reports.popleft()
            paths |= more
            removed |= gone
        self._look(frozenset(paths), frozenset(removed))
        if len(paths) > OVERFLOW_PATHS or self._sleep.has_been():
            self._be_in_doubt()

    def _look(self, paths: frozenset[str], removed: frozenset[str]) -> None:
        if self._tree is not None:
            self._cookies.seen(paths)
            if not set(self._operations.current()) <= set(self._in_progress):
                self._check_operations()  # the beginning of one is said before what it changes, its end after that
            changes = self._tree.examine(paths, removed) + self._follow()
            self._tell(self._tree, changes)
            self._check_operations()

    def _fail(self, reason: str) -> None:
        """From the sensor's thread: it is dead. A name that is no text does that, or a kernel limit."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._renew, reason)

    def _renew(self, reason: str) -> None:
        """A new sensor, and a look at everything: what the dead one knew is lost. If that is of no use, polling is."""
        if self._tree is not None:
            self._tell_once(f"the watcher failed and was started anew: {reason}")
            now = time.monotonic()
            self._failures = [then for then in self._failures if now - then < FAILURES_S] + [now]
            if len(self._failures) >= FAILURES and self._watcher.polls:
                self._tell_once(f"the watcher failed {FAILURES} times within {FAILURES_S:.0f} s: everything is polled")
                self._watcher.poll_all()
            self._be_in_doubt()
