"""What the end and the output of a step's run say, as statuses, words and diagnostics."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from hotrun.core import events
from hotrun.core.run import Run
from hotrun.core.spec import Step
from hotrun.core.words import duration

if TYPE_CHECKING:
    from hotrun.core.diagnostics.finding import Finding


def status_of(run: Run, timed_out: bool) -> events.Status:
    """How the run ended."""
    if timed_out:
        return "timeout"
    if run.failure is None and run.exit_code == 0:
        return "ok"
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


def key_of(diagnostic: events.Diagnostic) -> object:
    """What makes two diagnostics of two builds the same; lines move with every edit, so they do not count."""
    return (diagnostic.severity, diagnostic.path, diagnostic.code, diagnostic.message)


def add_to(known: list[events.Diagnostic], diagnostic: events.Diagnostic) -> None:
    """Remember a diagnostic; one that is told again with a higher count replaces what was told before."""
    from hotrun.core.diagnostics.told import take

    take(known, diagnostic)


def diagnostic_of(finding: Finding, step: Step, build: int, known: frozenset[object], root: str) -> events.Diagnostic:
    """A finding in the output of a step, with its places resolved; new is what is not `known` from the run before."""
    from hotrun.core.diagnostics.told import told  # not before there is a diagnostic

    diagnostic = told(finding, build=build, step=step.name, process=None, cwd=step.program.cwd, root=root)
    return msgspec.structs.replace(diagnostic, new=key_of(diagnostic) not in known)
