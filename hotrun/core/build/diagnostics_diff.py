"""What is new and what is fixed among the diagnostics of a step: its latest run compared with the last result.

A build that was canceled has no result. What it reported is compared once more by the next one. Of a run that was cut
short (a timeout, a signal) counts what it told; what it did not get to is still there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

from hotrun.core.changes.impact import PendingChange
from hotrun.core.model.events import Diagnostic, Fixed

MOST_FIXED = 20  # listed in a build result; `fixed` counts them all
MOST_BEFORE = 4000  # problems that are remembered of a step, as many as a run can have
MOST_PATHS = 10_000  # remembered of the files that have come

Ending = Literal["complete", "cut"]
_Words = tuple[object, ...]


def key_of(diagnostic: Diagnostic) -> _Words:
    """What makes two diagnostics of two builds the same; lines move with every edit, so they do not count."""
    return (diagnostic.severity, diagnostic.path, diagnostic.code, diagnostic.message)


class DiagnosticsDiff:
    """The diagnostics of one step, as of the last build result, and how its latest run compares with them."""

    def __init__(self) -> None:
        self._before: list[Diagnostic] = []
        self._known = _KnownProblem((), set(), set())
        self._ending: Ending | None = None  # of its latest run since the last build result; None: none, or canceled
        self._gone: set[str] = set()  # files with problems that are not there any more
        self._come: set[str] = set()  # files that were not there

    def note(self, changes: Iterable[PendingChange]) -> None:
        """Files have changed: problems of one that is gone may be found in one that has come."""
        gone = {change.path for change in changes if change.kind == "deleted"}
        self._gone |= gone & {diagnostic.path for diagnostic in self._before} if gone else set()
        if len(self._come) < MOST_PATHS:
            self._come |= {change.path for change in changes if change.kind == "added"}

    def begin(self) -> None:
        """A run begins."""
        self._ending = None
        self._known = _KnownProblem(self._before, self._gone, self._come)

    def is_new(self, diagnostic: Diagnostic) -> bool:
        """Whether the run tells of something that was not there; of n with the same words, n may have been."""
        return not self._known.take(diagnostic)

    def over(self, ending: Ending | None) -> None:
        """The run has ended: by itself, before it could report everything, or (None) because it was not wanted."""
        self._ending = ending

    def compare(self, now: Sequence[Diagnostic], is_passed: bool) -> tuple[int, list[Diagnostic]]:
        """The build has a result, with `now` of this step: how many of these are new, and which old ones are fixed."""
        ending, self._ending = self._ending, None
        if ending is None:
            return 0, []
        new = sum(diagnostic.new for diagnostic in now)
        left = self._left(now)
        if ending == "cut":
            self._before = [*now, *left][:MOST_BEFORE]
            return new, []
        self._before = list(now)
        self._gone, self._come = set(), set()
        # That a step failed at all is not solved by its failing for a better reason.
        return new, [diagnostic for diagnostic in left if is_passed or not _is_bare_failure(diagnostic)]

    def _left(self, now: Iterable[Diagnostic]) -> list[Diagnostic]:
        """What was there before and is not `now`; those that are still in their line are told from the others."""
        unmoved = Counter((key_of(diagnostic), diagnostic.line) for diagnostic in now)
        unmoved &= Counter((key_of(diagnostic), diagnostic.line) for diagnostic in self._before)
        known = _KnownProblem(_without(self._before, unmoved), self._gone, self._come)
        for diagnostic in _without(now, unmoved):
            known.take(diagnostic)
        return known.left()


class _KnownProblem:
    """Problems that may be found again, each once."""

    def __init__(self, diagnostics: Iterable[Diagnostic], gone: set[str], come: set[str]) -> None:
        """`gone` and `come` are the files that what was renamed may be in."""
        self._come = come
        self._kept: dict[_Words, list[Diagnostic]] = {}
        self._moved: dict[_Words, list[Diagnostic]] = {}
        for diagnostic in diagnostics:
            if diagnostic.path in gone:
                self._moved.setdefault(_words(diagnostic), []).append(diagnostic)
            else:
                self._kept.setdefault(key_of(diagnostic), []).append(diagnostic)

    def take(self, diagnostic: Diagnostic) -> bool:
        """Whether it is one of them, which it is no more."""
        known = self._kept.get(key_of(diagnostic))
        if not known and diagnostic.path in self._come:
            known = self._moved.get(_words(diagnostic))
        if not known:
            return False
        known.pop()
        return True

    def left(self) -> list[Diagnostic]:
        """Those that were not taken."""
        return [diagnostic for found in (self._kept, self._moved) for same in found.values() for diagnostic in same]


def _is_bare_failure(diagnostic: Diagnostic) -> bool:
    """Whether it only says that the step failed (see diagnostics.failure)."""
    return diagnostic.file is None and diagnostic.tool == diagnostic.step


def _words(diagnostic: Diagnostic) -> _Words:
    return (diagnostic.severity, diagnostic.code, diagnostic.message)


def _without(diagnostics: Iterable[Diagnostic], unmoved: Counter[tuple[_Words, int | None]]) -> Iterable[Diagnostic]:
    left = Counter(unmoved)
    for diagnostic in diagnostics:
        place = (key_of(diagnostic), diagnostic.line)
        if left[place] > 0:
            left[place] -= 1
        else:
            yield diagnostic


def what_changed(found: Iterable[tuple[int, list[Diagnostic]]]) -> tuple[int, int, tuple[Fixed, ...]]:
    """The answers of all steps to `compare` as one: how many are new, how many are fixed, and the first of these."""
    new, fixed = 0, list[Diagnostic]()
    for more, left in found:
        new += more
        fixed += left
    fixed.sort(key=lambda diagnostic: diagnostic.severity != "error")
    return new, len(fixed), tuple(map(_fixed, fixed[:MOST_FIXED]))


def _fixed(diagnostic: Diagnostic) -> Fixed:
    return Fixed(
        diagnostic.step,
        diagnostic.severity,
        diagnostic.file,
        diagnostic.path,
        diagnostic.line,
        diagnostic.column,
        diagnostic.code,
        diagnostic.message,
    )
