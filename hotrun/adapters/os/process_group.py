"""Signals process groups that hotrun started, and single processes."""

from __future__ import annotations

import contextlib
import os
import signal


def send(pgid: int, number: int) -> None:
    """Signal every member of a group, and wake stopped ones. A group that is gone is no error."""
    _send(pgid, number)
    if number not in (signal.SIGKILL, signal.SIGSTOP, signal.SIGCONT):
        # A stopped member would keep the signal pending forever.
        _send(pgid, signal.SIGCONT)


def send_to(pid: int, number: int) -> None:
    """Signal one process in the same way."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)
        if number not in (signal.SIGKILL, signal.SIGSTOP, signal.SIGCONT):
            os.kill(pid, signal.SIGCONT)


def _send(pgid: int, number: int) -> None:
    # ProcessLookupError: it has exited, perhaps by the previous signal. PermissionError: on macOS, a group of zombies;
    # elsewhere, all members have changed their user.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pgid, number)
