"""A process group that we started: signals to it, and whether anything of it still lives."""

from __future__ import annotations

import contextlib
import os
import signal


def send(pgid: int, number: int) -> None:
    """Signal every member; a group that is gone is no error."""
    _send(pgid, number)
    if number not in (signal.SIGKILL, signal.SIGSTOP, signal.SIGCONT):
        # A stopped member would keep the signal pending for ever.
        _send(pgid, signal.SIGCONT)


def send_to(pid: int, number: int) -> None:
    """Signal one process, likewise."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)
        if number not in (signal.SIGKILL, signal.SIGSTOP, signal.SIGCONT):
            os.kill(pid, signal.SIGCONT)


def _send(pgid: int, number: int) -> None:
    # No such process: it ended, perhaps by the signal before. No permission: macOS says so for a group of zombies;
    # elsewhere all members have changed their user.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pgid, number)


def alive(pgid: int) -> bool:
    """Whether a member other than a zombie is left. Costs one system call while the group is empty."""
    _reap(pgid)
    try:
        os.killpg(pgid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    if _has_living_member(pgid):
        return True
    _reap(pgid)  # what ended since the last call
    return False


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
