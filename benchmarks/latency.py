"""The time from a save to the new process's main(): the floor, hotrun and every installed rival, in random order.

    python -m benchmarks.rivals                 # once, to install them
    python -m benchmarks.latency [--install] [--write]

All of them keep running, each in its own folder with the same files, and each gets one save per round.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from benchmarks.contestants import Contestant, command, contestants
from benchmarks.environment import Environment, environment
from benchmarks.project import Project, pause, project
from benchmarks.report import add_options, facts, percentile, verdict, write
from benchmarks.rivals import default_folder, present
from benchmarks.started import Started, end_on_signals

ROUNDS = 40
SLOW_ROUNDS = 15
SLOW_MS = 250.0  # a median above this needs fewer saves
MINUTES = 10.0
FIRST_START_S = 20.0
MISSED_S = 5.0
WARM_UP_SAVES = 3
BURST_FILES = 100
BURSTS = 3
BURST_QUIET_S = 2.0  # without a start for this time, the burst is over
BURST_S = 20.0  # limit: by then it is clear that one starts for each file

MAX_FLOORS = 8.0
MAX_SHARE_OF_FASTEST = 1 / 3
MAX_P95 = 2.0
HEAD = (
    "| | median | p95 | min | to the floor | saves | missed | doubled | starts for a burst |",
    "|---|---|---|---|---|---|---|---|---|",
)


class Entry:
    """A running contestant, and its measurements."""

    def __init__(self, contestant: Contestant, small: Project, started: Started) -> None:
        self.contestant = contestant
        self.took_ms: list[float] = []
        self.saves = self.missed = self.doubled = 0
        self.bursts: list[int] = []
        self.uncovered = 0
        self._small = small
        self._started = started
        self._was_missed = False

    def begin(self) -> str:
        """Wait for the first start and warm up. Returns the reason of a failure, or nothing."""
        try:
            self._small.stamps.next(FIRST_START_S)
        except TimeoutError:
            return " ".join(self._started.summary().split())[-160:] or "it started nothing and printed nothing"
        for _ in range(WARM_UP_SAVES):
            pause()
            self._small.save()
            self._next_after(0, MISSED_S)
        return ""

    def save(self) -> None:
        """Save once, and record the time until the start for it."""
        self.count_doubled()
        saved_ns = self._small.save()
        self.saves += 1
        stamp_ns = self._next_after(saved_ns, MISSED_S)
        self._was_missed = stamp_ns is None
        if stamp_ns is None:
            self.missed += 1
        else:
            self.took_ms.append((stamp_ns - saved_ns) / 1e6)

    def count_doubled(self) -> None:
        """Count extra starts since the last save's start. A single one may be a missed start that came late."""
        extra = self._small.stamps.drain()
        self.doubled += max(0, extra - self._was_missed)
        self._was_missed = False

    def discard_warm_up(self) -> None:
        """Discard the measurements of the warm-up."""
        self._small.stamps.drain()

    def burst(self) -> None:
        """Save many files at once, and count the starts until they stop."""
        self.count_doubled()
        saved_ns = self._small.save_many(BURST_FILES)
        starts, last_ns, timeout_s = 0, 0, MISSED_S
        end = time.monotonic() + BURST_S
        while time.monotonic() < end and (stamp_ns := self._next_after(0, timeout_s)) is not None:
            starts, last_ns, timeout_s = starts + 1, stamp_ns, BURST_QUIET_S
        self.bursts.append(starts)
        self.uncovered += last_ns < saved_ns

    @property
    def is_done(self) -> bool:
        """Whether it is slow, and has enough measurements."""
        if self.saves < SLOW_ROUNDS or self.contestant.rival is None:
            return False
        return not self.took_ms or median(self.took_ms) > SLOW_MS

    def row(self, floor_ms: float) -> str:
        """A line of the table, with a remark if no start followed the last save of a burst."""
        bursts = " to ".join(map(str, sorted({min(self.bursts), max(self.bursts)}))) if self.bursts else ""
        lost = f" ({self.uncovered} of {len(self.bursts)} without the last file)" if self.uncovered else ""
        times = "| | | |"
        if self.took_ms:
            middle = median(self.took_ms)
            numbers = (middle, percentile(self.took_ms, 95), min(self.took_ms))
            times = f"| {' | '.join(f'{ms:.1f} ms' for ms in numbers)} | {middle / floor_ms:.1f}x"
        return f"| {self.contestant.title} {times} | {self.saves} | {self.missed} | {self.doubled} | {bursts}{lost} |"

    def _next_after(self, ns: int, timeout_s: float) -> int | None:
        deadline = time.monotonic() + timeout_s
        while (left_s := deadline - time.monotonic()) > 0:
            try:
                stamp = self._small.stamps.next(left_s)
            except TimeoutError:
                return None
            if stamp.ns >= ns:
                return stamp.ns
            self.doubled += 1
        return None


def measure(here: Environment, rivals: Path, minutes: float) -> tuple[list[Entry], dict[str, str]]:
    """Measure all entries. Returns them, and the reasons why others are missing."""
    deadline = time.monotonic() + minutes * 60
    failed: dict[str, str] = {}
    entries = []
    with ExitStack() as stack:
        for number, contestant in enumerate(contestants(here, rivals)):
            small = stack.enter_context(project(here, f"latency-{number}"))
            small.save_many(BURST_FILES)
            argv = command(contestant, rivals, small, [str(here.stamp), str(small.stamps.path)])
            entry = Entry(contestant, small, stack.enter_context(Started(argv, small.folder, small.output)))
            if why := entry.begin():
                failed[contestant.title] = why
            else:
                entries.append(entry)
        for entry in entries:
            entry.discard_warm_up()
        for _ in range(ROUNDS):
            running = [entry for entry in entries if not entry.is_done]
            for entry in random.sample(running, len(running)):
                if time.monotonic() < deadline:
                    pause()
                    entry.save()
        time.sleep(BURST_QUIET_S)
        for _ in range(BURSTS):
            for entry in random.sample(entries, len(entries)):
                if entry.contestant.sees_folders:
                    entry.burst()
        for entry in entries:
            entry.count_doubled()
    return entries, failed


def summary(entries: list[Entry], failed: dict[str, str]) -> str:
    """The table, the missing rivals, and the bounds."""
    floor, hotrun = entries[0], entries[1]
    floor_ms = median(floor.took_ms)
    ordered = entries[:2] + sorted(entries[2:], key=lambda one: median(one.took_ms or [float("inf")]))
    rows = [*HEAD, *(entry.row(floor_ms) for entry in ordered), ""]
    rows += [f"{title} could not be measured: {why}" for title, why in failed.items()]
    return "\n".join([*rows, *_verdicts(floor, hotrun, entries[2:])])


def _verdicts(floor: Entry, hotrun: Entry, rivals: list[Entry]) -> list[str]:
    middle, p95 = median(hotrun.took_ms), percentile(hotrun.took_ms, 95)
    floors, minimum = middle / median(floor.took_ms), min(hotrun.took_ms) / min(floor.took_ms)
    lines = [
        verdict(f"at most {MAX_FLOORS:g}x the floor", f"{floors:.1f}x (min {minimum:.1f}x)", floors <= MAX_FLOORS),
        verdict(f"p95 at most {MAX_P95:g}x the median", f"{p95 / middle:.2f}x", p95 <= MAX_P95 * middle),
        verdict(
            "no start missed or doubled",
            f"{hotrun.missed} missed, {hotrun.doubled} doubled of {hotrun.saves}",
            not hotrun.missed and not hotrun.doubled,
        ),
        verdict(
            f"one start for a burst of {BURST_FILES} files",
            ", ".join(map(str, hotrun.bursts)),
            set(hotrun.bursts) == {1} and not hotrun.uncovered,
        ),
    ]
    standing = [one for one in rivals if one.contestant.at_defaults and one.took_ms]
    if standing:
        fastest = min(standing, key=lambda one: median(one.took_ms))
        share = middle / median(fastest.took_ms)
        lines.append(
            verdict(
                f"at most 1/3 of the fastest rival at its defaults ({fastest.contestant.name})",
                f"{share:.2f} of it",
                share <= MAX_SHARE_OF_FASTEST,
            )
        )
    return lines


def main() -> int:
    """Measure, print, and write on request. A missed bound is reported, but is not an error."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.latency", description="save to main(), compared with rivals"
    )
    parser.add_argument("--rivals", type=Path, default=default_folder(), metavar="FOLDER", help="default: %(default)s")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="no save after so long (default: %(default)g)")
    add_options(parser)
    options = parser.parse_args()
    end_on_signals()
    load = os.getloadavg()[0]
    there = present(options.rivals)
    with environment(install=options.install) as here:
        entries, failed = measure(here, options.rivals, options.minutes)
        versions = ", ".join(f"{one.rival.name} {one.version}" for one in there if one.version)
        missing = [f"{one.rival.name} is not installed: {one.reason}" for one in there if not one.version]
        text = "\n\n".join([facts(here, load), f"{versions}.", *missing, summary(entries, failed)])
    print(text)
    if options.write:
        write("latency", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
