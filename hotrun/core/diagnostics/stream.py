"""One stream of a run: JSON documents go to the readers of their formats, other lines to the text rules."""

from __future__ import annotations

from collections.abc import Callable

from hotrun.core.diagnostics.json_formats.documents import Documents, split
from hotrun.core.diagnostics.json_formats.formats import Recognizer
from hotrun.core.diagnostics.json_formats.report import JsonDocument, Report
from hotrun.core.diagnostics.model.text_lines import plain
from hotrun.core.diagnostics.text_rules.scanner import Scanner

_BEGINNINGS = ("{", "[")
_MAX_SOURCES = 256
_LONGEST_REST = 65_536


class Stream:
    """Separates documents and text. Lines that only looked like a document are read as text afterwards."""

    def __init__(self, scanner: Scanner, recognizer: Recognizer | None, accept: Callable[[list[Report]], None]) -> None:
        """`accept`: called with the results of documents. Without a `recognizer`, everything is text."""
        self._scanner = scanner
        self._recognizer = recognizer
        self._accept = accept
        self._documents = Documents()
        self._is_open = False

    def feed(self, line: str) -> None:
        """Read one line as printed."""
        if self._is_open or (line.startswith(_BEGINNINGS) and self._recognizer is not None):
            self._feed_document(line)
        else:
            self._scanner.feed(plain(line))

    def finish(self) -> None:
        """The stream has ended."""
        self._read_as_text()
        self._scanner.finish()

    def _feed_document(self, line: str) -> None:
        # The lines of a document are indented. One that is not may be another program's document.
        if line.startswith(_BEGINNINGS) and self._read(line):
            return
        outcome = self._documents.feed(line)
        self._is_open = outcome in ("part", "other")
        if outcome == "other":
            self._scanner.feed(plain(line))
        elif outcome == "complete" and self._read("\n".join(self._documents.lines)):
            self._documents.release()
        elif outcome in ("complete", "broken"):
            self._read_as_text()

    def _read(self, text: str) -> bool:
        """Read the documents at the beginning of `text`, and the text after them. Returns whether there were any."""
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
    """Text that comes in pieces within JSON documents, from several sources at the same time."""

    def __init__(self, new_scanner: Callable[[tuple[str, ...]], Scanner]) -> None:
        """`new_scanner`: makes the scanner for a source, with its package as `near`."""
        self._new_scanner = new_scanner
        self._scanners: dict[str, Scanner] = {}
        self._rests: dict[str, str] = {}

    def feed(self, printed: JsonDocument) -> None:
        """Read a piece, which may end within a line."""
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
        if len(self._scanners) >= _MAX_SOURCES:
            self._end(next(iter(self._scanners)))
        scanner = self._scanners[printed.source] = self._new_scanner(printed.near)
        return scanner

    def _end(self, source: str) -> None:
        scanner = self._scanners.pop(source)
        if rest := self._rests.pop(source, ""):
            scanner.feed(plain(rest))
        scanner.finish()
