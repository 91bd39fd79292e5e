"""Bytes from a pipe as whole, decoded lines."""

from __future__ import annotations

import codecs

LONGEST = 65_536  # a line without an end is given out in pieces of this many characters


class LineSplitter:
    """An incremental decoder: bytes that are no UTF-8 become U+FFFD, also where a read has cut a character in two."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""

    def feed(self, chunk: bytes) -> tuple[str, ...]:
        """The lines that `chunk` completes, without their ends ("\\n" or "\\r\\n")."""
        text = self._rest + self._decoder.decode(chunk)
        *lines, self._rest = text.split("\n")
        while len(self._rest) > LONGEST:
            lines.append(self._rest[:LONGEST])
            self._rest = self._rest[LONGEST:]
        return tuple(line[:-1] if line.endswith("\r") else line for line in lines)

    def finish(self) -> tuple[str, ...]:
        """What is left at the end, if anything."""
        rest = self._rest + self._decoder.decode(b"", final=True)
        self._rest = ""
        return (rest,) if rest else ()
