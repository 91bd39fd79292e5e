"""What processes cost, with all that they have started: processor time and memory, from /proc.

Nothing is known on systems without it. A look takes about 30 microseconds for each process of the machine, so it is
taken only while somebody sees the answer.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping

import msgspec

from hotrun.core.model.usage import Usage

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class _UsageSample(msgspec.Struct, frozen=True):
    parent: int
    ticks: int
    pages: int


class UsageMeter:
    """Looks now and then. The first look knows no processor time."""

    def __init__(self) -> None:
        self._ticks: dict[int, int] = {}  # of each pid at the look before
        self._looked_ns = 0

    def look(self, pids: Mapping[str, int]) -> dict[str, Usage]:
        """The cost of each of these processes and all below it, by the same names."""
        now_ns = time.monotonic_ns()
        seen = _all()
        passed_s = (now_ns - self._looked_ns) / 1e9 if self._looked_ns else 0.0
        below: dict[int, list[int]] = {}
        for pid, one in seen.items():
            below.setdefault(one.parent, []).append(pid)
        found = {name: self._cost(_tree(pid, below), seen, passed_s) for name, pid in pids.items() if pid in seen}
        self._ticks = {pid: one.ticks for pid, one in seen.items()}
        self._looked_ns = now_ns
        return found

    def _cost(self, tree: list[int], seen: Mapping[int, _UsageSample], passed_s: float) -> Usage:
        pages = sum(seen[pid].pages for pid in tree)
        if not passed_s:
            return Usage(0.0, pages * _PAGE)
        ticks = sum(max(0, seen[pid].ticks - self._ticks.get(pid, 0)) for pid in tree)
        return Usage(100 * ticks / _TICKS / passed_s, pages * _PAGE)


def _all() -> dict[int, _UsageSample]:
    found: dict[int, _UsageSample] = {}
    try:
        names = os.listdir("/proc")
    except OSError:
        return found
    for name in names:
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", "rb") as file:
                fields = file.read().rpartition(b")")[2].split()
        except OSError:
            continue  # it has just ended
        # proc(5): from the third field on, the fourth is the parent, 14 and 15 the times, 24 the resident pages.
        found[int(name)] = _UsageSample(int(fields[1]), int(fields[11]) + int(fields[12]), int(fields[21]))
    return found


def _tree(root: int, below: Mapping[int, list[int]]) -> list[int]:
    found = [root]
    for pid in found:
        found += below.get(pid, [])
    return found
