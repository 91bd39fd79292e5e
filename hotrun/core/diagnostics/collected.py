"""The findings of one run: each problem once, with the number of its reports. Memory is bounded.

Findings are merged twice: first by their printed text (`Collected`), then by their resolved files (`PlacedFindings`).
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Sequence

import msgspec

from hotrun.core.model.finding import Finding

MAX_FINDINGS = 2000
MAX_PRINTED = 5 * MAX_FINDINGS  # one file may be printed relative to several folders

Key = tuple[object, ...]


def key(finding: Finding) -> Key:
    """The identity of a problem: place, severity, code and message."""
    file = finding.file
    if file is not None:
        # A name without a folder may be another file in another package.
        package = finding.near[:1] if finding.is_partial else ()
        file = posixpath.normpath(posixpath.join(*package, *finding.directories, file))
    return file, finding.line, finding.column, finding.severity, finding.code, finding.message


def printed_key(finding: Finding) -> Key:
    """The identity of a problem before its file is resolved: everything that the search for the file depends on."""
    file = finding.file
    where = () if file is None or file.startswith("/") else (finding.directories, finding.near)
    return file, where, finding.line, finding.column, finding.severity, finding.code, finding.message


class Collected:
    """The findings of one run. Errors have their own limit, so that warnings never displace an error."""

    def __init__(self, key: Callable[[Finding], Key] = key, limit: int = MAX_FINDINGS) -> None:
        """Findings with the same `key` are one. Keeps `limit` errors, and `limit` other findings."""
        self._key = key
        self._limit = limit
        self._counts: dict[Key, int] = {}
        self._kept: dict[Key, Finding] = {}
        self._repeated: dict[Key, Finding] = {}
        self.errors = 0
        self.dropped = 0

    @property
    def findings(self) -> Sequence[Finding]:
        """The kept findings, in the order of their first report."""
        return tuple(self._kept.values())

    def add(self, finding: Finding) -> bool:
        """Add `finding`, or count a repetition. Returns whether it is new and kept. Beyond `limit` it is dropped."""
        known = self._key(finding)
        if known in self._counts:
            self._counts[known] += 1
            self._repeated[known] = self._kept[known]
            return False
        is_error = finding.severity == "error"
        if (self.errors if is_error else len(self._kept) - self.errors) >= self._limit:
            self.dropped += 1
            return False
        self._counts[known] = 1
        self._kept[known] = finding
        self.errors += is_error
        return True

    def count(self, finding: Finding) -> int:
        """How often this problem was reported. Final once the parser has finished."""
        return self._counts.get(self._key(finding), 0)

    def counted(self, finding: Finding) -> Finding:
        """The `finding` with its count."""
        return msgspec.structs.replace(finding, count=max(1, self.count(finding)))

    def drain_repeated(self) -> list[Finding]:
        """The findings that were reported again since the last call."""
        repeated, self._repeated = self._repeated, {}
        return list(repeated.values())


class PlacedFindings:
    """The findings of one run with resolved files.

    Two findings with different printed paths but the same place are one problem, with the sum of their counts.
    """

    def __init__(self) -> None:
        self._collected = Collected()
        self._counts: dict[Key, dict[Key, int]] = {}
        self._again: dict[Key, Finding] = {}
        self._placed: dict[Key, Finding] = {}  # as first resolved: a slow disk may give another answer later

    def add(self, found: Iterable[tuple[Finding, Finding]]) -> list[Finding]:
        """Add findings, each as (printed, resolved). Returns the new ones."""
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
        """Add the last findings. Returns the repeated ones, then these, with their counts."""
        new = self.add(found)
        now = {key(finding) for finding in new}
        again = [finding for known, finding in self._again.items() if known not in now]
        return [self._counted(finding) for finding in (*again, *new)]

    def _counted(self, finding: Finding) -> Finding:
        return msgspec.structs.replace(finding, count=sum(self._counts[key(finding)].values()))
