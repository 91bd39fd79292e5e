"""Where hotrun prints: a descriptor whose reader may be slow, or stopped (Ctrl-S), without stopping anything else.

A file is written at once. A terminal, pipe or socket is written by a thread of its own, because nothing else works for
all of them: O_NONBLOCK would be set for every process that shares the terminal, and a poll does not say how much can be
written before the write waits. `is_behind` says that too much waits, and it is the caller's part to bring no more then.
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
    """One descriptor. Everything comes out, in its order, unless nobody reads any more."""

    def __init__(self, fd: int) -> None:
        """Nothing is looked at or started before the first write."""
        self._fd = fd
        self._is_known = False
        self._writer: StdoutWriter | None = None
        self._error: OSError | None = None
        self._on_change: Callable[[], None] = lambda: None

    def listen(self, on_change: Callable[[], None]) -> None:
        """`on_change` is called, in another thread, when we are no longer behind and when nobody reads any more.

        Also when all is written, where `tell_empty` has asked for that.
        """
        self._on_change = on_change

    @property
    def is_behind(self) -> bool:
        """Whether so much waits that nothing should be added."""
        return self._writer is not None and self._writer.is_behind

    @property
    def waiting(self) -> int:
        """How many bytes have not been written yet."""
        return 0 if self._writer is None else self._writer.waiting

    def tell_empty(self) -> None:
        """Tell once that nothing waits any more; at once where that is so."""
        if self._writer is None:
            self._on_change()
        else:
            self._writer.tell_empty()

    def check(self) -> None:
        """Raises OSError where nobody reads any more."""
        error = self._error if self._writer is None else self._writer.error
        if error is not None:
            raise error

    def write(self, data: bytes) -> None:
        """Write `data` now or later; never waits. Raises OSError where nobody reads any more."""
        self.check()
        if not self._is_known:
            self._is_known = True
            if _may_wait(self._fd):
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
        """Wait until all is written, or nobody reads any more; False where that takes longer than `timeout_s`."""
        return self._writer is None or self._writer.drain(timeout_s)

    def close(self, timeout_s: float | None = None) -> bool:
        """Wait until all is written, or nobody reads any more; False where that takes longer than `timeout_s`.

        The interpreter does this at its end, for as long as it takes or until Ctrl-C.
        """
        return self._writer is None or self._writer.close(timeout_s)

    def _start(self) -> StdoutWriter:
        from hotrun.session.stdout_writer import StdoutWriter  # not before the first step was spawned

        return StdoutWriter(lambda data: write_all(self._fd, data), lambda: self._on_change())


def write_all(fd: int, data: memoryview | bytes) -> None:
    """Write all of it, as long as it takes."""
    rest = memoryview(data)
    while rest:
        try:
            rest = rest[os.write(fd, rest) :]
        except BlockingIOError:  # somebody we share the terminal with has made it non-blocking
            select.select([], [fd], [])


def _may_wait(fd: int) -> bool:
    """Whether a write may have to wait for somebody; a file's disk does not count."""
    try:
        mode = os.fstat(fd).st_mode
    except OSError:
        return False  # the write will tell
    is_device = stat.S_ISCHR(mode) and not os.isatty(fd)  # /dev/null
    return not (stat.S_ISREG(mode) or is_device)
