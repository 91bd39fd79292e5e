"""A small project that is watched: saves in it, and the stamps of what is started for them."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.ground import Ground
from benchmarks.stamps import Stamp, Stamps
from benchmarks.started import Started

PAUSE_S = (0.05, 0.15)  # random: no timer of the watcher can fall into step with the saves
WARM_UP_SAVES = 3


class Project:
    """A folder with one source file. `name` keeps the projects of one ground apart."""

    def __init__(self, ground: Ground, name: str, stamps: Stamps) -> None:
        self.stamps = stamps
        self.folder = ground.folder / name
        self.folder.mkdir()
        self.said = ground.folder / f"{name}.said"
        self._beside = ground.folder / f"{name}."
        self._saved = self.beside("saved")
        self._count = 0
        self.save()

    def configure(self, text: str) -> None:
        """Write the hotrun.toml."""
        (self.folder / "hotrun.toml").write_text(text, encoding="utf-8")

    def beside(self, name: str) -> Path:
        """A path for a file that belongs to this project and does not lie in it."""
        return self._beside.with_name(self._beside.name + name)

    def save_many(self, count: int, in_a_folder: int = 10) -> int:
        """Save so many files (new the first time) as fast as it goes; returns the moment of the last replacement."""
        self._count += 1
        todo = []
        for number in range(count):
            folder = self.folder / f"part_{number // in_a_folder}"
            folder.mkdir(exist_ok=True)
            saved = self.beside(f"saved-{number}")
            saved.write_text(f"{self._count}\n", encoding="utf-8")
            todo.append((saved, folder / f"part_{number}.txt"))
        now_ns = 0
        for saved, target in todo:
            now_ns = time.monotonic_ns()
            os.replace(saved, target)
        return now_ns

    def save(self) -> int:
        """Save as an editor does that replaces the file; returns the moment of the replacement (CLOCK_MONOTONIC, ns).

        The new file is written beside the project, so that there is one change in it and not three.
        """
        self._count += 1
        self._saved.write_text(f"{self._count}\n", encoding="utf-8")
        now_ns = time.monotonic_ns()
        os.replace(self._saved, self.folder / "source.txt")
        return now_ns

    def restart_ms(self, watching: Started) -> float:
        """Save once, wait for what is started for it, and return the time between, in ms."""
        self.stamps.expect_none()
        saved_ns = self.save()
        return (self.stamp(watching).ns - saved_ns) / 1e6

    def stamp(self, watching: Started) -> Stamp:
        """The next stamp; if there is none, RuntimeError with what the watching program has said."""
        try:
            return self.stamps.next()
        except TimeoutError as error:
            raise RuntimeError(f"{error}\n{watching.account()}") from error

    def warm_up(self, watching: Started) -> None:
        """Wait for the first start and for a few restarts."""
        self.stamp(watching)
        for _ in range(WARM_UP_SAVES):
            pause()
            self.restart_ms(watching)


@contextmanager
def project(ground: Ground, name: str) -> Iterator[Project]:
    """A new project, and its pipe."""
    with Stamps(ground.folder / f"{name}.stamps", ground.stamp) as stamps:
        yield Project(ground, name, stamps)


def pause() -> None:
    """Let the machine come to rest."""
    time.sleep(random.uniform(*PAUSE_S))
