"""The real engine with real events of a real folder.

Only the build step is simulated: it reads all files when it starts.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from hotrun.adapters.files.source import FileSource
from hotrun.core.engine import Engine
from hotrun.core.model import commands, events, inputs
from hotrun.core.model.inputs import Change, Input
from hotrun.core.model.project import Program, Project, Step, Watch
from tests.support.waiting import until

NOT_WATCHED = (".git", ".hotrun")
LONGEST_BUILD_S = 0.03

Contents = dict[str, bytes]


def contents(root: Path, *, follow: bool = False) -> Contents:
    """Return the content of each file below `root`, by relative path. Follows links to files; a broken link is nothing.

    Knows nothing of signatures, watches or rules: it compares what a compiler would read. `follow`: follows links to
    folders, too, but never enters the same folder twice on one path.
    """
    found: Contents = {}
    ways = {str(root): frozenset({_which(str(root))})}
    for folder, folders, files in os.walk(root, followlinks=follow):
        way = ways.pop(folder)
        below = {name: _which(os.path.join(folder, name)) for name in folders if name not in NOT_WATCHED}
        folders[:] = [name for name, which in below.items() if not (follow and which in way)]
        ways.update({os.path.join(folder, name): way | {below[name]} for name in folders})
        for name in files:
            path = os.path.join(folder, name)
            content = _content(path)
            if content is not None:
                found[os.path.relpath(path, root)] = content
    return found


def _which(folder: str) -> tuple[int, int] | None:
    try:
        found = os.stat(folder)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _content(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def differing(before: Contents, after: Contents) -> set[str]:
    """Return the paths whose contents differ."""
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


class Session:
    """An engine and a FileSource on `root`, with one step that depends on everything."""

    def __init__(self, root: Path, cookie_folder: Path | None, rng: random.Random, *, follow: bool = False) -> None:
        self.root = root
        self.told: set[str] = set()  # paths for which builds were started
        self.read: Contents = {}  # by the newest build
        self.notices: list[str] = []
        self.log: list[str] = []  # of this round, for the message of a failed test
        self.settled = False  # reported, and no change has followed
        self.last_build: events.BuildFinished | None = None
        self._rng = rng
        self._follow = follow
        self._loop = asyncio.get_running_loop()
        self._ended: set[int] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._bug: BaseException | None = None
        self._loop.set_exception_handler(self._on_bug)
        step = Step("read", Program(("read",), str(root)))
        self._project = Project(str(root), None, Watch((str(root),), follow_symlinks=follow), {"read": step})
        self._engine = Engine(self._project)
        self._source = FileSource(self._put, self._changed, None if cookie_folder is None else str(cookie_folder))

    async def start(self) -> None:
        """Watch, and wait until everything is built."""
        self._put(inputs.Begin("0", 1))
        await self._source.start(self._project, (), None)
        await until(lambda: self.settled, "the first settled")

    def close(self) -> None:
        """Close everything; raises the errors of tasks."""
        self._source.close()
        if self._timer is not None:
            self._timer.cancel()
        for task in self._tasks:
            task.cancel()
        if self._bug is not None:
            raise self._bug

    async def until_settled_with(self, path: str) -> None:
        """Wait until a change of `path` was built and everything is up to date after that."""
        await until(lambda: self._bug or (path in self.told and self.settled), f"settled with {path}")
        if self._bug is not None:
            raise self._bug

    def _changed(self, changes: list[Change]) -> None:
        if changes:
            self.settled = False
            self._put(inputs.FilesChanged(tuple(changes)))

    def _put(self, input: Input) -> None:
        self._note(input)
        for effect in self._engine.handle(input, time.monotonic_ns() // 1_000_000):
            self._carry_out(effect)
        if self._timer is not None:
            self._timer.cancel()
        deadline = self._engine.deadline_ms
        if deadline is not None:
            left = deadline - time.monotonic_ns() // 1_000_000
            self._timer = self._loop.call_later(max(0, left) / 1000, self._put, inputs.Tick())

    def _note(self, fact: inputs.Input | events.Event | commands.Command) -> None:
        if not isinstance(fact, inputs.Tick):
            self.log.append(f"{time.monotonic():.4f} {fact}")

    def _carry_out(self, effect: events.Event | commands.Command) -> None:
        self._note(effect)
        match effect:
            case events.UpToDate():
                self.settled = True
            case events.BuildFinished():
                self.last_build = effect
            case events.Message(level="warning" | "error"):
                self.notices.append(effect.text)
            case commands.RecordChanges():
                self.told.update(effect.paths)
            case commands.Spawn():
                self._loop.call_soon(self._run, effect.run)
            case commands.Signal() | commands.Kill():
                self._loop.call_soon(self._end, effect.run, "SIGTERM")
            case commands.Rescan():
                self._begin(self._source.rescan())
            case _:
                pass

    def _run(self, run: int) -> None:
        self._put(inputs.Spawned(run, 1))
        self.read = contents(self.root, follow=self._follow)
        self._loop.call_later(self._rng.random() * LONGEST_BUILD_S, self._end, run)

    def _end(self, run: int, signal: str | None = None) -> None:
        if run not in self._ended:
            self._ended.add(run)
            self._put(inputs.Exited(run, None if signal else 0, signal))
            self._put(inputs.Emptied(run))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._over)

    def _over(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._bug = task.exception()

    def _on_bug(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """End the session like the app, after an exception that nobody has caught."""
        self._bug = context.get("exception") or RuntimeError(context["message"])
