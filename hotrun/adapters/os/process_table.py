"""Which processes there are and whose they are, as Linux tells in /proc; on macOS, macos.py does it all."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import msgspec


class ProcessInfo(msgspec.Struct, frozen=True):
    """A process at one moment; `started`: clock ticks after the system's start. Pid and start name it for ever."""

    pid: int
    name: str
    state: str
    parent: int
    group: int
    session: int
    started: int

    @property
    def lives(self) -> bool:
        """It is no zombie."""
        return self.state not in "ZX"


def see(pid: int) -> ProcessInfo | None:
    """The process of this number, a zombie too; None if there is none."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            before, _, after = file.read().rpartition(b")")
    except OSError:
        return None
    fields = after.split()  # from the third of proc(5) on: the second is a name that may hold anything
    name = before.partition(b"(")[2].decode("utf-8", "replace")
    parent, group, session = map(int, fields[1:4])
    return ProcessInfo(pid, name, fields[0].decode(), parent, group, session, int(fields[19]))


def pids() -> list[int]:
    """All of the system."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def children(pid: int) -> list[int]:
    """The children of a process, zombies too. For a process of one thread that asks about itself it is complete."""
    found: list[int] = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children", "rb") as file:  # each thread's own
                found += map(int, file.read().split())
    except FileNotFoundError:
        if os.path.exists(f"/proc/{pid}/task/{pid}/children") or not os.path.exists(f"/proc/{pid}"):
            return found  # the process, or a thread of it, has just ended
        return [seen.pid for seen in map(see, pids()) if seen is not None and seen.parent == pid]
    except OSError:
        pass
    return found


def below(pid: int) -> list[ProcessInfo]:
    """Children, their children and so on; what is born or handed on meanwhile may be missing."""
    found: list[ProcessInfo] = []
    todo = children(pid)
    known = set(todo)
    while todo:
        one = todo.pop()
        seen = see(one)
        if seen is not None:
            found.append(seen)
            fresh = [child for child in children(one) if child not in known]
            known.update(fresh)
            todo += fresh
    return found


def lineage(pid: int) -> Iterator[int]:
    """`pid`, its parent, and so on up to the first process; just `pid` where it is gone or the system does not tell."""
    while pid > 0:
        yield pid
        seen = see(pid)
        pid = 0 if seen is None else seen.parent


def strays() -> list[ProcessInfo]:
    """What descends from this process and can not be waited for by it: nothing, for a subreaper."""
    return []


if sys.platform == "darwin":
    from hotrun.adapters.os.macos import below, children, pids, see, strays  # noqa: F401 - by other means
