"""Who comes from whom among processes: what is below one, and what is above it. Reads /proc only."""

from __future__ import annotations

import os
from collections.abc import Iterator


def descendants(pid: int) -> set[int]:
    """All that lives below `pid`, zombies included, `pid` itself not; empty where the system does not tell.

    What was re-parented (a daemon) is found only if its new parent, a subreaper, is `pid` or below it.
    """
    found: set[int] = set()
    waiting = [pid]
    while waiting:
        children = set(_children(waiting.pop())) - found
        found |= children
        waiting += children
    return found


def lineage(pid: int) -> Iterator[int]:
    """`pid`, its parent, and so on up to the first process; just `pid` where it is gone or the system does not tell."""
    while pid > 0:
        yield pid
        pid = _parent(pid)


def _children(pid: int) -> Iterator[int]:
    """A process's children are kept by the thread that forked them: reading the main thread's misses the others'."""
    folder = f"/proc/{pid}/task"
    try:
        threads = os.listdir(folder)
    except OSError:
        return
    for thread in threads:
        try:
            with open(f"{folder}/{thread}/children", "rb") as file:
                yield from map(int, file.read().split())
        except OSError:  # it ended meanwhile
            continue


def _parent(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return int(file.read().rpartition(b")")[2].split()[1])
    except OSError:
        return 0
