"""Assemble JSON documents from the lines of a stream, which may contain other lines, too. Memory is bounded."""

from __future__ import annotations

import re
from typing import Literal

LineRole = Literal["other", "part", "complete", "broken"]

MAX_LINE = 65_536  # characters; longer lines come in pieces of this length (adapters/output/reader.py)
MAX_CHARACTERS = 16 * 1024 * 1024
MAX_OTHER_LINES = 200  # after this many other lines in a row, the document is broken
MAX_DEPTH = 500

_BLANK = re.compile(r"\s*")
_BEGINNING = re.compile(r"\{\s*(?:[\"}]|$)|\[\s*(?:[{\]]|$)")
_CLOSING = re.compile(r"[\s}\]]+")
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"')
_TOKENS = re.compile(r"(?>\s+|[{}\[\],:]|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null)*+$")


def depth_of(line: str) -> int | None:
    """The number of brackets that `line` opens minus those it closes. None if it cannot be part of a JSON document."""
    bare = _STRING.sub("", line)
    if '"' in bare or not _TOKENS.match(bare) or not line.strip():
        return None
    return bare.count("{") + bare.count("[") - bare.count("}") - bare.count("]")


def split(text: str) -> tuple[list[str], str]:
    """The consecutive documents at the beginning of `text`, and the rest of it."""
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
    """The open document of one stream, if any.

    `feed` reads the lines of a document, and returns the role of each: "other" (not part of a document), "part",
    "complete" (`lines` are a document, maybe with other text at its end) or "broken" (`lines`, including this one, are
    not a document). After the last two, `release` returns the lines and starts over.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._pieces = ""
        self._size = 0
        self._depth = 0
        self._other_lines = 0

    @property
    def is_open(self) -> bool:
        """Whether a document has begun."""
        return bool(self.lines or self._pieces)

    def release(self) -> list[str]:
        """Return the lines of the open document, and close it."""
        lines = [*self.lines, self._pieces] if self._pieces else self.lines
        self.lines, self._pieces, self._size, self._depth, self._other_lines = [], "", 0, 0, 0
        return lines

    def feed(self, line: str) -> LineRole:
        """Read a line as printed."""
        if len(line) == MAX_LINE and (self.is_open or _BEGINNING.match(line)):
            return self._feed_piece(line)
        if self._pieces:
            line, self._pieces = self._pieces + line, ""
            self._size -= len(line)
        depth = depth_of(line) if self.lines or _BEGINNING.match(line) else None
        if depth is None or (not self.lines and not 0 <= depth <= MAX_DEPTH):
            return self._feed_other(line)
        self._other_lines = 0
        self.lines.append(line)
        self._size += len(line)
        self._depth += depth
        if self._depth <= 0:
            return "complete"
        return "broken" if self._size > MAX_CHARACTERS or self._depth > MAX_DEPTH else "part"

    def _feed_piece(self, piece: str) -> LineRole:
        self._pieces += piece
        self._size += len(piece)
        return "broken" if self._size > MAX_CHARACTERS else "part"

    def _feed_other(self, line: str) -> LineRole:
        if self.lines and (closing := _CLOSING.match(line)) and len("".join(closing[0].split())) == self._depth:
            self.lines.append(line)
            return "complete"
        self._other_lines += 1
        if not self.lines or self._other_lines > MAX_OTHER_LINES or len(line) >= MAX_LINE:
            self.lines.append(line)
            return "broken"
        return "other"
