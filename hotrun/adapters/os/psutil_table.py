"""The process table by means of psutil: for macOS, which has neither /proc nor subreapers.

An orphan becomes a child of launchd there, so its parent no longer tells whose it was. Three facts still do: it was
found below this process before, its session is that of a descendant, or its environment contains the pid of the reaper
that started the program. What escapes is a process that has left its session and hides its environment (Apple's own
programs do), if its parents exit between two calls.

Tested on Linux, where psutil answers the same questions. Nothing in here is specific to macOS.
"""

from __future__ import annotations

import os

import psutil

from hotrun.adapters.os.process_info import REAPER_VARIABLE, ProcessInfo

_seen: set[tuple[int, int]] = set()  # pid and start of all that the latest call has found below this process


def find(pid: int) -> ProcessInfo | None:
    """As process_table.find; `started` is in microseconds since 1970."""
    try:
        process = psutil.Process(pid)
        started = round(process.create_time() * 1_000_000)
        parent, is_zombie = process.ppid(), process.status() == psutil.STATUS_ZOMBIE
    except (psutil.Error, ValueError):  # ValueError: a number that no pid can have
        return None
    return ProcessInfo(pid, _name(process), "Z" if is_zombie else "R", parent, _group(pid), _session(pid), started)


def pids() -> list[int]:
    """As process_table.pids."""
    return psutil.pids()


def children(pid: int) -> list[int]:
    """As process_table.children."""
    return [one.pid for one in _all() if one.parent == pid]


def descendants(pid: int) -> list[ProcessInfo]:
    """As process_table.descendants, with orphans."""
    everything = [one for one in _all() if one.pid != pid]
    found: dict[int, ProcessInfo] = {}
    sessions: set[int] = set()
    outside = {0, _session(pid)}
    fresh = [one for one in everything if one.parent == pid or _is_ours(one, pid)]
    while fresh:
        found.update((one.pid, one) for one in fresh)
        sessions.update(one.session for one in fresh if one.session not in outside)
        fresh = [one for one in everything if one.pid not in found and (one.parent in found or one.session in sessions)]
    if pid == os.getpid():
        _seen.clear()
        _seen.update((one.pid, one.started) for one in found.values())
    return list(found.values())


def orphans() -> list[ProcessInfo]:
    """As process_table.orphans: the living descendants of this process that are not its children."""
    ours = os.getpid()
    return [one for one in descendants(ours) if one.is_alive and one.parent != ours]


def _all() -> list[ProcessInfo]:
    return [one for one in map(find, pids()) if one is not None]


def _is_ours(one: ProcessInfo, pid: int) -> bool:
    """Whether this process was below `pid`, whoever its parent is now."""
    if pid == os.getpid() and (one.pid, one.started) in _seen:
        return True
    try:
        return psutil.Process(one.pid).environ().get(REAPER_VARIABLE) == str(pid)
    except (psutil.Error, OSError):
        return False


def _name(process: psutil.Process) -> str:
    try:
        return process.name()
    except psutil.Error:  # of a zombie, on macOS
        return ""


def _group(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except OSError:
        return 0


def _session(pid: int) -> int:
    try:
        return os.getsid(pid)
    except OSError:
        return 0
