"""Random edits in a real folder with the real watcher and engine: when it is up to date, nothing is missing.

HOTRUN_FUZZ_SEED repeats one history (except for timing); HOTRUN_FUZZ_FILES sets the number of changed files in each.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
from pathlib import Path

import pytest

from tests.adapters.files.engine_on_folder import Contents, Session, contents, differing
from tests.adapters.files.random_editor import Scribbler

pytestmark = pytest.mark.slow

FILES = int(os.environ.get("HOTRUN_FUZZ_FILES", "1300"))
SEEDS = [int(os.environ["HOTRUN_FUZZ_SEED"])] if "HOTRUN_FUZZ_SEED" in os.environ else [1, 2, 3, 4]
DEEDS = (1, 1, 2, 5, 10, 20, 30)


class History:
    """Rounds of random edits; after each, compares what was reported and built with the disk."""

    def __init__(self, seed: int, root: Path, outside: Path, session: Session, *, follow: bool) -> None:
        self.changed = 0
        self.rounds = 0
        self._seed = seed
        self._rng = random.Random(seed)
        self._root = root
        self._follow = follow
        self._scribbler = Scribbler(self._rng, root, outside, shutil.which("git") is not None, follow=follow)
        self._session = session

    async def round(self) -> None:
        """Edit in a thread, so that it meets walks and builds in every state; the last edit is `end`."""
        session, before, end = self._session, self._contents(), f"end{self.rounds}"
        session.told.clear()
        session.log.clear()
        self._scribbler.log.clear()
        await asyncio.to_thread(self._work, end)
        await session.until_settled_with(end)
        after = self._contents()
        changed = differing(before, after)
        self._say_missing(changed - session.told, "in no build's changes")
        self._say_missing(differing(session.read, after), "not as the last build has read it")
        assert session.last_build is not None
        assert session.last_build.status == "passed"
        self.changed += len(changed)
        self.rounds += 1

    def _contents(self) -> Contents:
        return contents(self._root, follow=self._follow)

    def _work(self, end: str) -> None:
        self._scribbler.scribble(self._rng.choice(DEEDS))
        (self._root / end).write_text(str(self.rounds))

    def _say_missing(self, paths: set[str], how: str) -> None:
        where = f"HOTRUN_FUZZ_SEED={self._seed}, round {self.rounds}, after {self.changed} changed files"
        log = "\n".join(sorted(line[:400] for line in (*self._session.log, *self._scribbler.log)))
        assert not paths, f"{len(paths)} files {how}: {sorted(paths)[:20]} ({where})\n{log}"


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_is_done_to_the_files_settled_means_that_all_of_it_is_built(seed: int, tmp_path: Path) -> None:
    play(seed, tmp_path, follow=False)


@pytest.mark.parametrize("seed", SEEDS[:2])
def test_the_same_with_links_to_folders_that_are_followed(seed: int, tmp_path: Path) -> None:
    play(seed, tmp_path, follow=True)


def play(seed: int, tmp_path: Path, *, follow: bool) -> None:
    root, outside, sync = tmp_path / "root", tmp_path / "outside", tmp_path / "root" / ".hotrun" / "sync"
    sync.mkdir(parents=True)
    outside.mkdir()

    async def story() -> None:
        session = Session(root, sync, random.Random(seed), follow=follow)
        history = History(seed, root, outside, session, follow=follow)
        try:
            await session.start()
            while history.changed < FILES:
                await history.round()
        finally:
            session.close()
        print(f"seed {seed}: {history.changed} changed files in {history.rounds} rounds, none missing")
        assert session.notices == []

    asyncio.run(story())
