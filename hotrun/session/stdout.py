"""Writes the output of hotrun without blocking, even if its reader is slow or stopped (Ctrl-S).

A file is written at once. A thread writes to a terminal, pipe or socket, because nothing else works for all of them.
O_NONBLOCK would apply to every process that shares the terminal, and a poll does not say how much can be written
before the write blocks. While `is_full`, the caller should add nothing.
"""

from __future__ import annotations

import os
import select
import stat
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hotrun.session.stdout_writer import StdoutWriter


class Stdout:
    """One file descriptor. Everything is written, in order, unless the reader goes away."""

    def __init__(self, fd: int) -> None:
        """The first write inspects the descriptor and starts the thread if it needs one."""
        self._fd = fd
        self._is_inspected = False
        self._writer: StdoutWriter | None = None
        self._error: OSError | None = None
        self._on_change: Callable[[], None] = lambda: None

    def listen(self, on_change: Callable[[], None]) -> None:
        """Call `on_change` in another thread when the buffer is no longer full, and when the reader is gone.

        It is also called when everything is written, after `notify_when_empty`.
        """
        self._on_change = on_change

    @property
    def is_full(self) -> bool:
        """Whether so much is waiting that the caller should add nothing."""
        return self._writer is not None and self._writer.is_full

    @property
    def waiting(self) -> int:
        """The number of bytes not written yet."""
        return 0 if self._writer is None else self._writer.waiting

    def notify_when_empty(self) -> None:
        """Call `on_change` once when everything is written. If it already is, call it now."""
        if self._writer is None:
            self._on_change()
        else:
            self._writer.notify_when_empty()

    def check(self) -> None:
        """Raise OSError if the reader is gone."""
        error = self._error if self._writer is None else self._writer.error
        if error is not None:
            raise error

    def write(self, data: bytes) -> None:
        """Write `data` now or later, without blocking. Raises OSError if the reader is gone."""
        self.check()
        if not self._is_inspected:
            self._is_inspected = True
            if _may_block(self._fd):
                self._writer = self._start()
        if self._writer is not None:
            self._writer.put(data)
            return
        try:
            write_all(self._fd, data)
        except OSError as error:
            self._error = error
            raise

    def drain(self, timeout_s: float) -> bool:
        """Wait until everything is written or the reader is gone. Returns False after `timeout_s`."""
        return self._writer is None or self._writer.drain(timeout_s)

    def close(self, timeout_s: float | None = None) -> bool:
        """Wait until everything is written or the reader is gone. Returns False after `timeout_s`.

        The interpreter does this when it exits, without a timeout, until Ctrl-C.
        """
        return self._writer is None or self._writer.close(timeout_s)

    def _start(self) -> StdoutWriter:
        from hotrun.session.stdout_writer import StdoutWriter  # imported after the first step has started

        return StdoutWriter(lambda data: write_all(self._fd, data), lambda: self._on_change())


def write_all(fd: int, data: memoryview | bytes) -> None:
    """Write all of `data`, and block as long as that takes."""
    rest = memoryview(data)
    while rest:
        try:
            rest = rest[os.write(fd, rest) :]
        except BlockingIOError:  # another program has made our shared terminal non-blocking
            select.select([], [fd], [])


def _may_block(fd: int) -> bool:
    """Whether a write may block until a reader reads. Writing to a disk is not counted as blocking."""
    try:
        mode = os.fstat(fd).st_mode
    except OSError:
        return False  # the write will fail with the same error
    is_device = stat.S_ISCHR(mode) and not os.isatty(fd)  # /dev/null
    return not (stat.S_ISREG(mode) or is_device)
