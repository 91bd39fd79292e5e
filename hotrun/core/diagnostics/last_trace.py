"""The trace that the output of a program ends with: why it has failed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from hotrun.core.diagnostics.model.finding import Finding

# Lines that a program may print after the trace that ends it: exit hooks, a shell's or runtime's remark.
LAST_WORDS = 20


class LineParser(Protocol):
    """What reads output line by line; see parser.Parser."""

    def feed(self, stream: str, line: str) -> list[Finding]: ...

    def finish(self) -> list[Finding]: ...


def last_trace(lines: Sequence[str], parser: LineParser) -> Finding | None:
    """The trace at the end of `lines`; one further above was logged by a program that went on."""
    found: Finding | None = None
    for lines_left, line in zip(range(len(lines) - 1, -1, -1), lines, strict=True):
        errors = [finding for finding in parser.feed("stdout", line) if finding.severity == "error"]
        found = errors[-1] if errors and lines_left <= LAST_WORDS else found
    rest = [finding for finding in parser.finish() if finding.severity == "error"]
    return rest[-1] if rest else found
