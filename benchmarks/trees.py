"""How hotrun scales with the tree that it watches: its start, one rescan that proves it is up to date, its memory.

    python -m benchmarks.trees [--install] [--write]

.gitignore excludes four of five files. The trees are in the file system's cache.
"""

from __future__ import annotations

import argparse
import datetime
import os
import shutil
import sys
import time
from pathlib import Path
from statistics import median

import msgspec

from benchmarks.chart import Panel, chart
from benchmarks.environment import HERE, Environment, environment
from benchmarks.memory import memory_mb, own_processes
from benchmarks.report import add_options, facts, verdict, write
from benchmarks.started import Started, end_on_signals
from benchmarks.stream import Arrival, Stream

SIZES = (1_000, 10_000, 100_000)
FILES_IN_A_FOLDER = 10
WATCHED_SHARE = 0.2
STARTS = 3
WALKS = 5
EVENT_S = 60.0
SETTLE_S = 0.3
MAX_WATCHING_S, MAX_WALK_S, MAX_MB = 1.0, 0.5, 120.0
CHART = HERE / "trees.svg"
CONFIG = '[build.nothing]\ncommand = "true"\n'
IGNORE = "node_modules/\n/build/\n*.tmp\n"
IGNORED_TOPS = ("build", *(f"src/{number}/node_modules" for number in range(1, 10)))
HEAD = (
    "| files | folders watched | until `watching` | its own `duration_ms` | walk | RSS |",
    "|---|---|---|---|---|---|",
)


class Start(msgspec.Struct, frozen=True):
    """One hotrun: the ms until it watched, measured outside and reported by itself, of each rescan, and its memory."""

    folders: int
    files: int
    watching_ms: float
    own_ms: float
    walks_ms: tuple[float, ...]
    rss_mb: float


class Growth(msgspec.Struct, frozen=True):
    """One size, with its samples."""

    files: int
    starts: tuple[Start, ...]

    @property
    def watching_ms(self) -> list[float]:
        """The ms from `exec` to the event."""
        return [start.watching_ms for start in self.starts]

    @property
    def walks_ms(self) -> list[float]:
        """The ms of the rescans of all starts."""
        return [took_ms for start in self.starts for took_ms in start.walks_ms]

    @property
    def rss_mb(self) -> float:
        """The memory after some rebuilds."""
        return median(start.rss_mb for start in self.starts)

    def row(self) -> str:
        """A line of the table."""
        watched = f"{self.starts[0].folders:,} with {self.starts[0].files:,} files"
        times = (self.watching_ms, [start.own_ms for start in self.starts], self.walks_ms)
        cells = " | ".join(f"{median(samples):.0f} ms (min {min(samples):.0f})" for samples in times)
        return f"| {self.files:,} | {watched} | {cells} | {self.rss_mb:.0f} MB |"


def measure(here: Environment, files: int) -> Growth:
    """Make a tree with this many files, start hotrun in it several times, and remove the tree."""
    folder = here.folder / f"tree-{files}"
    try:
        grow(folder, files)
        starts = [_start(here, folder) for _ in range(STARTS)]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return Growth(files, tuple(starts))


def grow(folder: Path, files: int) -> None:
    """Make a project with this many files, FILES_IN_A_FOLDER in each folder, and up to ten subfolders in each."""
    folder.mkdir()
    (folder / ".gitignore").write_text(IGNORE, encoding="utf-8")
    (folder / "hotrun.toml").write_text(CONFIG, encoding="utf-8")
    folders = files // FILES_IN_A_FOLDER
    watched = round(folders * WATCHED_SHARE)
    for number in range(folders):
        if number < watched:
            inner = folder / "src" / "/".join(str(number + 1))
        else:
            top = IGNORED_TOPS[number % len(IGNORED_TOPS)]
            inner = folder / top / "/".join(f"package_{digit}" for digit in str(number // len(IGNORED_TOPS)))
        inner.mkdir(parents=True, exist_ok=True)
        for name in range(FILES_IN_A_FOLDER):
            with open(inner / f"source_{name}.txt", "w", encoding="ascii") as file:
                file.write(f"{number} {name}\n")


def _start(here: Environment, folder: Path) -> Start:
    argv = [str(here.hotrun), "--ui", "json"]
    with Stream(here.folder / "events") as stream, Started(argv, folder, stream.path) as hotrun:
        watching = stream.wait_for("watching", EVENT_S)
        stream.wait_for("up_to_date", EVENT_S)
        walks_ms = tuple(_walk_ms(stream, folder / "src" / "1" / "source_0.txt") for _ in range(WALKS))
        rss_mb = sum(memory_mb(pid)["Rss"] for pid in own_processes(hotrun.pid, program=0))
    event, watching_ms = watching.event, (watching.ns - hotrun.started_ns) / 1e6
    return Start(event["folders"], event["files"], watching_ms, event["duration_ms"], walks_ms, rss_mb)


def _walk_ms(stream: Stream, file: Path) -> float:
    """Edit one file, and measure the time from the end of its build to `up_to_date`: the rescan that proves it."""
    time.sleep(SETTLE_S)
    file.write_text(f"{time.monotonic_ns()}\n", encoding="ascii")
    stream.wait_for("state", EVENT_S, state="building")
    quiet = stream.wait_for("state", EVENT_S, state="watching")
    settled = stream.wait_for("up_to_date", EVENT_S)
    return (_time_s(settled) - _time_s(quiet)) * 1000


def _time_s(arrival: Arrival) -> float:
    """When hotrun emitted the event, in ms, because two events may arrive at once."""
    return datetime.datetime.fromisoformat(arrival.event["t"]).timestamp()


def summary(grown: list[Growth]) -> str:
    """The table, and the bounds for the largest tree."""
    largest = grown[-1]
    watching_s, walk_s = median(largest.watching_ms) / 1000, median(largest.walks_ms) / 1000
    rss_mb = largest.rss_mb
    minimum = f"min {min(largest.watching_ms) / 1000:.2f} s", f"min {min(largest.walks_ms) / 1000:.2f} s"
    return "\n".join(
        [
            *HEAD,
            *(growth.row() for growth in grown),
            "",
            f"Wanted for {largest.files:,} files:",
            "",
            verdict(
                f"watching within {MAX_WATCHING_S:g} s",
                f"{watching_s:.2f} s ({minimum[0]})",
                watching_s <= MAX_WATCHING_S,
            ),
            verdict(f"a walk within {MAX_WALK_S:g} s", f"{walk_s:.2f} s ({minimum[1]})", walk_s <= MAX_WALK_S),
            verdict(f"at most {MAX_MB:g} MB", f"{rss_mb:.0f} MB", rss_mb <= MAX_MB),
        ]
    )


def draw(grown: list[Growth]) -> str:
    """The three curves, as an SVG."""
    sizes = [growth.files for growth in grown]

    def panel(title: str, unit: str, values: list[float], maximum: float) -> Panel:
        return Panel(title, unit, tuple(zip(sizes, values, strict=True)), maximum)

    return chart(
        [
            panel("until it watches", "ms", [median(one.watching_ms) for one in grown], MAX_WATCHING_S * 1000),
            panel("a walk", "ms", [median(one.walks_ms) for one in grown], MAX_WALK_S * 1000),
            panel("memory", "MB", [one.rss_mb for one in grown], MAX_MB),
        ]
    )


def main() -> int:
    """Measure, print, and write on request. A missed bound is reported, but is not an error."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.trees", description="how hotrun grows with the tree")
    add_options(parser)
    options = parser.parse_args()
    end_on_signals()
    load = os.getloadavg()[0]
    with environment(install=options.install) as here:
        grown = []
        for files in SIZES:
            print(f"{files:,} files ...", file=sys.stderr, flush=True)
            grown.append(measure(here, files))
            print(grown[-1].row(), file=sys.stderr, flush=True)
        text = "\n".join([facts(here, load), "", summary(grown)])
    print(text)
    if options.write:
        CHART.write_text(draw(grown), encoding="utf-8")
        write("trees", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
