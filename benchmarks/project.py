"""A small watched project: saves, and the stamps of the programs that they start."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.environment import Environment
from benchmarks.stamps import Stamp, Stamps
from benchmarks.started import Started

PAUSE_S = (0.05, 0.15)  # random, so that no timer of the watcher synchronizes with the saves
WARM_UP_SAVES = 3


class Project:
    """A folder with one source file. `name`: unique in one environment."""

    def __init__(self, environment: Environment, name: str, stamps: Stamps) -> None:
        self.stamps = stamps
        self.folder = environment.folder / name
        self.folder.mkdir()
        self.output = environment.folder / f"{name}.output"
        self._prefix = environment.folder / f"{name}."
        self._saved = self.sibling("saved")
        self._count = 0
        self.save()

    def configure(self, text: str) -> None:
        """Write the hotrun.toml."""
        (self.folder / "hotrun.toml").write_text(text, encoding="utf-8")

    def sibling(self, name: str) -> Path:
        """The path for a file of this project outside of its folder."""
        return self._prefix.with_name(self._prefix.name + name)

    def save_many(self, count: int, in_a_folder: int = 10) -> int:
        """Save `count` files (new ones at first) as fast as possible. Returns the time of the last replacement."""
        self._count += 1
        todo = []
        for number in range(count):
            folder = self.folder / f"part_{number // in_a_folder}"
            folder.mkdir(exist_ok=True)
            saved = self.sibling(f"saved-{number}")
            saved.write_text(f"{self._count}\n", encoding="utf-8")
            todo.append((saved, folder / f"part_{number}.txt"))
        now_ns = 0
        for saved, target in todo:
            now_ns = time.monotonic_ns()
            os.replace(saved, target)
        return now_ns

    def save(self) -> int:
        """Save like an editor that replaces the file. Returns the time of the replacement (CLOCK_MONOTONIC, ns).

        The new file is written outside of the project, so that the project has one change instead of three.
        """
        self._count += 1
        self._saved.write_text(f"{self._count}\n", encoding="utf-8")
        now_ns = time.monotonic_ns()
        os.replace(self._saved, self.folder / "source.txt")
        return now_ns

    def restart_ms(self, watching: Started) -> float:
        """Save once, wait for the program that it starts, and return the time in between, in ms."""
        self.stamps.expect_none()
        saved_ns = self.save()
        return (self.stamp(watching).ns - saved_ns) / 1e6

    def stamp(self, watching: Started) -> Stamp:
        """The next stamp. Raises RuntimeError with the watching program's output if there is none."""
        try:
            return self.stamps.next()
        except TimeoutError as error:
            raise RuntimeError(f"{error}\n{watching.summary()}") from error

    def warm_up(self, watching: Started) -> None:
        """Wait for the first start and some restarts."""
        self.stamp(watching)
        for _ in range(WARM_UP_SAVES):
            pause()
            self.restart_ms(watching)


@contextmanager
def project(environment: Environment, name: str) -> Iterator[Project]:
    """A new project with its pipe."""
    with Stamps(environment.folder / f"{name}.stamps", environment.stamp) as stamps:
        yield Project(environment, name, stamps)


def pause() -> None:
    """Wait until the machine is idle."""
    time.sleep(random.uniform(*PAUSE_S))
