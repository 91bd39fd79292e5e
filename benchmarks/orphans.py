"""How many processes of a hostile tree survive restarts, and the exit of hotrun, its guard or its reapers."""

from __future__ import annotations

import os
import subprocess
import sys

import msgspec

from benchmarks.environment import HERE
from tests.e2e.processes.orphans import ALL_S, Outcome

CASES = {
    "restart": ("a restart", 200),
    "term": ("TERM to hotrun", 20),
    "int": ("INT to hotrun", 20),
    "hup": ("HUP to hotrun", 20),
    "kill": ("KILL to hotrun", 20),
    "guard": ("KILL to the guard", 20),
    "reapers": ("KILL to all reapers", 20),
    "guard+reapers": ("KILL to the guard and all reapers", 20),
    "kill+guard": ("KILL to hotrun and the guard", 20),
    "kill+reapers": ("KILL to hotrun and all reapers", 20),
}
HEAD = ("| | rounds | survivors | until nothing lived (most) |", "|---|---|---|---|")


def table() -> str:
    """Run every case in its own process, which catches escaped processes. Returns a Markdown table."""
    rows = [_row(title, _outcome(case, rounds)) for case, (title, rounds) in CASES.items()]
    return "\n".join((*HEAD, *rows))


def _outcome(case: str, rounds: int) -> Outcome:
    print(f"orphans: {case} ...", file=sys.stderr)
    root = HERE.parent
    command = [sys.executable, "-P", "-m", "tests.e2e.processes.orphans", case, str(rounds)]
    env = {**os.environ, "PYTHONPATH": str(root)}
    with subprocess.Popen(command, cwd=root, env=env, stdout=subprocess.PIPE) as harness:
        try:
            output, _ = harness.communicate(timeout=ALL_S)
        finally:
            harness.terminate()  # it kills its children when it exits
    if harness.returncode != 0:
        raise RuntimeError(f"the case {case} has failed")
    return msgspec.json.decode(output, type=Outcome)


def _row(title: str, outcome: Outcome) -> str:
    missed = "" if outcome.survivors == 0 else ", **missed**"
    took = f"{outcome.took_ms:.0f} ms ({outcome.most_ms:.0f} ms)"
    return f"| {title} | {outcome.rounds} | {outcome.survivors}{missed} | {took} |"
