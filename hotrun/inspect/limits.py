"""The kernel's inotify limits, and how much of them this user's processes already use. Only reads /proc."""

from __future__ import annotations

import os
from collections.abc import Iterator

import msgspec

_FOLDER = "/proc/sys/fs/inotify"
_SENSORS = 2  # the old one keeps running until the new one has taken over


class Limit(msgspec.Struct, frozen=True):
    """One limit, `fs.inotify.NAME`. `used`: by this user's processes, None if unknown. `needed`: by hotrun."""

    name: str
    allowed: int
    used: int | None
    needed: int

    @property
    def is_enough(self) -> bool:
        """Whether hotrun's need fits into the rest of the limit."""
        return (self.used or 0) + self.needed <= self.allowed

    @property
    def remedy(self) -> str:
        """The command that raises the limit, doubled until it is enough."""
        raised = self.allowed
        while raised < (self.used or 0) + self.needed:
            raised *= 2
        return f"sudo sysctl fs.inotify.{self.name}={raised}"


QUEUED_EVENTS = 16384  # the kernel's default; a branch switch overflows a smaller queue and costs full rescans


def inotify_limits(folders: int) -> tuple[Limit, ...]:
    """The limits for watching `folders` folders. Empty without inotify."""
    watches, instances = _used()
    wanted = (
        ("max_user_watches", watches, _SENSORS * folders),
        ("max_user_instances", instances, _SENSORS),
        ("max_queued_events", None, QUEUED_EVENTS),
    )
    found = ((name, _allowed(name), used, needed) for name, used, needed in wanted)
    return tuple(Limit(name, allowed, used, needed) for name, allowed, used, needed in found if allowed is not None)


def _allowed(name: str) -> int | None:
    try:
        with open(f"{_FOLDER}/{name}", encoding="ascii") as file:
            return int(file.read())
    except (OSError, ValueError):
        return None


def _used() -> tuple[int, int]:
    """How many watches and instances this user's processes have, as far as /proc shows them."""
    counts = [_watches(path) for path in _instances()]
    return sum(counts), len(counts)


def _instances() -> Iterator[str]:
    """The /proc/PID/fdinfo/FD of every inotify instance of this user."""
    for pid in filter(str.isdigit, os.listdir("/proc") if os.path.isdir("/proc") else ()):
        try:
            if os.stat(f"/proc/{pid}").st_uid != os.geteuid():
                continue
            names = os.listdir(f"/proc/{pid}/fd")
        except OSError:
            continue
        for name in names:
            try:
                target = os.readlink(f"/proc/{pid}/fd/{name}")
            except OSError:
                continue
            if target == "anon_inode:inotify":
                yield f"/proc/{pid}/fdinfo/{name}"


def _watches(path: str) -> int:
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            return sum(line.startswith("inotify ") for line in file)
    except OSError:
        return 0
