"""What one run has found so far: each problem once, with the number of times it was said. Memory is bounded."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from hotrun.core.diagnostics.finding import Finding

MOST_FINDINGS = 2000

Key = tuple[str | None, int | None, int | None, str, str | None, str]


def key(finding: Finding) -> Key:
    """What makes two findings the same problem: place, severity, code and message."""
    file = None if finding.file is None else posixpath.normpath(posixpath.join(*finding.directories, finding.file))
    return file, finding.line, finding.column, finding.severity, finding.code, finding.message


class Collected:
    """The findings of one run. Errors and the others are bounded apart, so that warnings never crowd out an error."""

    def __init__(self) -> None:
        self._counts: dict[Key, int] = {}
        self._findings: list[Finding] = []
        self.errors = 0
        self.dropped = 0

    @property
    def findings(self) -> Sequence[Finding]:
        """All that is kept, in the order of their first appearance."""
        return self._findings

    def add(self, finding: Finding) -> bool:
        """Whether `finding` is new and kept; a repetition is counted, one beyond MOST_FINDINGS only as dropped."""
        known = key(finding)
        if known in self._counts:
            self._counts[known] += 1
            return False
        is_error = finding.severity == "error"
        if (self.errors if is_error else len(self._findings) - self.errors) >= MOST_FINDINGS:
            self.dropped += 1
            return False
        self._counts[known] = 1
        self._findings.append(finding)
        self.errors += is_error
        return True

    def count(self, finding: Finding) -> int:
        """How often this problem was reported; final once the parser has finished."""
        return self._counts.get(key(finding), 0)
