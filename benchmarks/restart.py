"""The time from a save to the main() of the restarted program, without a build, compared with the floor."""

from __future__ import annotations

import time
from contextlib import ExitStack

from benchmarks.environment import Environment
from benchmarks.figures import Figure
from benchmarks.project import Project, pause, project
from benchmarks.started import Started

ROUNDS = 30
MAX_RATIO = 15.0
PEER = "floor"
QUIET_PROJECTS = 8
QUIET_S = 62.0  # hotrun polls less often after a minute without a change


def measure(environment: Environment, rounds: int = ROUNDS) -> list[Figure]:
    """One save for each in every round, while both keep running. They alternate in who is first."""
    with ExitStack() as stack:
        watched = [_watched(stack, environment, "floor"), _watched(stack, environment, "hotrun")]
        samples: list[tuple[float, ...]] = []
        for small, started in watched:
            small.warm_up(started)
        for number in range(rounds):
            order = (0, 1) if number % 2 else (1, 0)
            took = {}
            for one in order:
                pause()
                small, started = watched[one]
                took[one] = small.restart_ms(started)
            samples.append((took[0], took[1]))
    floor, hotrun = zip(*samples, strict=True)
    return [Figure("save to the restarted program's `main()`", "ms", hotrun, PEER, floor, max_ratio=MAX_RATIO)]


def measure_after_quiet(environment: Environment, projects: int = QUIET_PROJECTS) -> list[Figure]:
    """The first save after a minute without one, in many projects at once."""
    with ExitStack() as stack:
        watched = {
            kind: [_watched(stack, environment, kind, f"{kind}-quiet-{number}") for number in range(projects)]
            for kind in ("floor", "hotrun")
        }
        for one in watched.values():
            for small, started in one:
                small.warm_up(started)
        time.sleep(QUIET_S)
        samples: dict[str, list[float]] = {kind: [] for kind in watched}
        for number in range(projects):
            for kind, one in watched.items():
                pause()
                small, started = one[number]
                samples[kind].append(small.restart_ms(started))
    title = "the same, for the first save after a minute of quiet"
    return [Figure(title, "ms", tuple(samples["hotrun"]), PEER, tuple(samples["floor"]))]


def _watched(stack: ExitStack, environment: Environment, kind: str, name: str | None = None) -> tuple[Project, Started]:
    small = stack.enter_context(project(environment, name or f"restart-{kind}"))
    command = [str(environment.stamp), str(small.stamps.path)]
    if kind == "hotrun":
        small.configure(f'[run.stamp]\ncommand = ["{command[0]}", "{command[1]}"]\n')
        argv = [str(environment.hotrun)]
    else:
        argv = [str(environment.floor), str(small.folder), *command]
    return small, stack.enter_context(Started(argv, small.folder, small.output))
