"""The start of hotrun: to the first build step's main(), and of the two commands without a full command-line parser."""

from __future__ import annotations

import random
from collections.abc import Callable

from benchmarks.environment import Environment
from benchmarks.figures import Figure
from benchmarks.project import Project, project
from benchmarks.started import Started

ROUNDS = 30
WARM_UP_ROUNDS = 2
MAX_START_RATIO = 8.0
MAX_COMMAND_RATIO = 6.0
PEER = "`python -c pass`"


def measure(environment: Environment, rounds: int = ROUNDS) -> list[Figure]:
    """Measure every contestant once per round, in random order."""
    with project(environment, "startup") as small:
        small.configure(
            f'[build.first]\ncommand = ["{environment.stamp}", "{small.stamps.path}", "end"]\n\n'
            '[run.last]\ncommand = "true"\nneeds = ["first"]\non_exit = "quit"\n'
        )
        contestants: dict[str, Callable[[], float]] = {
            "python": lambda: _whole_ms(small, str(environment.python), "-c", "pass"),
            "version": lambda: _whole_ms(small, str(environment.hotrun), "--version"),
            "check": lambda: _whole_ms(small, str(environment.hotrun), "check"),
            "start": lambda: _first_step_ms(small, str(environment.hotrun)),
        }
        samples: dict[str, list[float]] = {name: [] for name in contestants}
        for number in range(-WARM_UP_ROUNDS, rounds):
            for name in random.sample(list(contestants), len(contestants)):
                took_ms = contestants[name]()
                if number >= 0:
                    samples[name].append(took_ms)
    python = tuple(samples["python"])

    def figure(title: str, name: str, max_ratio: float) -> Figure:
        return Figure(title, "ms", tuple(samples[name]), PEER, python, max_ratio=max_ratio)

    return [
        figure("`hotrun`, from its start to the first step's `main()`", "start", MAX_START_RATIO),
        figure("`hotrun --version`, whole", "version", MAX_COMMAND_RATIO),
        figure("`hotrun check`, whole", "check", MAX_COMMAND_RATIO),
    ]


def _whole_ms(small: Project, *argv: str) -> float:
    with Started(argv, small.folder, small.output) as started:
        return (started.finish() - started.started_ns) / 1e6


def _first_step_ms(small: Project, hotrun: str) -> float:
    with Started([hotrun], small.folder, small.output) as started:
        took_ms = (small.stamp(started).ns - started.started_ns) / 1e6
        started.finish()
        return took_ms
