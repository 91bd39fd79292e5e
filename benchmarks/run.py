"""Runs the benchmarks, prints their table, and writes it into README.md on request."""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import subprocess
import sys

from benchmarks import memory, restart, startup
from benchmarks.figures import Figure, table
from benchmarks.ground import HERE, Ground, ground
from benchmarks.started import end_on_signals

README = HERE / "README.md"
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"
NAMES = ("startup", "restart", "quiet", "memory")


def main() -> int:
    """Run what the command line names; returns the exit code. A bound that is missed is told, not an error."""
    options = _parser().parse_args()
    end_on_signals()
    load = os.getloadavg()[0]
    with ground(install=options.install) as here:
        print(f"measuring {here.what}", file=sys.stderr)
        figures = [figure for name in options.names or NAMES for figure in _measure(name, here)]
        text = f"{_facts(here, load)}\n\n{table(figures)}"
    print(text)
    if options.write:
        _write(text)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="what hotrun costs, beside a peer")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"only these: {', '.join(NAMES)} (default: all)")
    parser.add_argument("--install", action="store_true", help="measure a wheel in a new environment (needs an index)")
    parser.add_argument("--write", action="store_true", help="write the table into benchmarks/README.md")
    return parser


def _measure(name: str, here: Ground) -> list[Figure]:
    print(f"{name} ...", file=sys.stderr)
    match name:
        case "startup":
            return startup.measure(here)
        case "restart":
            return restart.measure(here)
        case "quiet":
            return restart.measure_after_quiet(here)
        case "memory":
            return memory.measure(here)
        case _:
            raise SystemExit(f"no benchmark is named {name}: there are {', '.join(NAMES)}")


def _facts(here: Ground, load: float) -> str:
    version = subprocess.run(
        [here.python, "-c", "import platform; print(platform.python_version())"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout.strip()
    kernel = ".".join(platform.release().split(".")[:2])
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    cores = len(os.sched_getaffinity(0))
    return (
        f"{today}: {cores} {platform.machine()} cores, {platform.system()} {kernel}, Python {version}, {here.what}; "
        f"load {load:.1f} at the start."
    )


def _write(text: str) -> None:
    readme = README.read_text(encoding="utf-8")
    before, rest = readme.split(BEGIN)
    _, after = rest.split(END)
    README.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
