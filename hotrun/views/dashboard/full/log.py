"""The latest lines of output, for looking back and for searching; what is older is in the log files."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple

from hotrun.views.dashboard.colored import plain

MOST_LINES = 20_000
MOST_CHARACTERS = 8 << 20


class Line(NamedTuple):
    """One line, clean, with its colors. `number` counts from 0 and is never used again."""

    number: int
    source: str
    text: str


class Filter(NamedTuple):
    """What is looked at: the lines of one source (None: of all) that hold `text`, whatever the case."""

    source: str | None = None
    text: str = ""

    def takes(self, line: Line) -> bool:
        """Whether the line is one of them."""
        if self.source is not None and line.source != self.source:
            return False
        return not self.text or self.text.casefold() in plain(line.text).casefold()


class Log:
    """A ring of lines."""

    def __init__(self, most_lines: int = MOST_LINES, most_characters: int = MOST_CHARACTERS) -> None:
        self._lines: deque[Line] = deque()
        self._most_lines = most_lines
        self._most_characters = most_characters
        self._characters = 0
        self.end = 0  # the number that the next line gets

    def add(self, source: str, text: str) -> None:
        """Take one line; the oldest ones may go."""
        self._lines.append(Line(self.end, source, text))
        self.end += 1
        self._characters += len(text)
        while len(self._lines) > self._most_lines or (self._characters > self._most_characters and self._lines):
            self._characters -= len(self._lines.popleft().text)

    @property
    def first(self) -> int:
        """The number of the oldest line that is still there; `end` where there is none."""
        return self._lines[0].number if self._lines else self.end

    def back_from(self, number: int, wanted: Callable[[Line], bool]) -> Iterator[Line]:
        """The lines up to this number that are wanted, the latest first."""
        for at in range(min(number, self.end - 1) - self.first, -1, -1):
            if wanted(self._lines[at]):
                yield self._lines[at]

    def on_from(self, number: int, wanted: Callable[[Line], bool]) -> Iterator[Line]:
        """The lines from this number on that are wanted."""
        for at in range(max(number, self.first) - self.first, len(self._lines)):
            if wanted(self._lines[at]):
                yield self._lines[at]
