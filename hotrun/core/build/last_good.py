"""The inputs with which each step passed last, so that putting the same bytes back needs no build.

A step's baseline is its last run that passed. It is *vouched for* once `up_to_date` has been reported after it: before
that, the step may have read other bytes than are known of a file. From then on every changed input is remembered with
its digest of that moment; when each is back at it, the step is clean again. Not so, and it is built, where

    a run since may have written: its outputs are not the files that they were, or are not all plain paths of files
    (a pattern, a folder, none declared) and any run was started
    a step that it needs has passed with something newer
    somebody asked for it, or the configuration of it has changed
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hotrun.core.model.events import Diagnostic
from hotrun.core.model.inputs import Change

MOST_PATHS = 10_000  # remembered of one step; who changes more builds

_ABSENT = b""  # no digest is empty


class Baseline:
    """One run of a step that passed: its build, what it said (warnings), and which inputs differ since."""

    def __init__(self, build: int, stamp: str | None, diagnostics: list[Diagnostic]) -> None:
        self.build = build
        self.stamp = stamp
        self.diagnostics = diagnostics
        self.is_vouched = False
        self.differing: dict[str, tuple[bytes | None, bytes | None]] = {}  # path -> bytes then, bytes now

    def note(self, change: Change) -> None:
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

    def built(self, step: str, build: int, stamp: str | None, diagnostics: list[Diagnostic]) -> None:
        """The step passed. `stamp` tells its outputs from other ones; None: nothing does."""
        self._baselines[step] = Baseline(build, stamp, diagnostics)

    def up_to_date(self) -> None:
        """What is known of the files is what the steps have read."""
        for baseline in self._baselines.values():
            baseline.is_vouched = True

    def doubt(self, steps: Iterable[str]) -> None:
        """Inputs of these steps hold the same bytes as before, but may have held others while the steps read them."""
        for step in steps:
            if step in self._baselines and not self._baselines[step].is_vouched:
                del self._baselines[step]

    def note(self, change: Change, steps: Iterable[str]) -> None:
        """An input of these steps has changed."""
        for step in steps:
            baseline = self._baselines.get(step)
            if baseline is not None:
                baseline.note(change)
                if not baseline.is_vouched or len(baseline.differing) > MOST_PATHS:
                    del self._baselines[step]

    def started(self, step: str) -> None:
        """A run of it was started: without a stamp nobody knows what it writes."""
        if step in self._baselines and self._baselines[step].stamp is None:
            del self._baselines[step]

    def over(self, step: str, stamp: str | None) -> None:
        """A run of it has ended and did not pass; `stamp` is that of the outputs now."""
        if step in self._baselines and self._baselines[step].stamp != stamp:
            del self._baselines[step]

    def drop(self, steps: Iterable[str]) -> None:
        """Build these in any case."""
        for step in steps:
            self._baselines.pop(step, None)

    def restorable(self, steps: Iterable[str], needed: Mapping[str, Iterable[str]]) -> dict[str, Baseline]:
        """Those of these steps that are clean, by name; `needed` says what each of them needs."""
        found: dict[str, Baseline] = {}
        for step in sorted(steps):
            baseline = self.clean(step, needed[step])
            if baseline is not None:
                found[step] = baseline
        return found

    def clean(self, step: str, needed: Iterable[str]) -> Baseline | None:
        """Its baseline, if all inputs are as they were then and all that it needs is clean, too, and not newer."""
        baseline = self._baselines.get(step)
        if baseline is None or not baseline.is_vouched or baseline.differing:
            return None
        for name in needed:
            other = self._baselines.get(name)
            if other is None or not other.is_vouched or other.differing or other.build > baseline.build:
                return None
        return baseline


def plain_paths(outputs: Iterable[str]) -> tuple[str, ...] | None:
    """The files that these patterns name, relative to the root; None where one of them may be anything else."""
    found = []
    for pattern in outputs:
        name = pattern.lstrip("/")
        if "/" not in pattern[:-1] or pattern.endswith("/") or any(char in pattern for char in "*?[]!\\#"):
            return None
        found.append(name)
    return tuple(found) or None
