"""What one run has found so far: each problem once, with the number of times it was said. Memory is bounded.

Twice: first by what was printed (`Collected`), then by the files that were meant (`PlacedFindings`).
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Sequence

import msgspec

from hotrun.core.diagnostics.model.finding import Finding

MOST_FINDINGS = 2000
MOST_PRINTED = 5 * MOST_FINDINGS  # a file may be printed in many ways: from each folder that a tool works in

Key = tuple[object, ...]


def key(finding: Finding) -> Key:
    """What makes two findings the same problem: place, severity, code and message."""
    file = finding.file
    if file is not None:
        # A name without its folder is another file in another package.
        package = finding.near[:1] if finding.is_partial else ()
        file = posixpath.normpath(posixpath.join(*package, *finding.directories, file))
    return file, finding.line, finding.column, finding.severity, finding.code, finding.message


def printed_key(finding: Finding) -> Key:
    """What makes two findings the same wherever their file may be: all that it is looked for by is the same, too."""
    file = finding.file
    where = () if file is None or file.startswith("/") else (finding.directories, finding.near)
    return file, where, finding.line, finding.column, finding.severity, finding.code, finding.message


class Collected:
    """The findings of one run. Errors and the others are bounded apart, so that warnings never crowd out an error."""

    def __init__(self, key: Callable[[Finding], Key] = key, most: int = MOST_FINDINGS) -> None:
        """Findings with the same `key` are one; `most` errors are kept, and as many of all others."""
        self._key = key
        self._most = most
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
        """Whether `finding` is new and kept; a repetition is counted, one beyond `most` only as dropped."""
        known = self._key(finding)
        if known in self._counts:
            self._counts[known] += 1
            self._repeated[known] = self._kept[known]
            return False
        is_error = finding.severity == "error"
        if (self.errors if is_error else len(self._kept) - self.errors) >= self._most:
            self.dropped += 1
            return False
        self._counts[known] = 1
        self._kept[known] = finding
        self.errors += is_error
        return True

    def count(self, finding: Finding) -> int:
        """How often this problem was reported; final once the parser has finished."""
        return self._counts.get(self._key(finding), 0)

    def counted(self, finding: Finding) -> Finding:
        """`finding` with its count."""
        return msgspec.structs.replace(finding, count=max(1, self.count(finding)))

    def take_repeated(self) -> list[Finding]:
        """What has been reported again since the last time that this was asked."""
        repeated, self._repeated = self._repeated, {}
        return list(repeated.values())


class PlacedFindings:
    """What a parser has found in one run, with the files that were meant.

    What was printed in two ways and is the same place is one problem, with the count of both.
    """

    def __init__(self) -> None:
        self._collected = Collected()
        self._counts: dict[Key, dict[Key, int]] = {}
        self._again: dict[Key, Finding] = {}
        self._placed: dict[Key, Finding] = {}  # as they were at first: a disk may answer later what it did not then

    def take(self, found: Iterable[tuple[Finding, Finding]]) -> list[Finding]:
        """Take findings, each as it was printed and with its place; returns those that are new."""
        new = []
        for printed, found_at in found:
            words = printed_key(printed)
            placed = self._placed.setdefault(words, found_at)
            known = key(placed)
            if known not in self._counts:
                if not self._collected.add(placed):
                    continue
                self._counts[known] = {}
                new.append(placed)
            else:
                self._again.setdefault(known, placed)
            self._counts[known][words] = printed.count
        return new

    def finish(self, found: Iterable[tuple[Finding, Finding]]) -> list[Finding]:
        """Take the last findings; returns them with their counts, after those that have been reported again."""
        new = self.take(found)
        now = {key(finding) for finding in new}
        again = [finding for known, finding in self._again.items() if known not in now]
        return [self._counted(finding) for finding in (*again, *new)]

    def _counted(self, finding: Finding) -> Finding:
        return msgspec.structs.replace(finding, count=sum(self._counts[key(finding)].values()))
