"""Splits bytes from a pipe or a terminal into whole, decoded lines."""

from __future__ import annotations

import codecs

MAX_LINE = 65_536  # longer lines are split after so many characters


class LineSplitter:
    """An incremental decoder. Bytes that are not UTF-8 become U+FFFD; a character may be split between two reads."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""

    @property
    def rest(self) -> str:
        """The unfinished last line."""
        return self._rest

    def feed(self, chunk: bytes | memoryview) -> tuple[str, ...]:
        """Return the lines that `chunk` completes, without their ends ("\\n" or "\\r\\n")."""
        # No loop over the lines here: a flood has ten thousand in a megabyte, and these calls run in C.
        text = self._rest + self._decoder.decode(chunk)
        if "\r" in text:
            text = text.replace("\r\n", "\n")
        lines = text.split("\n")
        self._rest = lines.pop()
        if _has_long_line(text):
            lines = [piece for line in lines for piece in _pieces(line)]
            while len(self._rest) > MAX_LINE and self._rest[MAX_LINE:] != "\r":  # it may be half of "\r\n"
                lines.append(self._rest[:MAX_LINE])
                self._rest = self._rest[MAX_LINE:]
        return tuple(lines)

    def finish(self) -> tuple[str, ...]:
        """Return the unfinished last line, if any."""
        rest = self._rest + self._decoder.decode(b"", final=True)
        self._rest = ""
        return tuple(_pieces(rest)) if rest else ()


def _has_long_line(text: str) -> bool:
    """Whether some line has more than MAX_LINE characters. Jumps from line end to line end as far as possible."""
    at = 0
    while len(text) - at > MAX_LINE:
        end = text.rfind("\n", at, at + MAX_LINE + 1)
        if end < 0:
            return True
        at = end + 1
    return False


def _pieces(line: str) -> list[str]:
    return [line[at : at + MAX_LINE] for at in range(0, len(line), MAX_LINE)] or [line]
