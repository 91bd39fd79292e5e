"""Where a view writes: one file descriptor, all of it or an OSError."""

from __future__ import annotations

import os
import select


class Sink:
    """Collects text and writes it in one go."""

    def __init__(self, fd: int, encoding: str = "utf-8") -> None:
        self._fd = fd
        self._encoding = encoding
        self._parts: list[str] = []

    def put(self, text: str) -> None:
        """Add text to the next write."""
        self._parts.append(text)

    def flush(self) -> None:
        """Write what was put. Raises OSError where nobody reads any more."""
        if not self._parts:
            return
        rest = memoryview("".join(self._parts).encode(self._encoding, "replace"))
        self._parts.clear()
        while rest:
            try:
                rest = rest[os.write(self._fd, rest) :]
            except BlockingIOError:  # somebody we share the terminal with has made it non-blocking
                select.select([], [self._fd], [])
