"""Which processes exist, and how they descend from each other, from Linux's /proc; on macOS psutil_table answers.

/proc is read here and not through psutil because restarts wait for it, in the guard, the reapers and the readiness
probe: psutil takes 7 times as long for one process and 70 times as long for its children (it looks for them in the
whole system), and its import would add 20 ms to every start.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from hotrun.adapters.os.process_info import ProcessInfo


def find(pid: int) -> ProcessInfo | None:
    """Return the process with this pid, also if it is a zombie; None if there is none."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            before, _, after = file.read().rpartition(b")")
    except OSError:
        return None
    fields = after.split()  # from field 3 of proc(5) on; field 2 is a name that may contain anything
    name = before.partition(b"(")[2].decode("utf-8", "replace")
    parent, group, session = map(int, fields[1:4])
    return ProcessInfo(pid, name, fields[0].decode(), parent, group, session, int(fields[19]))


def pids() -> list[int]:
    """Return the pids of all processes of the system."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def children(pid: int) -> list[int]:
    """Return the children of a process, including zombies. Complete if a single-threaded process asks about itself."""
    found: list[int] = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children", "rb") as file:  # one file for each thread
                found += map(int, file.read().split())
    except FileNotFoundError:
        if os.path.exists(f"/proc/{pid}/task/{pid}/children") or not os.path.exists(f"/proc/{pid}"):
            return found  # the process, or one of its threads, has just exited
        return [seen.pid for seen in map(find, pids()) if seen is not None and seen.parent == pid]
    except OSError:
        pass
    return found


def descendants(pid: int) -> list[ProcessInfo]:
    """Return the descendants of a process. Those that are born or change parents during the call may be missing."""
    found: list[ProcessInfo] = []
    todo = children(pid)
    known = set(todo)
    while todo:
        one = todo.pop()
        seen = find(one)
        if seen is not None:
            found.append(seen)
            fresh = [child for child in children(one) if child not in known]
            known.update(fresh)
            todo += fresh
    return found


def lineage(pid: int) -> Iterator[int]:
    """Yield `pid`, its parent and so on up to the first process; only `pid` if that has exited."""
    while pid > 0:
        yield pid
        seen = find(pid)
        pid = 0 if seen is None else seen.parent


def orphans() -> list[ProcessInfo]:
    """Return the descendants of this process that it cannot wait for: with subreapers there are none."""
    return []


if sys.platform == "darwin":
    from hotrun.adapters.os.psutil_table import children, descendants, find, orphans, pids  # noqa: F401 - replaces those above
