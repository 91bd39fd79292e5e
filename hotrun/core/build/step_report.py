"""The report on a step's run: its status, the reason of a failure, and its diagnostics."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from hotrun.core.build.diagnostics_diff import DiagnosticsDiff, Ending
from hotrun.core.model import events
from hotrun.core.model.project import Step
from hotrun.core.model.text import duration, exit_code_hint
from hotrun.core.run import Run

if TYPE_CHECKING:
    from hotrun.core.model.finding import Finding


def status_of(run: Run, timed_out: bool) -> events.Status:
    """How the run ended."""
    if timed_out:
        return "timeout"
    if run.failure is None and run.exit_code == 0:
        return "passed"
    return "canceled" if run.asked_to_stop else "failed"


def reason_of(run: Run, step: Step, status: events.Status) -> str:
    """Why the step failed, in words."""
    if status == "timeout":
        return f"step {step.name} timed out after {duration(step.timeout_ms or 0)}"
    if run.failure is not None:
        return f"step {step.name} failed to start: {run.failure}"
    if run.signal is not None:
        return f"step {step.name} was killed by {run.signal}"
    hint = exit_code_hint(run.exit_code)
    return f"step {step.name} failed (exit {run.exit_code}{f': {hint}' if hint else ''})"


def ending_of(run: Run, status: events.Status) -> Ending | None:
    """Whether the run could report everything. None if it was canceled."""
    if status == "canceled":
        return None
    return "cut short" if status == "timeout" or run.exit_code is None else "complete"


def add_diagnostic(
    finding: Finding, step: Step, build: int, root: str, found: list[events.Diagnostic], diff: DiagnosticsDiff
) -> events.Diagnostic:
    """Make the diagnostic for a finding of a step, with resolved places. Add it to `found`, or replace its copy."""
    from hotrun.core.diagnostics.model.to_event import index_of_same, to_event  # imported with the first diagnostic

    diagnostic = to_event(finding, build=build, step=step.name, process=None, cwd=step.program.cwd, root=root)
    at = index_of_same(diagnostic, found)
    is_new = diff.is_new(diagnostic) if at is None else found[at].new
    diagnostic = msgspec.structs.replace(diagnostic, new=is_new)
    if at is None:
        found.append(diagnostic)
    else:
        found[at] = diagnostic
    return diagnostic
