"""The source of FilesChanged: the sensor says where to look, the tree says what differs."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable
from typing import Literal

from hotrun.adapters.cookies import Cookies
from hotrun.adapters.tree import Tree
from hotrun.adapters.vcs import Operations
from hotrun.adapters.watcher import Watcher
from hotrun.core.inputs import Change, FilesTouched, Held, Input, Noticed, Verified, WatchStarted
from hotrun.core.spec import Project

# A file system's clock ticks up to 4 ms late (one jiffy), so a change right after a start may bear a time before it.
CLOCK_LAG_NS = 5_000_000
SLICE_S = 0.005  # of a walk, before others have their turn
READ_SLICE_S = 0.002  # of reading contents
RECHECK_S = 0.25  # the end of an operation comes as an event; this is for the case that it does not
RACES_WITH_FOLDERS = 10  # how often a folder may go while it is about to be watched
LIMIT_HINT = "the kernel allows no more watches: try `sysctl fs.inotify.max_user_watches=1048576`, or exclude folders"

Changed = Callable[[list[Change]], None]


class FileSource:
    """Watches one project; `changed` gets what differs, `post` everything else. All but the sensor runs in the loop."""

    def __init__(self, post: Callable[[Input], None], changed: Changed, sync_folder: str | None = None) -> None:
        """`sync_folder`: where to write files of our own and see them come through the watcher; None: nowhere."""
        self._post = post
        self._changed = changed
        self._loop = asyncio.get_running_loop()
        self._cookies = Cookies(sync_folder)
        self._watcher = Watcher(self._report, self._fail, self._cookies.folders)
        self._tree: Tree | None = None
        self._operations = Operations(())
        self._in_progress: tuple[str, ...] = ()
        self._recheck: asyncio.TimerHandle | None = None
        self._reader: asyncio.Task[None] | None = None
        self._told: set[str] = set()

    async def start(self, project: Project, single_files: Iterable[str], since_ns: int | None) -> None:
        """Watch `project` instead of anything before; what changed after `since_ns` (ns since 1970) counts as changed.

        The walk runs beside the loop. Watch first, then look again: between the two nothing is lost.
        """
        started = time.monotonic()
        tree = Tree(project.root, project.watch, single_files)
        await asyncio.get_running_loop().run_in_executor(None, tree.verify)
        self._tree = tree
        self._operations = Operations(project.watch.roots)
        tree.lost_folders = True
        changes = self._follow()
        if since_ns is not None:
            known = {change.path for change in changes}
            changes += [c for c in tree.changed_since(since_ns - CLOCK_LAG_NS) if c.path not in known]
        took = round((time.monotonic() - started) * 1000)
        self._post(WatchStarted(len(tree.folders()), tree.count_files(), tree.count_pruned(), "watchfiles", took))
        self._tell_unwatched(tree)
        self._tell(tree, changes)

    def close(self) -> None:
        """Watch nothing any more."""
        self._tree = None
        if self._recheck is not None:
            self._recheck.cancel()
        if self._reader is not None:
            self._reader.cancel()
        self._watcher.close()

    async def verify(self) -> None:
        """Let the events so far come in, then compare everything with the disk; ends with Verified, whatever happens.

        Walks in slices, so that what comes in meanwhile waits for SLICE_S at most.
        """
        await self._cookies.wait()
        tree, changes = self._tree, list[Change]()
        if tree is not None:
            slice_end = time.monotonic() + SLICE_S
            for _ in tree.verify_by_folder(changes):
                if time.monotonic() >= slice_end:
                    await asyncio.sleep(0)
                    slice_end = time.monotonic() + SLICE_S
                    if self._tree is not tree:
                        break
        if tree is not None and tree is self._tree:
            self._tell(tree, changes + self._follow())
        self._post(Verified(len(changes)))

    def _follow(self) -> list[Change]:
        """Watch the folders that came and forget the ones that went, then look into the new ones once more."""
        changes: list[Change] = []
        tree, tries_left = self._tree, RACES_WITH_FOLDERS
        assert tree is not None
        while tree.new_folders or tree.lost_folders:
            new, tree.new_folders, tree.lost_folders = tree.new_folders, [], False
            try:
                self._watcher.watch([*tree.folders(), *self._cookies.folders, *self._operations.folders])
            except (OSError, ValueError) as error:
                if not (isinstance(error, FileNotFoundError) and tries_left):
                    hint = LIMIT_HINT if "limit" in str(error) else "not everything is watched"
                    self._tell_once(f"{error}: {hint}", "error")
                    return changes
                tries_left -= 1  # a folder has gone since it was seen
                changes += tree.verify()
                tree.new_folders += new
            else:
                changes += tree.examine(new)
        return changes

    def _check_operations(self) -> None:
        """Say which version control operations are in progress, before what they change; look again until none is."""
        if self._recheck is not None:
            self._recheck.cancel()
            self._recheck = None
        current = self._operations.current()
        if current != self._in_progress:
            self._in_progress = current
            self._post(Held(current))
        if current and self._tree is not None:
            self._recheck = self._loop.call_later(RECHECK_S, self._check_operations)

    def _tell(self, tree: Tree, changes: list[Change]) -> None:
        """Say what was found: edits, and what was only touched."""
        if tree.touched:
            self._post(FilesTouched(tuple(tree.touched), tuple(tree.rewritten)))
            tree.touched.clear()
            tree.rewritten.clear()
        if changes:
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
        """From the sensor's thread."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: the session is over
            self._loop.call_soon_threadsafe(self._look, paths, removed)

    def _look(self, paths: frozenset[str], removed: frozenset[str]) -> None:
        if self._tree is not None:
            self._cookies.seen(paths)
            self._check_operations()
            changes = self._tree.examine(paths, removed) + self._follow()
            self._tell_unwatched(self._tree)
            self._tell(self._tree, changes)

    def _fail(self, reason: str) -> None:
        """From the sensor's thread: it is dead. A name that is no text does that, or a kernel limit."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._renew, reason)

    def _renew(self, reason: str) -> None:
        """A new sensor, and a look at everything: what the dead one knew is lost."""
        if self._tree is not None:
            self._tell_once(f"the watcher failed and was started anew: {reason}")
            self._tree.lost_folders = True
            self._tell(self._tree, self._follow() + self._tree.verify() + self._follow())
