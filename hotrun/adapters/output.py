"""Bytes from a pipe as whole, decoded lines."""

from __future__ import annotations

import codecs

LONGEST = 65_536  # a longer line is given out in pieces of this many characters


class LineSplitter:
    """An incremental decoder: bytes that are no UTF-8 become U+FFFD, also where a read has cut a character in two."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""

    def feed(self, chunk: bytes) -> tuple[str, ...]:
        """The lines that `chunk` completes, without their ends ("\\n" or "\\r\\n")."""
        text = self._rest + self._decoder.decode(chunk)
        *ended, self._rest = text.split("\n")
        lines = [line[:-1] if line.endswith("\r") else line for line in ended]
        if len(text) > LONGEST:
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


def _pieces(line: str) -> list[str]:
    return [line[at : at + LONGEST] for at in range(0, len(line), LONGEST)] or [line]
