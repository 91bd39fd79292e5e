"""Remembers the inputs of the last good run of each step, so that restoring the same bytes needs no build.

The baseline of a step is its last run that passed. It is *proven* once `up_to_date` has been reported after it. Before
that, the step may have read other bytes than the known ones. From then on, each changed input is recorded with its
digest at the baseline. When all inputs have these digests again, the step is clean, and is not built, unless

    its outputs may have been written since: they differ, or a run was started and they are not all plain paths of files
    (but a pattern, a folder, or none declared)
    a step that it needs has passed in a newer build
    its build was requested, or its configuration has changed
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hotrun.core.model.events import Diagnostic
from hotrun.core.model.inputs import Change

MAX_PATHS = 10_000  # recorded for one step; with more, the step is built

_ABSENT = b""  # no digest is empty


class Baseline:
    """One run of a step that passed: its build, its warnings, and the inputs that differ since."""

    def __init__(self, build: int, stamp: str | None, diagnostics: list[Diagnostic]) -> None:
        self.build = build
        self.stamp = stamp
        self.diagnostics = diagnostics
        self.is_proven = False
        self.differing: dict[str, tuple[bytes | None, bytes | None]] = {}  # path -> bytes then, bytes now

    def changed(self, change: Change) -> None:
        """One of its inputs has changed."""
        then, now = change.before, change.digest
        if change.kind == "added":
            then = _ABSENT
        if change.kind == "deleted":
            now = _ABSENT
        if change.path in self.differing:
            then = self.differing[change.path][0]
        self.differing[change.path] = (then, now)
        if then is not None and then == now:
            del self.differing[change.path]


class LastGood:
    """The baselines of all steps that have one."""

    def __init__(self) -> None:
        self._baselines: dict[str, Baseline] = {}

    def passed(self, step: str, build: int, stamp: str | None, diagnostics: list[Diagnostic]) -> None:
        """The step passed. `stamp` identifies its outputs. None if nothing does."""
        self._baselines[step] = Baseline(build, stamp, diagnostics)

    def up_to_date(self) -> None:
        """The known bytes of the files are those that the steps have read."""
        for baseline in self._baselines.values():
            baseline.is_proven = True

    def touched(self, steps: Iterable[str]) -> None:
        """Inputs of these steps hold the same bytes as before, but may have differed while the steps read them."""
        for step in steps:
            if step in self._baselines and not self._baselines[step].is_proven:
                del self._baselines[step]

    def changed(self, change: Change, steps: Iterable[str]) -> None:
        """An input of these steps has changed."""
        for step in steps:
            baseline = self._baselines.get(step)
            if baseline is not None:
                baseline.changed(change)
                if not baseline.is_proven or len(baseline.differing) > MAX_PATHS:
                    del self._baselines[step]

    def started(self, step: str) -> None:
        """A run of the step starts. Without a stamp, its baseline is lost, because the run may write any file."""
        if step in self._baselines and self._baselines[step].stamp is None:
            del self._baselines[step]

    def not_passed(self, step: str, stamp: str | None) -> None:
        """A run of the step is over and did not pass. `stamp` identifies the outputs now."""
        if step in self._baselines and self._baselines[step].stamp != stamp:
            del self._baselines[step]

    def drop(self, steps: Iterable[str]) -> None:
        """Forget the baselines of these steps, so that they are built in any case."""
        for step in steps:
            self._baselines.pop(step, None)

    def restorable(self, steps: Iterable[str], needed: Mapping[str, Iterable[str]]) -> dict[str, Baseline]:
        """The baselines of those of these steps that are clean. `needed`: the steps that each of them needs."""
        found: dict[str, Baseline] = {}
        for step in sorted(steps):
            baseline = self.clean(step, needed[step])
            if baseline is not None:
                found[step] = baseline
        return found

    def clean(self, step: str, needed: Iterable[str]) -> Baseline | None:
        """The baseline of the step, if all its inputs are the same and all steps that it needs are clean and not newer.

        Otherwise None.
        """
        baseline = self._baselines.get(step)
        if baseline is None or not baseline.is_proven or baseline.differing:
            return None
        for name in needed:
            other = self._baselines.get(name)
            if other is None or not other.is_proven or other.differing or other.build > baseline.build:
                return None
        return baseline


def plain_paths(outputs: Iterable[str]) -> tuple[str, ...] | None:
    """The files that these patterns name, relative to the root. None if one is not a plain path of a file."""
    found = []
    for pattern in outputs:
        name = pattern.lstrip("/")
        if "/" not in pattern[:-1] or pattern.endswith("/") or any(char in pattern for char in "*?[]!\\#"):
            return None
        found.append(name)
    return tuple(found) or None
