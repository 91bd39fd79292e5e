"""A FileSource on a real folder, with everything that it posts."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

from hotrun.adapters.files.source import FileSource
from hotrun.adapters.files.suspend import SuspendDetector
from hotrun.adapters.files.watcher import KernelSensor, Sense
from hotrun.core.model.inputs import Change, Input, Noticed, WatchStarted
from hotrun.core.model.project import Project, Watch
from hotrun.core.model.settings import Poll
from tests.adapters.files.disk import short, signatures, write
from tests.support.waiting import until


class Watched:
    """A FileSource and everything that it has posted."""

    def __init__(
        self,
        root: Path,
        sense: Sense = KernelSensor,
        cookie_folder: Path | None = None,
        suspend: SuspendDetector | None = None,
    ) -> None:
        self.root = root
        self.posted: list[Input] = []
        self.changes: list[Change] = []
        folder = None if cookie_folder is None else str(cookie_folder)
        self.source = FileSource(self.posted.append, self.changes.extend, folder, sense, suspend)
        self._count = 0

    async def start(
        self,
        *roots: Path,
        single: Iterable[Path] = (),
        exclude: tuple[str, ...] = (),
        since_ns: int | None = None,
        poll: Poll = "auto",
        poll_interval_ms: int = 20,
        follow: bool = False,
    ) -> None:
        roots_ = tuple(map(str, roots)) or (str(self.root),)
        watch = Watch(roots_, exclude, poll=poll, poll_interval_ms=poll_interval_ms, follow_symlinks=follow)
        await self.source.start(Project(str(self.root), None, watch), list(map(str, single)), since_ns)

    def told(self) -> list[str]:
        return short(self.changes)

    async def until_told(self, *expected: str) -> None:
        """Wait for exactly these changes; then forget them."""
        try:
            await until(lambda: set(expected) <= set(self.told()), str(expected))
        finally:
            found = self.told()
            self.changes.clear()
        assert found == sorted(expected)

    async def quiet(self) -> None:
        """Wait until everything has been reported: a new file's event has arrived, and nothing before it."""
        self._count += 1
        marker = write(self.root / f"marker{self._count}", "")  # in one piece: a comparison finds it or does not
        await self.until_told(f"+{marker.name}")

    def snapshot(self) -> dict[str, object]:
        assert self.source._tree is not None
        return signatures(self.source._tree)

    def notices(self) -> list[str]:
        return [fact.text for fact in self.posted if isinstance(fact, Noticed)]


def put(path: Path, root: Path, text: str = "x") -> Path:
    """Put a whole file there at once, from outside the root: no comparison ever finds half of it."""
    staged = write(root.parent / "staged", text)
    path.parent.mkdir(parents=True, exist_ok=True)
    return staged.replace(path)


@contextlib.asynccontextmanager
async def watching(root: Path, *roots: Path, single: Iterable[Path] = ()) -> AsyncIterator[Watched]:
    watched = Watched(root)
    await watched.start(*roots, single=single)
    try:
        yield watched
    finally:
        watched.source.close()


@contextlib.asynccontextmanager
async def polling(root: Path, poll: Poll, **options: Any) -> AsyncIterator[Watched]:
    watched = Watched(root, **options)
    await watched.start(poll=poll)
    try:
        yield watched
    finally:
        watched.source.close()


def backend(watched: Watched) -> str:
    return next(fact.backend for fact in reversed(watched.posted) if isinstance(fact, WatchStarted))
