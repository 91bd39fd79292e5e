"""A terminal to look at: what pyte makes of the bytes, with everything that has scrolled out of the screen."""

from __future__ import annotations

import pyte


class Screen:
    """A terminal of `columns` x `rows`. It does not wrap its lines anew at a resize, as others do."""

    def __init__(self, columns: int = 80, rows: int = 12) -> None:
        self._screen = pyte.HistoryScreen(columns, rows, history=1_000_000, ratio=1.0)
        self._stream = pyte.ByteStream(self._screen)

    def feed(self, data: bytes) -> None:
        """Write to it."""
        self._stream.feed(data)

    @property
    def lines(self) -> list[str]:
        """All lines from the first that scrolled out to the last that is not empty, without spaces at their ends."""
        columns = self._screen.columns
        history = ["".join(row[x].data for x in range(columns)) for row in self._screen.history.top]
        found = [line.rstrip() for line in (*history, *self._screen.display)]
        while found and not found[-1]:
            found.pop()
        return found

    @property
    def cursor(self) -> tuple[int, int]:
        """Column and row, from 0."""
        return self._screen.cursor.x, self._screen.cursor.y

    @property
    def is_cursor_hidden(self) -> bool:
        return bool(self._screen.cursor.hidden)

    def color(self, text: str) -> str:
        """The foreground of the first cell of `text`, wherever it stands on the screen."""
        for y, line in enumerate(self._screen.display):
            if text in line:
                return str(self._screen.buffer[y][line.index(text)].fg)
        raise AssertionError(f"{text!r} is not on the screen: {self._screen.display}")
