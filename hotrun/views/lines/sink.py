"""Where a view puts its text: collected, encoded, and given out in one go."""

from __future__ import annotations

from collections.abc import Callable

Write = Callable[[bytes], None]


class Sink:
    """Text on its way to `write`."""

    def __init__(self, write: Write, encoding: str = "utf-8") -> None:
        """`write` takes all of it, and raises OSError where nobody reads any more. It must not wait."""
        self._write = write
        self._encoding = encoding
        self._parts: list[str] = []

    def put(self, text: str) -> None:
        """Add text to the next write."""
        self._parts.append(text)

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been put since the last write."""
        return not self._parts

    def take(self) -> str:
        """What was put, for somebody who writes it himself."""
        text = "".join(self._parts)
        self._parts.clear()
        return text

    def flush(self) -> None:
        """Write what was put. Raises OSError where nobody reads any more."""
        if self._parts:
            text = self.take()  # what cannot be written is not tried again
            self._write(text.encode(self._encoding, "replace"))
