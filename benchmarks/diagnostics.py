"""How fast hotrun parses a step's output for problems, compared with a loop that only reads the lines."""

from __future__ import annotations

import json
import subprocess

from benchmarks.environment import HERE, Environment
from benchmarks.figures import Figure

LINES = 100_000
ROUNDS = 5
SECONDS = 300.0
SAMPLES = HERE.parent / "tests" / "core" / "diagnostics" / "samples"
FULL = ("gcc", "tsc", "mypy", "flake8", "go-build", "cargo-check", "eslint", "javac-lint", "maven-compile")
PEER = "`str.split` and a loop"
# The required lines a second, as the time for LINES of them.
MAX_QUIET_MS = 500.0
MAX_FULL_MS = 3333.0
MAX_LONG_MS = 5.0


def measure(environment: Environment) -> list[Figure]:
    """Measure all kinds of output in one process, in CPU time."""
    files = [str(SAMPLES / f"{name}.txt") for name in FULL]
    command = [str(environment.python), str(HERE / "lines.py"), str(LINES), str(ROUNDS), *files]
    done = subprocess.run(command, check=True, timeout=SECONDS, capture_output=True, text=True)
    took = json.loads(done.stdout)

    def figure(title: str, kind: str, maximum: float | None) -> Figure:
        parser, split = tuple(took[kind]["parser"]), tuple(took[kind]["split"])
        return Figure(title, "ms", parser, PEER, split, maximum=maximum)

    return [
        figure(f"{LINES:,} lines of output without a problem, by all parsers", "quiet", MAX_QUIET_MS),
        figure(f"{LINES:,} lines full of problems, of {len(FULL)} tools", "full", MAX_FULL_MS),
        figure(f"{LINES:,} lines of binary garbage", "garbage", None),
        figure("one line of a megabyte", "long", MAX_LONG_MS),
    ]
