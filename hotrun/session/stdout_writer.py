"""A thread that writes what others put, so that they do not wait, and that says when too much has come together."""

from __future__ import annotations

import atexit
import contextlib
import threading
from collections import deque
from collections.abc import Callable

MOST_WAITING = 1_048_576  # bytes; more than that and we are behind
FEW_WAITING = 262_144  # until no more than this waits
PIECE = 65_536


class StdoutWriter:
    """Bytes from any thread to one function that may wait."""

    def __init__(self, write: Callable[[memoryview], None], on_change: Callable[[], None]) -> None:
        """`write` writes all of it; an OSError ends the work.

        `on_change`: no longer behind, at its end, or empty where that was asked for.
        """
        self._write = write
        self._on_change = on_change
        self._changed = threading.Condition()  # guards all below
        self._queue: deque[bytes] = deque()
        self._is_closing = False
        self._tells_empty = False
        self.waiting = 0
        self.is_behind = False
        self.error: OSError | None = None
        # A daemon, so that a reader that never reads cannot keep the interpreter from ending after Ctrl-C.
        threading.Thread(target=self._run, name="writer", daemon=True).start()
        atexit.register(self._at_exit)

    def put(self, data: bytes) -> None:
        """Take `data`, however much waits."""
        with self._changed:
            self._queue.append(data)
            self.waiting += len(data)
            self.is_behind = self.is_behind or self.waiting > MOST_WAITING
            self._changed.notify_all()

    def tell_empty(self) -> None:
        """Call `on_change` once when nothing waits; at once where that is so."""
        with self._changed:
            self._tells_empty = self.waiting > 0
            if self._tells_empty:
                return
        self._on_change()

    def close(self, timeout_s: float | None = None) -> bool:
        """Wait until all is written or cannot be; False where that takes too long, and then it goes on."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        return self.drain(timeout_s)

    def drain(self, timeout_s: float | None = None) -> bool:
        """Wait until all is written or cannot be; False where that takes too long."""
        with self._changed:
            return self._changed.wait_for(lambda: not self.waiting or self.error is not None, timeout_s)

    def _at_exit(self) -> None:
        with contextlib.suppress(KeyboardInterrupt):  # somebody who will not wait for the reader
            self.close()

    def _run(self) -> None:
        while (data := self._next()) is not None:
            for at in range(0, len(data), PIECE):
                piece = memoryview(data)[at : at + PIECE]
                try:
                    self._write(piece)
                except OSError as error:
                    self._fail(error)
                    return
                self._count(len(piece))

    def _next(self) -> bytes | None:
        """What is to be written next; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._is_closing)
            return self._queue.popleft() if self._queue else None

    def _count(self, size: int) -> None:
        with self._changed:
            self.waiting -= size
            has_caught_up = self.is_behind and self.waiting <= FEW_WAITING
            if has_caught_up:
                self.is_behind = False
            is_told = self._tells_empty and not self.waiting
            if is_told:
                self._tells_empty = False
            self._changed.notify_all()
        if has_caught_up or is_told:
            self._on_change()

    def _fail(self, error: OSError) -> None:
        with self._changed:
            self.error = error
            self._queue.clear()
            self.is_behind = False
            self._changed.notify_all()
        self._on_change()
