"""What hotrun holds in memory with one process running, after some rebuilds, beside a Python that waits."""

from __future__ import annotations

from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.ground import Ground
from benchmarks.project import Project, pause, project
from benchmarks.started import Started, children_of

REBUILDS = 3
MOST_MB = 60.0
PEER = "a Python that waits"
KINDS = {
    "Rss": f"memory with one process running, after {REBUILDS} rebuilds: RSS of hotrun's own process",
    "Pss": "the same with its guard and reapers, shared pages divided: PSS",
}
KB_PER_MB = 1024

# It says through the pipe that it waits.
_WAITING = """
import os, signal, sys, time
pipe = os.open(sys.argv[1], os.O_WRONLY)
os.write(pipe, b"%d %d\\n" % (os.getpid(), time.monotonic_ns()))
signal.pause()
"""


def measure(ground: Ground) -> list[Figure]:
    """Both at the same moment: what they share (the interpreter's own pages) is halved in both."""
    with project(ground, "memory") as small, project(ground, "memory-peer") as other:
        small.configure(
            f'[build.first]\ncommand = "true"\n\n'
            f'[run.stamp]\ncommand = ["{ground.stamp}", "{small.stamps.path}"]\nneeds = ["first"]\n'
        )
        waiting = [str(ground.python), "-c", _WAITING, str(other.stamps.path)]
        with (
            Started(waiting, other.folder, other.said) as peer,
            Started([str(ground.hotrun)], small.folder, small.said) as hotrun,
        ):
            other.stamp(peer)
            program = _rebuild(small, hotrun)
            held = [held_mb(pid) for pid in own_processes(hotrun.pid, program)]
            peer_held = held_mb(peer.pid)
    # The guard and the reapers are forks: a sum of their RSS would count the pages that they share several times.
    sums = {"Rss": held[0]["Rss"], "Pss": sum(one["Pss"] for one in held)}
    return [Figure(what, "MB", (sums[kind],), PEER, (peer_held[kind],), most=MOST_MB) for kind, what in KINDS.items()]


def _rebuild(small: Project, hotrun: Started) -> int:
    """Build and restart some times; returns the pid of what runs then."""
    pid = small.stamp(hotrun).pid
    for _ in range(REBUILDS):
        pause()
        small.save()
        pid = small.stamp(hotrun).pid
    pause()
    return pid


def own_processes(pid: int, program: int) -> list[int]:
    """hotrun's process and what it has started for itself; not the user's program and what is below that."""
    found, todo = [], [pid]
    while todo:
        one = todo.pop()
        found.append(one)
        todo.extend(child for child in children_of(one) if child != program)
    return found


def held_mb(pid: int) -> dict[str, float]:
    """The kinds of memory of one process, in MB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    fields = {name.rstrip(":"): value for name, value, *_ in map(str.split, lines[1:])}
    return {kind: int(fields[kind]) / KB_PER_MB for kind in KINDS}
