"""The source of FilesChanged: the sensor says where to look, the tree says what differs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable

from hotrun.adapters.tree import Tree
from hotrun.adapters.watcher import Watcher
from hotrun.core.inputs import Change, Input, Noticed, WatchStarted
from hotrun.core.spec import Project

# A file system's clock ticks up to 4 ms late (one jiffy), so a change right after a start may bear a time before it.
CLOCK_LAG_NS = 5_000_000
LIMIT_HINT = "the kernel allows no more watches: try `sysctl fs.inotify.max_user_watches=1048576`, or exclude folders"

Changed = Callable[[list[Change]], None]


class FileSource:
    """Watches one project; `changed` gets what differs, `post` everything else. All but the sensor runs in the loop."""

    def __init__(self, post: Callable[[Input], None], changed: Changed) -> None:
        self._post = post
        self._changed = changed
        self._loop = asyncio.get_running_loop()
        self._watcher = Watcher(self._report, self._fail)
        self._tree: Tree | None = None

    async def start(self, project: Project, single_files: Iterable[str], since_ns: int | None) -> None:
        """Watch `project` instead of anything before; what changed after `since_ns` (ns since 1970) counts as changed.

        The walk runs beside the loop. Watch first, then look again: between the two nothing is lost.
        """
        started = time.monotonic()
        tree = Tree(project.root, project.watch, single_files)
        await asyncio.get_running_loop().run_in_executor(None, tree.verify)
        self._tree = tree
        tree.lost_folders = True
        changes = self._follow() + tree.verify()
        changes += self._follow()
        if since_ns is not None:
            known = {change.path for change in changes}
            changes += [c for c in tree.changed_since(since_ns - CLOCK_LAG_NS) if c.path not in known]
        took = round((time.monotonic() - started) * 1000)
        self._post(WatchStarted(len(tree.folders()), tree.count_files(), tree.pruned, "watchfiles", took))
        for path in tree.unreadable:
            self._post(Noticed("warning", f"{path} cannot be read: not watched"))
        self._changed(changes)

    def close(self) -> None:
        """Watch nothing any more."""
        self._tree = None
        self._watcher.close()

    def _follow(self) -> list[Change]:
        """Watch the folders that came and forget the ones that went, then look into the new ones once more."""
        changes: list[Change] = []
        assert self._tree is not None
        while self._tree.new_folders or self._tree.lost_folders:
            new = self._tree.new_folders
            self._tree.new_folders, self._tree.lost_folders = [], False
            try:
                self._watcher.watch(self._tree.folders())
            except OSError as error:
                hint = LIMIT_HINT if "limit" in str(error) else "not everything is watched"
                self._post(Noticed("error", f"{error}: {hint}"))
                return changes
            changes += self._tree.examine(new)
        return changes

    def _report(self, paths: frozenset[str]) -> None:
        """From the sensor's thread."""
        self._loop.call_soon_threadsafe(self._look, paths)

    def _look(self, paths: Iterable[str]) -> None:
        if self._tree is not None:
            changes = self._tree.examine(paths)
            self._changed(changes + self._follow())

    def _fail(self, reason: str) -> None:
        """From the sensor's thread: it is dead. A name that is no text does that, or a kernel limit."""
        self._loop.call_soon_threadsafe(self._renew, reason)

    def _renew(self, reason: str) -> None:
        if self._tree is None:
            return
        self._post(Noticed("warning", f"the watcher failed and was started anew: {reason}"))
        self._watcher.renew()
        self._changed(self._tree.verify() + self._follow())
