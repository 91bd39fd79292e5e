"""What one run has found so far: each problem once, with the number of times it was said. Memory is bounded."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

import msgspec

from hotrun.core.diagnostics.model.finding import Finding

MOST_FINDINGS = 2000

Key = tuple[str | None, int | None, int | None, str, str | None, str]


def key(finding: Finding) -> Key:
    """What makes two findings the same problem: place, severity, code and message."""
    file = finding.file
    if file is not None:
        # A name without its folder is another file in another package.
        package = finding.near[:1] if finding.is_partial else ()
        file = posixpath.normpath(posixpath.join(*package, *finding.directories, file))
    return file, finding.line, finding.column, finding.severity, finding.code, finding.message


class Collected:
    """The findings of one run. Errors and the others are bounded apart, so that warnings never crowd out an error."""

    def __init__(self) -> None:
        self._counts: dict[Key, int] = {}
        self._kept: dict[Key, Finding] = {}
        self._repeated: dict[Key, Finding] = {}
        self.errors = 0
        self.dropped = 0

    @property
    def findings(self) -> Sequence[Finding]:
        """All that is kept, in the order of their first appearance."""
        return tuple(self._kept.values())

    def add(self, finding: Finding) -> bool:
        """Whether `finding` is new and kept; a repetition is counted, one beyond MOST_FINDINGS only as dropped."""
        known = key(finding)
        if known in self._counts:
            self._counts[known] += 1
            self._repeated[known] = self._kept[known]
            return False
        is_error = finding.severity == "error"
        if (self.errors if is_error else len(self._kept) - self.errors) >= MOST_FINDINGS:
            self.dropped += 1
            return False
        self._counts[known] = 1
        self._kept[known] = finding
        self.errors += is_error
        return True

    def count(self, finding: Finding) -> int:
        """How often this problem was reported; final once the parser has finished."""
        return self._counts.get(key(finding), 0)

    def counted(self, finding: Finding) -> Finding:
        """`finding` with its count."""
        return msgspec.structs.replace(finding, count=max(1, self.count(finding)))

    def take_repeated(self) -> list[Finding]:
        """What has been reported again since the last time that this was asked."""
        repeated, self._repeated = self._repeated, {}
        return list(repeated.values())
