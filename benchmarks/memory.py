"""hotrun's memory with one running process, after some rebuilds, compared with an idle Python."""

from __future__ import annotations

from pathlib import Path

from benchmarks.environment import Environment
from benchmarks.figures import Figure
from benchmarks.project import Project, pause, project
from benchmarks.started import Started, children_of

REBUILDS = 3
MAX_MB = 60.0
PEER = "a Python that waits"
KINDS = {
    "Rss": f"memory with one process running, after {REBUILDS} rebuilds: RSS of hotrun's own process",
    "Pss": "the same with its guard and reapers, shared pages divided: PSS",
}
KB_PER_MB = 1024

# The pipe reports that it is idle.
_WAITING = """
import os, signal, sys, time
pipe = os.open(sys.argv[1], os.O_WRONLY)
os.write(pipe, b"%d %d\\n" % (os.getpid(), time.monotonic_ns()))
signal.pause()
"""


def measure(environment: Environment) -> list[Figure]:
    """Measure both at the same moment: shared pages (of the interpreter) count half in both."""
    with project(environment, "memory") as small, project(environment, "memory-peer") as other:
        small.configure(
            f'[build.first]\ncommand = "true"\n\n'
            f'[run.stamp]\ncommand = ["{environment.stamp}", "{small.stamps.path}"]\nneeds = ["first"]\n'
        )
        waiting = [str(environment.python), "-c", _WAITING, str(other.stamps.path)]
        with (
            Started(waiting, other.folder, other.output) as peer,
            Started([str(environment.hotrun)], small.folder, small.output) as hotrun,
        ):
            other.stamp(peer)
            program = _rebuild(small, hotrun)
            memory = [memory_mb(pid) for pid in own_processes(hotrun.pid, program)]
            peer_memory = memory_mb(peer.pid)
    # The guard and the reapers are forks: a sum of their RSS would count shared pages several times.
    sums = {"Rss": memory[0]["Rss"], "Pss": sum(one["Pss"] for one in memory)}
    return [
        Figure(title, "MB", (sums[kind],), PEER, (peer_memory[kind],), maximum=MAX_MB) for kind, title in KINDS.items()
    ]


def _rebuild(small: Project, hotrun: Started) -> int:
    """Build and restart several times. Returns the pid of the running process."""
    pid = small.stamp(hotrun).pid
    for _ in range(REBUILDS):
        pause()
        small.save()
        pid = small.stamp(hotrun).pid
    pause()
    return pid


def own_processes(pid: int, program: int) -> list[int]:
    """hotrun's process and its helpers, without the user's program and its children."""
    found, todo = [], [pid]
    while todo:
        one = todo.pop()
        found.append(one)
        todo.extend(child for child in children_of(one) if child != program)
    return found


def memory_mb(pid: int) -> dict[str, float]:
    """The memory of one process by kind, in MB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    fields = {name.rstrip(":"): value for name, value, *_ in map(str.split, lines[1:])}
    return {kind: int(fields[kind]) / KB_PER_MB for kind in KINDS}
