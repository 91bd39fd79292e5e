"""Where hotrun prints: a descriptor whose reader may be slow, or stopped (Ctrl-S), without stopping anything else.

A file is written at once. A terminal, pipe or socket is written by a thread of its own, because nothing else works for
all of them: O_NONBLOCK would be set for every process that shares the terminal, and a poll does not say how much can be
written before the write waits. `is_behind` says that too much waits, and it is the caller's part to bring no more then.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import select
import stat
import threading
from collections import deque
from collections.abc import Callable

MOST_WAITING = 1_048_576  # bytes; more than that and we are behind
FEW_WAITING = 262_144  # until no more than this waits
PIECE = 65_536


class Outlet:
    """One descriptor. Everything comes out, in its order, unless nobody reads any more."""

    def __init__(self, fd: int) -> None:
        """Nothing is started before the first write."""
        self._fd = fd
        self._is_threaded: bool | None = None
        self._changed = threading.Condition()  # guards everything below
        self._queue: deque[bytes] = deque()
        self._waiting = 0
        self._is_behind = False
        self._error: OSError | None = None
        self._is_closed = False
        self._on_change: Callable[[], None] = lambda: None

    def listen(self, on_change: Callable[[], None]) -> None:
        """`on_change` is called, in the other thread, when we are no longer behind and when nobody reads any more."""
        with self._changed:
            self._on_change = on_change

    @property
    def is_behind(self) -> bool:
        """Whether so much waits that nothing should be added."""
        return self._is_behind

    @property
    def waiting(self) -> int:
        """How many bytes have not been written yet."""
        return self._waiting

    def check(self) -> None:
        """Raises OSError where nobody reads any more."""
        if self._error is not None:
            raise self._error

    def write(self, data: bytes) -> None:
        """Write `data` now or later; never waits. Raises OSError where nobody reads any more."""
        self.check()
        if self._is_threaded is None:
            self._is_threaded = _may_wait(self._fd)
            if self._is_threaded:
                self._start()
        if not self._is_threaded:
            self._write_directly(data)
            return
        with self._changed:
            self._queue.append(data)
            self._waiting += len(data)
            self._is_behind = self._is_behind or self._waiting > MOST_WAITING
            self._changed.notify_all()

    def close(self, timeout_s: float | None = None) -> bool:
        """Wait until all is written, or nobody reads any more; False where that takes longer than `timeout_s`."""
        with self._changed:
            self._on_change = lambda: None
            is_done = self._changed.wait_for(lambda: not self._waiting or self._error is not None, timeout_s)
            self._is_closed = True
            self._changed.notify_all()
        return is_done

    def _write_directly(self, data: bytes) -> None:
        try:
            _write(self._fd, data)
        except OSError as error:
            self._error = error
            raise

    def _start(self) -> None:
        # A daemon, so that a reader that never reads cannot keep the interpreter from ending by a signal.
        threading.Thread(target=self._run, name="outlet", daemon=True).start()
        atexit.register(self._at_exit)

    def _at_exit(self) -> None:
        with contextlib.suppress(KeyboardInterrupt):  # somebody who will not wait for the reader
            self.close()

    def _run(self) -> None:
        while (data := self._next()) is not None:
            for at in range(0, len(data), PIECE):
                piece = data[at : at + PIECE]
                try:
                    _write(self._fd, piece)
                except OSError as error:
                    self._fail(error)
                    return
                self._written(len(piece))

    def _next(self) -> bytes | None:
        """What is to be written next; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._is_closed)
            return self._queue.popleft() if self._queue else None

    def _written(self, size: int) -> None:
        with self._changed:
            self._waiting -= size
            caught_up = self._is_behind and self._waiting <= FEW_WAITING
            if caught_up:
                self._is_behind = False
            self._changed.notify_all()
            on_change = self._on_change
        if caught_up:
            on_change()

    def _fail(self, error: OSError) -> None:
        with self._changed:
            self._error = error
            self._queue.clear()
            self._is_behind = False
            self._changed.notify_all()
            on_change = self._on_change
        on_change()


def _may_wait(fd: int) -> bool:
    """Whether a write may have to wait for somebody; a file's disk does not count."""
    try:
        mode = os.fstat(fd).st_mode
    except OSError:
        return False  # the write will tell
    is_device = stat.S_ISCHR(mode) and not os.isatty(fd)  # /dev/null
    return not (stat.S_ISREG(mode) or is_device)


def _write(fd: int, data: bytes) -> None:
    """All of it, waiting as long as it takes."""
    rest = memoryview(data)
    while rest:
        try:
            rest = rest[os.write(fd, rest) :]
        except BlockingIOError:  # somebody we share the terminal with has made it non-blocking
            select.select([], [fd], [])
