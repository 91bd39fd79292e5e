"""Run the benchmarks, print their table, and write it into README.md on request."""

from __future__ import annotations

import argparse
import os
import sys

from benchmarks import dashboard, diagnostics, memory, output, restart, spawn, startup
from benchmarks.environment import Environment, environment
from benchmarks.figures import Figure, table
from benchmarks.report import add_options, facts, write
from benchmarks.started import end_on_signals

NAMES = ("startup", "spawn", "restart", "quiet", "memory", "output", "dashboard", "diagnostics")


def main() -> int:
    """Run the selected benchmarks. Returns the exit code. A missed bound is reported, but is not an error."""
    options = _parser().parse_args()
    end_on_signals()
    if options.names == ["orphans"]:
        from benchmarks.orphans import table as survivors

        text = survivors()
        print(text)
        if options.write:
            write("orphans", text)
        return 0
    load = os.getloadavg()[0]
    with environment(install=options.install) as here:
        print(f"measuring {here.title}", file=sys.stderr)
        figures = [figure for name in options.names or NAMES for figure in _measure(name, here)]
        text = f"{facts(here, load)}\n\n{table(figures)}"
    print(text)
    if options.write:
        write("figures", text)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="measure hotrun, compared with a peer")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"only these: {', '.join(NAMES)} (default: all); or only orphans"
    )
    add_options(parser)
    return parser


def _measure(name: str, here: Environment) -> list[Figure]:
    print(f"{name} ...", file=sys.stderr)
    match name:
        case "startup":
            return startup.measure(here)
        case "spawn":
            return spawn.measure(here)
        case "restart":
            return restart.measure(here)
        case "quiet":
            return restart.measure_after_quiet(here)
        case "memory":
            return memory.measure(here)
        case "output":
            return output.measure(here)
        case "dashboard":
            return dashboard.measure(here)
        case "diagnostics":
            return diagnostics.measure(here)
        case _:
            raise SystemExit(f"no benchmark is named {name}: there are {', '.join(NAMES)}")
