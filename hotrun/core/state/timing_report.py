"""The timing of a build, folded from its events, and its report."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from hotrun.core.model import events
from hotrun.core.model.text import count, duration


class StepTime(msgspec.Struct, frozen=True):
    """One step in one build. `duration_ms` of a cached one: that of its last run that passed; others as in events."""

    step: str
    status: events.Status | Literal["cached"]
    start_ms: int = 0
    waited_ms: int = 0
    duration_ms: int = 0
    exit_code: int | None = None
    signal: str | None = None


class BuildTimes(msgspec.Struct):
    """One build: its steps in the order in which they were over. Without a `duration_ms` it is still in progress."""

    build: int
    steps: list[StepTime] = []
    duration_ms: int | None = None
    critical_path: tuple[str, ...] = ()
    saved_ms: int = 0

    def apply(self, event: events.Event) -> None:
        """Apply one event of the build."""
        match event:
            case events.StepFinished():
                times = (event.start_ms, event.waited_ms, event.duration_ms)
                self.steps.append(StepTime(event.step, event.status, *times, event.exit_code, event.signal))
            case events.StepCached():
                self.steps.append(StepTime(event.step, "cached", duration_ms=event.saved_ms))
            case events.BuildFinished():
                self.duration_ms, self.saved_ms = event.duration_ms, event.saved_ms
                self.critical_path = event.critical_path
            case _:
                pass


def report(times: BuildTimes) -> Iterator[str]:
    """The report: a table with a line per step, the critical path, and the saved time."""
    yield f"timing of build #{times.build}" + (" (still running)" if times.duration_ms is None else "")
    rows = [_row(step) for step in times.steps]
    widths = [max(len(row[column]) for row in rows) for column in range(3)] if rows else []
    for row in rows:
        yield "  " + "  ".join([*(cell.ljust(width) for cell, width in zip(row[:3], widths, strict=True)), row[3]])
    if times.critical_path:
        yield f"critical path: {' -> '.join(times.critical_path)}"
    saved = _saved(times)
    if saved:
        yield f"saved: {', '.join(saved)}"


def _row(step: StepTime) -> tuple[str, str, str, str]:
    """The step's name, start, duration and ending."""
    if step.status == "cached":
        return step.step, "not run", duration(step.duration_ms), "cached (last run)"
    if step.status == "skipped":
        return step.step, "not run", "", "a step that it needs has not passed"
    waited = f", waited {duration(step.waited_ms)} for a free job" if step.waited_ms else ""
    return step.step, f"at {duration(step.start_ms)}", duration(step.duration_ms), _ending(step) + waited


def _ending(step: StepTime) -> str:
    if step.status == "timeout":
        return "timed out"
    if step.status in ("passed", "canceled"):
        return step.status
    if step.signal is not None:
        return f"killed by {step.signal}"
    return "failed to start" if step.exit_code is None else f"failed (exit {step.exit_code})"


def _saved(times: BuildTimes) -> list[str]:
    ran = sum(step.duration_ms for step in times.steps if step.status != "cached")
    parallel = 0 if times.duration_ms is None else ran - times.duration_ms
    cached = sum(step.status == "cached" for step in times.steps)
    saved = [f"{duration(parallel)} by steps that ran in parallel"] if parallel > 0 else []
    return saved + ([f"{duration(times.saved_ms)} by {count(cached, 'cached step')}"] if cached else [])
