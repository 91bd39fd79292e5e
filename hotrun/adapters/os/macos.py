"""Which processes there are, as macOS tells through libproc. Written from its headers and NOT TESTED on a Mac.

There is no subreaper: an orphan goes to launchd. But a process keeps the unique id of who spawned it, and such an id is
never used again (`bsd/sys/proc_info.h`, PROC_PIDUNIQIDENTIFIERINFO). So `below` remembers the ids it has seen, and
finds an orphan by them, unless the process between it and us was born and gone between two looks.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import os

from hotrun.adapters.os.process_table import ProcessInfo

_BSD_INFO, _UNIQUE_INFO = 3, 17  # PROC_PIDTBSDINFO, PROC_PIDUNIQIDENTIFIERINFO
_ZOMBIE = 5  # SZOMB


class _BsdInfo(ctypes.Structure):
    """struct proc_bsdinfo."""

    _fields_ = [
        *((name, ctypes.c_uint32) for name in ("flags", "status", "xstatus", "pid", "ppid")),
        *((name, ctypes.c_uint32) for name in ("uid", "gid", "ruid", "rgid", "svuid", "svgid", "rfu")),
        ("comm", ctypes.c_char * 16),
        ("name", ctypes.c_char * 32),
        *((name, ctypes.c_uint32) for name in ("nfiles", "pgid", "pjobc", "tdev", "tpgid")),
        ("nice", ctypes.c_int32),
        ("start_s", ctypes.c_uint64),
        ("start_us", ctypes.c_uint64),
    ]


class _UniqueInfo(ctypes.Structure):
    """struct proc_uniqidentifierinfo."""

    _fields_ = [
        ("uuid", ctypes.c_uint8 * 16),
        ("id", ctypes.c_uint64),
        ("parent_id", ctypes.c_uint64),
        ("reserved", ctypes.c_uint64 * 3),
    ]


_libproc = ctypes.CDLL(ctypes.util.find_library("proc"))
_known: set[int] = set()  # the unique ids of this process and of all that it ever had below it


def see(pid: int) -> ProcessInfo | None:
    """As processes.see; `started` is in microseconds."""
    info = _BsdInfo()
    if not _ask(pid, _BSD_INFO, info):
        return None
    try:
        session = os.getsid(pid)
    except OSError:
        session = 0
    state = "Z" if info.status == _ZOMBIE else "R"
    name = (info.name or info.comm).decode("utf-8", "replace")
    return ProcessInfo(pid, name, state, info.ppid, info.pgid, session, info.start_s * 1_000_000 + info.start_us)


def pids() -> list[int]:
    """All of the system."""
    count = _libproc.proc_listallpids(None, 0)
    numbers = (ctypes.c_int * (count + 100))()
    count = _libproc.proc_listallpids(numbers, ctypes.sizeof(numbers))
    return [pid for pid in numbers[: max(0, count)] if pid > 0]


def children(pid: int) -> list[int]:
    """The children of a process, zombies too."""
    return [seen.pid for seen in map(see, pids()) if seen is not None and seen.parent == pid]


def below(pid: int) -> list[ProcessInfo]:
    """All that descends from this process, `pid`, orphans too; looks until it finds no more."""
    found: dict[int, ProcessInfo] = {}
    _known.update(_ids(pid)[:1])
    while True:
        before = len(_known)
        for one in pids():
            ids = _ids(one)
            if one != pid and ids and ids[1] in _known:
                seen = see(one)
                if seen is not None:
                    found[one] = seen
                    _known.add(ids[0])
        if len(_known) == before:
            return list(found.values())


def strays() -> list[ProcessInfo]:
    """What descends from this process and is not its child any more."""
    ours = os.getpid()
    return [seen for seen in below(ours) if seen.lives and seen.parent != ours]


def _ids(pid: int) -> tuple[int, ...]:
    """The unique ids of a process and of the one that spawned it; none when it has gone."""
    info = _UniqueInfo()
    return (info.id, info.parent_id) if _ask(pid, _UNIQUE_INFO, info) else ()


def _ask(pid: int, flavor: int, info: ctypes.Structure) -> bool:
    size = ctypes.sizeof(info)
    return bool(_libproc.proc_pidinfo(pid, flavor, ctypes.c_uint64(0), ctypes.byref(info), size) == size)
