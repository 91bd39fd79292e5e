"""A thread that writes bytes to a function that may block, so that its callers do not."""

from __future__ import annotations

import atexit
import contextlib
import threading
from collections import deque
from collections.abc import Callable

MAX_WAITING_BYTES = 1_048_576  # with more than this, the writer is full
RESUME_BYTES = 262_144  # until at most this is waiting
CHUNK_BYTES = 65_536


class StdoutWriter:
    """Accepts bytes from any thread."""

    def __init__(self, write: Callable[[memoryview], None], on_change: Callable[[], None]) -> None:
        """`write` writes all of its argument. An OSError ends the thread.

        `on_change` is called when the writer is no longer full, when it fails, and after `notify_when_empty`.
        """
        self._write = write
        self._on_change = on_change
        self._changed = threading.Condition()  # guards all attributes below
        self._queue: deque[bytes] = deque()
        self._is_closing = False
        self._notifies_empty = False
        self.waiting = 0
        self.is_full = False
        self.error: OSError | None = None
        # A daemon, so that the interpreter can exit after Ctrl-C even if the reader never reads.
        threading.Thread(target=self._run, name="writer", daemon=True).start()
        atexit.register(self._at_exit)

    def put(self, data: bytes) -> None:
        """Add `data`, even if the writer is full."""
        with self._changed:
            self._queue.append(data)
            self.waiting += len(data)
            self.is_full = self.is_full or self.waiting > MAX_WAITING_BYTES
            self._changed.notify_all()

    def notify_when_empty(self) -> None:
        """Call `on_change` once when everything is written. If it already is, call it now."""
        with self._changed:
            self._notifies_empty = self.waiting > 0
            if self._notifies_empty:
                return
        self._on_change()

    def close(self, timeout_s: float | None = None) -> bool:
        """Wait until everything is written or writing fails. Returns False after `timeout_s`; writing then goes on."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        return self.drain(timeout_s)

    def drain(self, timeout_s: float | None = None) -> bool:
        """Wait until everything is written or writing fails. Returns False after `timeout_s`."""
        with self._changed:
            return self._changed.wait_for(lambda: not self.waiting or self.error is not None, timeout_s)

    def _at_exit(self) -> None:
        with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C: do not wait for the reader
            self.close()

    def _run(self) -> None:
        while (data := self._next()) is not None:
            for at in range(0, len(data), CHUNK_BYTES):
                chunk = memoryview(data)[at : at + CHUNK_BYTES]
                try:
                    self._write(chunk)
                except OSError as error:
                    self._fail(error)
                    return
                self._count(len(chunk))

    def _next(self) -> bytes | None:
        """Wait for the next bytes, and remove and return them. None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._is_closing)
            return self._queue.popleft() if self._queue else None

    def _count(self, size: int) -> None:
        with self._changed:
            self.waiting -= size
            has_caught_up = self.is_full and self.waiting <= RESUME_BYTES
            if has_caught_up:
                self.is_full = False
            is_emptied = self._notifies_empty and not self.waiting
            if is_emptied:
                self._notifies_empty = False
            self._changed.notify_all()
        if has_caught_up or is_emptied:
            self._on_change()

    def _fail(self, error: OSError) -> None:
        with self._changed:
            self.error = error
            self._queue.clear()
            self.is_full = False
            self._changed.notify_all()
        self._on_change()
