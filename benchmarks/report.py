"""What the benchmarks have in common on the command line and in README.md: options, the facts of a run, a section."""

from __future__ import annotations

import argparse
import datetime
import math
import os
import platform
import subprocess
from collections.abc import Sequence

from benchmarks.ground import HERE, Ground

README = HERE / "README.md"


def add_options(parser: argparse.ArgumentParser) -> None:
    """The two that every benchmark has."""
    parser.add_argument("--install", action="store_true", help="measure a wheel in a new environment (needs an index)")
    parser.add_argument("--write", action="store_true", help="write the result into benchmarks/README.md")


def facts(here: Ground, load: float) -> str:
    """One sentence: the day, the machine, what was measured, and the load that others made when it began."""
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


def write(section: str, text: str) -> None:
    """Replace what stands in README.md between the two comments that name `section`."""
    begin, end = f"<!-- {section} -->", f"<!-- end of {section} -->"
    readme = README.read_text(encoding="utf-8")
    before, rest = readme.split(begin)
    _, after = rest.split(end)
    README.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")


def percentile(samples: Sequence[float], percent: float) -> float:
    """The nearest rank: a value that was measured."""
    return sorted(samples)[max(0, math.ceil(len(samples) * percent / 100) - 1)]


def verdict(what: str, measured: str, kept: bool) -> str:
    """One line of a list: what was wanted, what was measured."""
    return f"- {what}: {measured}" + ("" if kept else ", **missed**")
