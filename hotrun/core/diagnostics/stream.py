"""One stream of a run: JSON documents go to the readers of their formats, all other lines to the rules for text."""

from __future__ import annotations

from collections.abc import Callable

from hotrun.core.diagnostics.json_formats.documents import Documents, split
from hotrun.core.diagnostics.json_formats.formats import JsonDocument, Recognizer, Report
from hotrun.core.diagnostics.model.text_lines import plain
from hotrun.core.diagnostics.text_rules.scanner import Scanner

_BEGINNINGS = ("{", "[")
_MOST_SOURCES = 256
_LONGEST_REST = 65_536


class Stream:
    """Tells the two apart. What only looked like a document is read as text after all."""

    def __init__(self, scanner: Scanner, recognizer: Recognizer | None, accept: Callable[[list[Report]], None]) -> None:
        """`accept` gets what documents say; without a `recognizer` all is text."""
        self._scanner = scanner
        self._recognizer = recognizer
        self._accept = accept
        self._documents = Documents()
        self._is_open = False

    def feed(self, line: str) -> None:
        """Read one line, as it was printed."""
        if self._is_open or (line.startswith(_BEGINNINGS) and self._recognizer is not None):
            self._feed_document(line)
        else:
            self._scanner.feed(plain(line))

    def finish(self) -> None:
        """The stream has ended."""
        self._read_as_text()
        self._scanner.finish()

    def _feed_document(self, line: str) -> None:
        # Within a document its lines are indented; one that is not may be a document of somebody else.
        if line.startswith(_BEGINNINGS) and self._read(line):
            return
        outcome = self._documents.take(line)
        self._is_open = outcome in ("taken", "stranger")
        if outcome == "stranger":
            self._scanner.feed(plain(line))
        elif outcome == "whole" and self._read("\n".join(self._documents.lines)):
            self._documents.release()
        elif outcome in ("whole", "broken"):
            self._read_as_text()

    def _read(self, text: str) -> bool:
        """Whether `text` begins with documents of known formats: mostly it is one. What follows them is text."""
        assert self._recognizer is not None
        if not self._recognizer.is_marked(text):
            return False
        reports = self._recognizer.read(text)
        if reports is not None:
            self._accept(reports)
            return True
        documents, rest = split(text)
        found = [reports for part in documents if (reports := self._recognizer.read(part)) is not None]
        for reports in found:
            self._accept(reports)
        for line in rest.split("\n") if found and rest else ():
            self._scanner.feed(plain(line))
        return bool(found)

    def _read_as_text(self) -> None:
        for line in self._documents.release():
            self._scanner.feed(plain(line))
        self._is_open = False


class Pieces:
    """Text that comes in pieces within JSON documents, of several sources at a time."""

    def __init__(self, new_scanner: Callable[[tuple[str, ...]], Scanner]) -> None:
        """`new_scanner` makes what reads the lines of a source, which is near some package."""
        self._new_scanner = new_scanner
        self._scanners: dict[str, Scanner] = {}
        self._rests: dict[str, str] = {}

    def feed(self, printed: JsonDocument) -> None:
        """Read a piece, which may end in the middle of a line."""
        scanner = self._scanners.get(printed.source) or self._new(printed)
        *lines, rest = (self._rests.pop(printed.source, "") + printed.text).split("\n")
        if len(rest) > _LONGEST_REST or (printed.ends and rest):
            lines, rest = [*lines, rest], ""
        for line in lines:
            scanner.feed(plain(line))
        if rest:
            self._rests[printed.source] = rest
        if printed.ends:
            self._end(printed.source)

    def finish(self) -> None:
        """The run is over."""
        for source in tuple(self._scanners):
            self._end(source)

    def _new(self, printed: JsonDocument) -> Scanner:
        if len(self._scanners) >= _MOST_SOURCES:
            self._end(next(iter(self._scanners)))
        scanner = self._scanners[printed.source] = self._new_scanner(printed.near)
        return scanner

    def _end(self, source: str) -> None:
        scanner = self._scanners.pop(source)
        if rest := self._rests.pop(source, ""):
            scanner.feed(plain(rest))
        scanner.finish()
