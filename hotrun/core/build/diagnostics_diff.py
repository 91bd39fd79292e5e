"""New and fixed diagnostics of a step: compares its latest run with the last build result.

A canceled build has no result. The next build compares its diagnostics again. A run that was cut short (by a timeout or
signal) adds its diagnostics, and keeps the earlier ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

from hotrun.core.changes.impact import PendingChange
from hotrun.core.model.events import Diagnostic, Fixed

MAX_FIXED = 20  # listed in a build result; `fixed` is the total
MAX_BEFORE = 4000  # remembered problems of a step, as many as a run can have
MAX_PATHS = 10_000  # remembered added files

Ending = Literal["complete", "cut short"]
_Key = tuple[object, ...]


def key_of(diagnostic: Diagnostic) -> _Key:
    """The identity of a diagnostic across builds, without its line, which moves with every edit."""
    return (diagnostic.severity, diagnostic.path, diagnostic.code, diagnostic.message)


class DiagnosticsDiff:
    """The diagnostics of one step, as of the last build result, and how its latest run compares with them."""

    def __init__(self) -> None:
        self._before: list[Diagnostic] = []
        self._known = _KnownProblem((), set(), set())
        self._ending: Ending | None = None  # of its latest run since the last build result, None if none or canceled
        self._deleted: set[str] = set()  # files with problems
        self._added: set[str] = set()

    def record_changes(self, changes: Iterable[PendingChange]) -> None:
        """Record deleted and added files: the problems of a renamed file reappear under its new name."""
        for change in changes:
            if change.kind == "added" and len(self._added) < MAX_PATHS:
                self._added.add(change.path)
            elif change.kind == "deleted" and any(known.path == change.path for known in self._before):
                self._deleted.add(change.path)

    def begin(self) -> None:
        """A run starts."""
        self._ending = None
        self._known = _KnownProblem(self._before, self._deleted, self._added)

    def is_new(self, diagnostic: Diagnostic) -> bool:
        """Whether the diagnostic is new. Each earlier one with the same text matches once."""
        return not self._known.match(diagnostic)

    def over(self, ending: Ending | None) -> None:
        """The run is over: complete, cut short, or (None) canceled."""
        self._ending = ending

    def compare(self, now: Sequence[Diagnostic], is_passed: bool) -> tuple[int, list[Diagnostic]]:
        """Compare the build result, with `now` of this step: returns the number of new ones, and the fixed ones."""
        ending, self._ending = self._ending, None
        if ending is None:
            return 0, []
        new = sum(diagnostic.new for diagnostic in now)
        left = self._missing(now)
        if ending == "cut short":
            self._before = [*now, *left][:MAX_BEFORE]
            return new, []
        self._before = list(now)
        self._deleted, self._added = set(), set()
        # A failed step may now report a better reason, which does not fix the bare failure.
        return new, [diagnostic for diagnostic in left if is_passed or not _is_bare_failure(diagnostic)]

    def _missing(self, now: Iterable[Diagnostic]) -> list[Diagnostic]:
        """The earlier diagnostics that are not in `now`. Those in the same line match first."""
        unmoved = Counter((key_of(diagnostic), diagnostic.line) for diagnostic in now)
        unmoved &= Counter((key_of(diagnostic), diagnostic.line) for diagnostic in self._before)
        known = _KnownProblem(_without(self._before, unmoved), self._deleted, self._added)
        for diagnostic in _without(now, unmoved):
            known.match(diagnostic)
        return known.unmatched()


class _KnownProblem:
    """Earlier problems, each of which can match a diagnostic once."""

    def __init__(self, diagnostics: Iterable[Diagnostic], deleted: set[str], added: set[str]) -> None:
        """`deleted` and `added`: the old and new names of files that may have been renamed."""
        self._added = added
        self._kept: dict[_Key, list[Diagnostic]] = {}
        self._moved: dict[_Key, list[Diagnostic]] = {}
        for diagnostic in diagnostics:
            if diagnostic.path in deleted:
                self._moved.setdefault(_text_key(diagnostic), []).append(diagnostic)
            else:
                self._kept.setdefault(key_of(diagnostic), []).append(diagnostic)

    def match(self, diagnostic: Diagnostic) -> bool:
        """Remove an earlier problem that equals the diagnostic. Returns whether there was one."""
        known = self._kept.get(key_of(diagnostic))
        if not known and diagnostic.path in self._added:
            known = self._moved.get(_text_key(diagnostic))
        if not known:
            return False
        known.pop()
        return True

    def unmatched(self) -> list[Diagnostic]:
        """The earlier problems that matched nothing."""
        return [diagnostic for found in (self._kept, self._moved) for same in found.values() for diagnostic in same]


def _is_bare_failure(diagnostic: Diagnostic) -> bool:
    """Whether it only reports that the step failed (see diagnostics/model/failure.py)."""
    return diagnostic.file is None and diagnostic.tool == diagnostic.step


def _text_key(diagnostic: Diagnostic) -> _Key:
    return (diagnostic.severity, diagnostic.code, diagnostic.message)


def _without(diagnostics: Iterable[Diagnostic], unmoved: Counter[tuple[_Key, int | None]]) -> Iterable[Diagnostic]:
    left = Counter(unmoved)
    for diagnostic in diagnostics:
        place = (key_of(diagnostic), diagnostic.line)
        if left[place] > 0:
            left[place] -= 1
        else:
            yield diagnostic


def summarize(found: Iterable[tuple[int, list[Diagnostic]]]) -> tuple[int, int, tuple[Fixed, ...]]:
    """Add up the comparisons of all steps: the numbers of new and fixed diagnostics, and the first fixed ones."""
    new, fixed = 0, list[Diagnostic]()
    for more, left in found:
        new += more
        fixed += left
    fixed.sort(key=lambda diagnostic: diagnostic.severity != "error")
    return new, len(fixed), tuple(map(_fixed, fixed[:MAX_FIXED]))


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
