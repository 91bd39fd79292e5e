"""A process group that we started: signals to it, and whether anything of it still lives."""

from __future__ import annotations

import os
import signal


def send(pgid: int, number: int) -> None:
    """Signal every member; a group that is gone is no error."""
    try:
        os.killpg(pgid, number)
    except ProcessLookupError:
        return
    except PermissionError:
        # macOS says so for a group of zombies; elsewhere a member has changed its user, and the others got the signal.
        return
    if number not in (signal.SIGKILL, signal.SIGSTOP, signal.SIGCONT):
        # A stopped member would keep the signal pending for ever.
        os.killpg(pgid, signal.SIGCONT)


def alive(pgid: int) -> bool:
    """Whether a member other than a zombie is left. Costs one system call while the group is empty."""
    _reap(pgid)
    try:
        os.killpg(pgid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return _has_living_member(pgid)


def _reap(pgid: int) -> None:
    """Members become our children where hotrun is pid 1; the run's own process is waited for elsewhere."""
    try:
        while os.waitpid(-pgid, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _has_living_member(pgid: int) -> bool:
    """In a container whose pid 1 reaps nothing, zombies stay in the group for ever: look at the states."""
    try:
        pids = [name for name in os.listdir("/proc") if name.isdigit()]
    except FileNotFoundError:
        return True
    return any(_lives_in(pid, pgid) for pid in pids)


def _lives_in(pid: str, pgid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return False
    return int(fields[2]) == pgid and fields[0] not in (b"Z", b"X")
