"""Wakes a poll when a child ends, or when any other signal with a handler comes."""

from __future__ import annotations

import contextlib
import os
import signal


def wake_on_signals(*numbers: int) -> int:
    """A descriptor that becomes readable when one of these signals comes; SIGCHLD always is among them."""
    ours, theirs = os.pipe()
    os.set_blocking(ours, False)
    os.set_blocking(theirs, False)
    signal.set_wakeup_fd(theirs, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, *numbers):
        signal.signal(number, _nothing)
    return ours


def drain(fd: int) -> None:
    """Take what has woken us."""
    with contextlib.suppress(BlockingIOError):
        while os.read(fd, 512):
            pass


def _nothing(number: int, frame: object) -> None:
    """A handler in Python, so that the number is written to the descriptor."""
