"""Wakes a poll when a child exits, or when another signal with a handler arrives."""

from __future__ import annotations

import contextlib
import os
import signal


def wake_on_signals(*numbers: int) -> int:
    """Return a descriptor that becomes readable when SIGCHLD or one of these signals arrives."""
    ours, theirs = os.pipe()
    os.set_blocking(ours, False)
    os.set_blocking(theirs, False)
    signal.set_wakeup_fd(theirs, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, *numbers):
        signal.signal(number, _ignore)
    return ours


def drain(fd: int) -> None:
    """Discard the bytes that have woken the poll."""
    with contextlib.suppress(BlockingIOError):
        while os.read(fd, 512):
            pass


def _ignore(number: int, frame: object) -> None:
    """Do nothing. Only a signal with a Python handler is written to the descriptor."""
