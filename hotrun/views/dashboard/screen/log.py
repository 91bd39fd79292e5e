"""The latest lines of output, for looking back and for searching; what is older is in the log files."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple

from hotrun.views.text.clean import uncolored

MOST_LINES = 20_000
MOST_CHARACTERS = 8 << 20


class LogLine(NamedTuple):
    """One line, clean, with its colors. `number` counts from 0 and is never used again."""

    number: int
    source: str
    text: str


class Filter(NamedTuple):
    """What is looked at: the lines of one source (None: of all) that hold `text`, whatever the case."""

    source: str | None = None
    text: str = ""

    def takes(self, line: LogLine) -> bool:
        """Whether the line is one of them."""
        if self.source is not None and line.source != self.source:
            return False
        return not self.text or self.text.casefold() in uncolored(line.text).casefold()


class OutputLog:
    """A ring of lines. What comes is only put aside, as long as nobody looks: a flood must cost next to nothing."""

    def __init__(self, most_lines: int = MOST_LINES, most_characters: int = MOST_CHARACTERS) -> None:
        self._lines: deque[LogLine] = deque()
        self._aside: deque[tuple[str, str]] = deque()
        self._aside_characters = 0
        self._most_lines = most_lines
        self._most_characters = most_characters
        self._characters = 0
        self._end = 0

    def add(self, source: str, text: str) -> None:
        """Take lines, joined by newlines; the oldest ones may go."""
        self._aside.append((source, text))
        self._aside_characters += len(text)
        while self._aside_characters > self._most_characters and len(self._aside) > 1:
            self._aside_characters -= len(self._aside.popleft()[1])

    @property
    def end(self) -> int:
        """The number that the next line gets."""
        self._take_in()
        return self._end

    @property
    def first(self) -> int:
        """The number of the oldest line that is still there; `end` where there is none."""
        self._take_in()
        return self._lines[0].number if self._lines else self._end

    def back_from(self, number: int, wanted: Callable[[LogLine], bool]) -> Iterator[LogLine]:
        """The lines up to this number that are wanted, the latest first."""
        for at in range(min(number, self.end - 1) - self.first, -1, -1):
            if wanted(self._lines[at]):
                yield self._lines[at]

    def on_from(self, number: int, wanted: Callable[[LogLine], bool]) -> Iterator[LogLine]:
        """The lines from this number on that are wanted."""
        for at in range(max(number, self.first) - self.first, len(self._lines)):
            if wanted(self._lines[at]):
                yield self._lines[at]

    def _take_in(self) -> None:
        while self._aside:
            source, text = self._aside.popleft()
            for line in text.split("\n"):
                self._lines.append(LogLine(self._end, source, line))
                self._end += 1
                self._characters += len(line)
            while len(self._lines) > self._most_lines or self._characters > self._most_characters:
                self._characters -= len(self._lines.popleft().text)
        self._aside_characters = 0
