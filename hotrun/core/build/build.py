"""One build in progress: its steps, their results, and the report at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hotrun.core.build.diagnostics_diff import summarize
from hotrun.core.build.step import StepState
from hotrun.core.build.timing import Timing
from hotrun.core.model import events
from hotrun.core.run import Effect


class Build:
    """One build in progress."""

    def __init__(self, number: int, planned: tuple[str, ...], needs: Mapping[str, Sequence[str]], now_ms: int) -> None:
        """`planned`: the steps that may have to run. `needs`: the steps that each step of the project needs."""
        self.number = number
        self.started_ms = now_ms
        self.timing = Timing(needs, now_ms)
        self.planned = planned
        self.statuses: dict[str, events.Status] = {}
        self.kept: list[str] = []  # planned steps that did not have to run
        self.canceled = False
        self.over_ms = now_ms  # when its last step was over

    def is_waiting(self, name: str) -> bool:
        """Whether this step may still have to run."""
        return name not in self.statuses and name not in self.kept

    def finish(self, steps: Mapping[str, StepState], now_ms: int, out: list[Effect]) -> events.BuildFinished:
        """Report the end of the build, with the steps that never ran."""
        skipped = tuple([name for name in self.planned if self.is_waiting(name)])
        out.extend([events.StepFinished(self.number, name, "skipped", None, None, 0) for name in skipped])
        states = steps.values()
        new, fixed, fixed_problems = 0, 0, tuple[events.Fixed, ...]()
        if not self.canceled:
            differences = [state.diff.compare(state.diagnostics, state.status == "passed") for state in states]
            new, fixed, fixed_problems = summarize(differences)
        finished = events.BuildFinished(
            self.number,
            self._status(steps),
            count("error", steps),
            count("warning", steps),
            now_ms - self.started_ms,
            tuple(self.statuses),
            skipped,
            new=new,
            fixed=fixed,
            fixed_problems=fixed_problems,
            critical_path=self.timing.critical_path(),
            saved_ms=self.timing.saved_ms,
        )
        out.append(finished)
        return finished

    def _status(self, steps: Mapping[str, StepState]) -> events.Status:
        if self.canceled:
            return "canceled"
        if "timeout" in self.statuses.values():
            return "timeout"
        return "passed" if all([state.status == "passed" for state in steps.values()]) else "failed"


def count(severity: events.Severity, steps: Mapping[str, StepState]) -> int:
    """The number of current diagnostics of these steps with this severity."""
    found = 0
    for state in steps.values():
        for diagnostic in state.diagnostics:
            found += diagnostic.severity == severity
    return found
