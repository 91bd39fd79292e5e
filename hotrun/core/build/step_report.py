"""What the end and the output of a step's run say, as statuses, words and diagnostics."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from hotrun.core.build.diagnostics_diff import DiagnosticsDiff, Ending
from hotrun.core.model import events
from hotrun.core.model.project import Step
from hotrun.core.model.text import duration
from hotrun.core.run import Run

if TYPE_CHECKING:
    from hotrun.core.diagnostics.model.finding import Finding


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
        return f"step {step.name} could not be started: {run.failure}"
    if run.signal is not None:
        return f"step {step.name} was killed by {run.signal}"
    hints = {126: ": a command is not executable", 127: ": a command was not found"}
    return f"step {step.name} failed (exit {run.exit_code}{hints.get(run.exit_code or 0, '')})"


def ending_of(run: Run, status: events.Status) -> Ending | None:
    """Whether the run has told all that it had to tell; None: nobody waits for it any more."""
    if status == "canceled":
        return None
    return "cut" if status == "timeout" or run.exit_code is None else "complete"


def report(
    finding: Finding, step: Step, build: int, root: str, found: list[events.Diagnostic], compared: DiagnosticsDiff
) -> events.Diagnostic:
    """A finding in the output of a step, as it is told, with its places resolved; it is added to what was `found`."""
    from hotrun.core.diagnostics.model.to_event import place_of, told  # not before there is a diagnostic

    diagnostic = told(finding, build=build, step=step.name, process=None, cwd=step.program.cwd, root=root)
    at = place_of(diagnostic, found)
    is_new = compared.is_new(diagnostic) if at is None else found[at].new
    diagnostic = msgspec.structs.replace(diagnostic, new=is_new)
    if at is None:
        found.append(diagnostic)
    else:
        found[at] = diagnostic
    return diagnostic
