"""How fast a step's output is read for problems, beside a loop over its lines that does nothing."""

from __future__ import annotations

import json
import subprocess

from benchmarks.figures import Figure
from benchmarks.ground import HERE, Ground

LINES = 100_000
ROUNDS = 5
SECONDS = 300.0
SAMPLES = HERE.parent / "tests" / "core" / "diagnostics" / "samples"
FULL = ("gcc", "tsc", "mypy", "flake8", "go-build", "cargo-check", "eslint", "javac-lint", "maven-compile")
PEER = "`str.split` and a loop"
# What is wanted in lines a second, as the time for LINES of them.
MOST_QUIET_MS = 500.0
MOST_FULL_MS = 3333.0
MOST_LONG_MS = 5.0


def measure(ground: Ground) -> list[Figure]:
    """All kinds of output in one process, in CPU time."""
    files = [str(SAMPLES / f"{name}.txt") for name in FULL]
    command = [str(ground.python), str(HERE / "lines.py"), str(LINES), str(ROUNDS), *files]
    done = subprocess.run(command, check=True, timeout=SECONDS, capture_output=True, text=True)
    took = json.loads(done.stdout)

    def figure(what: str, kind: str, most: float | None) -> Figure:
        parser, split = tuple(took[kind]["parser"]), tuple(took[kind]["split"])
        return Figure(what, "ms", parser, PEER, split, most=most)

    return [
        figure(f"{LINES:,} lines of output without a problem, by all parsers", "quiet", MOST_QUIET_MS),
        figure(f"{LINES:,} lines full of problems, of {len(FULL)} tools", "full", MOST_FULL_MS),
        figure(f"{LINES:,} lines of binary garbage", "garbage", None),
        figure("one line of a megabyte", "long", MOST_LONG_MS),
    ]
