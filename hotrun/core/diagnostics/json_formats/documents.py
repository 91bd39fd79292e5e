"""Puts JSON documents together from the lines of a stream that may hold other lines as well. Memory is bounded."""

from __future__ import annotations

import re
from typing import Literal

Became = Literal["stranger", "taken", "whole", "broken"]

LONGEST_LINE = 65_536  # a longer one comes in pieces of this many characters (adapters/outputs/output.py)
MOST_CHARACTERS = 16 * 1024 * 1024
MOST_STRANGERS = 200  # so many other lines in a row mean that the rest of the document will not come
DEEPEST = 500

_BLANK = re.compile(r"\s*")
_BEGINNING = re.compile(r"\{\s*(?:[\"}]|$)|\[\s*(?:[{\]]|$)")
_CLOSING = re.compile(r"[\s}\]]+")
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"')
_TOKENS = re.compile(r"(?>\s+|[{}\[\],:]|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null)*+$")


def depth_of(line: str) -> int | None:
    """How many brackets `line` opens more than it closes; None where it cannot be a line of a JSON document."""
    bare = _STRING.sub("", line)
    if '"' in bare or not _TOKENS.match(bare) or not line.strip():
        return None
    return bare.count("{") + bare.count("[") - bare.count("}") - bare.count("]")


def split(text: str) -> tuple[list[str], str]:
    """The documents that follow each other at the beginning of `text`, and what comes behind them."""
    import json

    decoder = json.JSONDecoder()
    found: list[str] = []
    at = 0
    while at < len(text):
        try:
            end = decoder.raw_decode(text, at)[1]
        except (ValueError, RecursionError):
            break
        found.append(text[at:end])
        blank = _BLANK.match(text, end)
        at = blank.end() if blank else end
    return found, text[at:]


class Documents:
    """The document that is open in one stream, if any.

    A line that begins one or comes while one is open goes to `take`, which says what became of it: "stranger" (it is
    no part of a document), "taken", "whole" (`lines` are now a document, with other text behind it where the tool did
    not end its line) or "broken" (`lines` are none, this one included). After the last two, `release` gives the lines
    and is ready for the next document.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._pieces = ""
        self._size = 0
        self._depth = 0
        self._strangers = 0

    @property
    def is_open(self) -> bool:
        """Whether a document has begun."""
        return bool(self.lines or self._pieces)

    def release(self) -> list[str]:
        """The lines of what was open; nothing is open then."""
        lines = [*self.lines, self._pieces] if self._pieces else self.lines
        self.lines, self._pieces, self._size, self._depth, self._strangers = [], "", 0, 0, 0
        return lines

    def take(self, line: str) -> Became:
        """Take a line, as it was printed."""
        if len(line) == LONGEST_LINE and (self.is_open or _BEGINNING.match(line)):
            return self._take_piece(line)
        if self._pieces:
            line, self._pieces = self._pieces + line, ""
            self._size -= len(line)
        depth = depth_of(line) if self.lines or _BEGINNING.match(line) else None
        if depth is None or (not self.lines and not 0 <= depth <= DEEPEST):
            return self._take_stranger(line)
        self._strangers = 0
        self.lines.append(line)
        self._size += len(line)
        self._depth += depth
        if self._depth <= 0:
            return "whole"
        return "broken" if self._size > MOST_CHARACTERS or self._depth > DEEPEST else "taken"

    def _take_piece(self, piece: str) -> Became:
        self._pieces += piece
        self._size += len(piece)
        return "broken" if self._size > MOST_CHARACTERS else "taken"

    def _take_stranger(self, line: str) -> Became:
        if self.lines and (closing := _CLOSING.match(line)) and len("".join(closing[0].split())) == self._depth:
            self.lines.append(line)
            return "whole"
        self._strangers += 1
        if not self.lines or self._strangers > MOST_STRANGERS or len(line) >= LONGEST_LINE:
            self.lines.append(line)
            return "broken"
        return "stranger"
