"""Bytes from a pipe or a terminal as whole, decoded lines."""

from __future__ import annotations

import codecs

LONGEST = 65_536  # a longer line is given out in pieces of this many characters


class LineSplitter:
    """An incremental decoder: bytes that are no UTF-8 become U+FFFD, also where a read has cut a character in two."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""

    @property
    def rest(self) -> str:
        """The line that has begun and not ended yet."""
        return self._rest

    def feed(self, chunk: bytes | memoryview) -> tuple[str, ...]:
        """The lines that `chunk` completes, without their ends ("\\n" or "\\r\\n")."""
        # No loop over the lines here: a flood has ten thousand in a megabyte, and these calls run in C.
        text = self._rest + self._decoder.decode(chunk)
        if "\r" in text:
            text = text.replace("\r\n", "\n")
        lines = text.split("\n")
        self._rest = lines.pop()
        if _has_long_line(text):
            lines = [piece for line in lines for piece in _pieces(line)]
            while len(self._rest) > LONGEST and self._rest[LONGEST:] != "\r":  # which may be half of a line's end
                lines.append(self._rest[:LONGEST])
                self._rest = self._rest[LONGEST:]
        return tuple(lines)

    def finish(self) -> tuple[str, ...]:
        """What is left at the end, if anything."""
        rest = self._rest + self._decoder.decode(b"", final=True)
        self._rest = ""
        return tuple(_pieces(rest)) if rest else ()


def _has_long_line(text: str) -> bool:
    """Whether more than LONGEST characters stand between two line ends; goes from end to end in the longest leaps."""
    at = 0
    while len(text) - at > LONGEST:
        end = text.rfind("\n", at, at + LONGEST + 1)
        if end < 0:
            return True
        at = end + 1
    return False


def _pieces(line: str) -> list[str]:
    return [line[at : at + LONGEST] for at in range(0, len(line), LONGEST)] or [line]
