"""Options, facts and sections of README.md that all benchmarks share."""

from __future__ import annotations

import argparse
import datetime
import math
import os
import platform
import subprocess
from collections.abc import Sequence

from benchmarks.environment import HERE, Environment

README = HERE / "README.md"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the two options of every benchmark."""
    parser.add_argument("--install", action="store_true", help="measure a wheel in a new environment (needs an index)")
    parser.add_argument("--write", action="store_true", help="write the result into benchmarks/README.md")


def facts(here: Environment, load: float) -> str:
    """One sentence: the date, the machine, the measured hotrun, and the load of the machine at the start."""
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
        f"{today}: {cores} {platform.machine()} cores, {platform.system()} {kernel}, Python {version}, {here.title}; "
        f"load {load:.1f} at the start."
    )


def write(section: str, text: str) -> None:
    """Replace the text in README.md between the two comments for `section`."""
    begin, end = f"<!-- {section} -->", f"<!-- end of {section} -->"
    readme = README.read_text(encoding="utf-8")
    before, rest = readme.split(begin)
    _, after = rest.split(end)
    README.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")


def percentile(samples: Sequence[float], percent: float) -> float:
    """The percentile by nearest rank, which is a measured value."""
    return sorted(samples)[max(0, math.ceil(len(samples) * percent / 100) - 1)]


def verdict(title: str, measured: str, is_met: bool) -> str:
    """A line of a list: the bound and the measured value."""
    return f"- {title}: {measured}" + ("" if is_met else ", **missed**")
