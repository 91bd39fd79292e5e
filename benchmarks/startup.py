"""How long hotrun takes to start: to the first build step's main(), and the two commands that need no parser."""

from __future__ import annotations

import random
from collections.abc import Callable

from benchmarks.figures import Figure
from benchmarks.ground import Ground
from benchmarks.project import Project, project
from benchmarks.started import Started

ROUNDS = 30
WARM_UP_ROUNDS = 2
MOST_START_RATIO = 8.0
MOST_COMMAND_RATIO = 6.0
PEER = "`python -c pass`"


def measure(ground: Ground, rounds: int = ROUNDS) -> list[Figure]:
    """Every contestant once a round, in random order."""
    with project(ground, "startup") as small:
        small.configure(
            f'[build.first]\ncommand = ["{ground.stamp}", "{small.stamps.path}", "end"]\n\n'
            '[run.last]\ncommand = "true"\nneeds = ["first"]\non_exit = "quit"\n'
        )
        contestants: dict[str, Callable[[], float]] = {
            "python": lambda: _whole_ms(small, str(ground.python), "-c", "pass"),
            "version": lambda: _whole_ms(small, str(ground.hotrun), "--version"),
            "check": lambda: _whole_ms(small, str(ground.hotrun), "check"),
            "start": lambda: _first_step_ms(small, str(ground.hotrun)),
        }
        samples: dict[str, list[float]] = {name: [] for name in contestants}
        for number in range(-WARM_UP_ROUNDS, rounds):
            for name in random.sample(list(contestants), len(contestants)):
                took_ms = contestants[name]()
                if number >= 0:
                    samples[name].append(took_ms)
    python = tuple(samples["python"])

    def figure(what: str, name: str, most_ratio: float) -> Figure:
        return Figure(what, "ms", tuple(samples[name]), PEER, python, most_ratio=most_ratio)

    return [
        figure("`hotrun`, from its start to the first step's `main()`", "start", MOST_START_RATIO),
        figure("`hotrun --version`, whole", "version", MOST_COMMAND_RATIO),
        figure("`hotrun check`, whole", "check", MOST_COMMAND_RATIO),
    ]


def _whole_ms(small: Project, *argv: str) -> float:
    with Started(argv, small.folder, small.said) as started:
        return (started.finish() - started.started_ns) / 1e6


def _first_step_ms(small: Project, hotrun: str) -> float:
    with Started([hotrun], small.folder, small.said) as started:
        took_ms = (small.stamp(started).ns - started.started_ns) / 1e6
        started.finish()
        return took_ms
