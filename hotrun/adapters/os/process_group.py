"""Signals to a process group that we started, and to one process of ours."""

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
