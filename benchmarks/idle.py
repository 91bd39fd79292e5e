"""What hotrun costs when idle: its CPU time over a minute, after a minute without a change.

python -m benchmarks.idle [--install] [--write]
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import msgspec

from benchmarks.environment import Environment, environment
from benchmarks.memory import own_processes
from benchmarks.project import project
from benchmarks.report import add_options, facts, verdict, write
from benchmarks.started import Started, end_on_signals

WORKING_S = 20.0
QUIET_S = 62.0  # hotrun polls less often after a minute without a change
MEASURED_S = 60.0
MAX_PERCENT = 0.2
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
HEAD = ("| | of a core | its main threads | its other threads |", "|---|---|---|---|")
_UTIME, _STIME = 11, 12  # fields of /proc/PID/stat after the name in parentheses


class Load(msgspec.Struct, frozen=True):
    """Shares of one core in percent, of hotrun and its own helper processes. `main`: only the main thread."""

    whole: float
    main: float

    def row(self, when: str) -> str:
        """A line of the table."""
        return f"| {when} | {self.whole:.2f} % | {self.main:.2f} % | {self.whole - self.main:.2f} % |"


def measure(here: Environment) -> tuple[Load, Load]:
    """Measure right after a save, and when idle."""
    with project(here, "idle") as small:
        small.configure(f'[run.stamp]\ncommand = ["{here.stamp}", "{small.stamps.path}"]\n')
        with Started([str(here.hotrun)], small.folder, small.output) as hotrun:
            small.warm_up(hotrun)
            small.save()
            program = small.stamp(hotrun).pid
            time.sleep(1)
            working = _load(hotrun.pid, program, WORKING_S)
            time.sleep(QUIET_S - WORKING_S)
            return working, _load(hotrun.pid, program, MEASURED_S)


def _load(pid: int, program: int, seconds: float) -> Load:
    """The load over `seconds` without the user's `program`. Raises RuntimeError if a process starts or exits."""
    processes = own_processes(pid, program)
    wholes = [f"/proc/{one}/stat" for one in processes]
    mains = [f"/proc/{one}/task/{one}/stat" for one in processes]
    before, started = (_cpu_s(wholes), _cpu_s(mains)), time.monotonic()
    time.sleep(seconds)
    after, took_s = (_cpu_s(wholes), _cpu_s(mains)), time.monotonic() - started
    if own_processes(pid, program) != processes:
        raise RuntimeError("hotrun has started or ended something meanwhile")
    whole, main = ((later - sooner) / took_s * 100 for sooner, later in zip(before, after, strict=True))
    return Load(whole, main)


def _cpu_s(paths: list[str]) -> float:
    """The CPU time in these files of /proc, in user and kernel mode, in seconds."""
    ticks = 0
    for path in paths:
        fields = Path(path).read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        ticks += int(fields[_UTIME]) + int(fields[_STIME])
    return ticks / TICKS_PER_S


def main() -> int:
    """Measure, print, and write on request. A missed bound is reported, but is not an error."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.idle", description="the CPU time of a quiet hotrun")
    add_options(parser)
    options = parser.parse_args()
    end_on_signals()
    load = os.getloadavg()[0]
    with environment(install=options.install) as here:
        working, quiet = measure(here)
        rows = [
            *HEAD,
            working.row(f"the {WORKING_S:.0f} s after a save"),
            quiet.row(f"{MEASURED_S:.0f} s after a minute of quiet"),
            "",
            verdict(f"at most {MAX_PERCENT:g} % in quiet", f"{quiet.whole:.2f} %", quiet.whole <= MAX_PERCENT),
        ]
        text = "\n".join([facts(here, load), "", *rows])
    print(text)
    if options.write:
        write("idle", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
