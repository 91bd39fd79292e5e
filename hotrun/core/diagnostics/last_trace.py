"""The trace at the end of a program's output, which explains its failure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from hotrun.core.model.finding import Finding

# Lines that a program may print after its last trace: exit hooks, remarks of a shell or runtime.
LAST_WORDS = 20


class LineParser(Protocol):
    """A parser that reads output line by line, see parser.Parser."""

    def feed(self, stream: str, line: str) -> list[Finding]: ...

    def finish(self) -> list[Finding]: ...


def last_trace(lines: Sequence[str], parser: LineParser) -> Finding | None:
    """The trace at the end of `lines`. The program survived earlier ones."""
    found: Finding | None = None
    for lines_left, line in zip(range(len(lines) - 1, -1, -1), lines, strict=True):
        errors = [finding for finding in parser.feed("stdout", line) if finding.severity == "error"]
        found = errors[-1] if errors and lines_left <= LAST_WORDS else found
    rest = [finding for finding in parser.finish() if finding.severity == "error"]
    return rest[-1] if rest else found
