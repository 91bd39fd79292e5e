"""One step: its status, and its run while there is one.

pending     its inputs changed, or it has not run to its end since
passed
failed      or timed out
unverified  it passed, and runs again if a step that it needs writes other outputs than before
"""

from __future__ import annotations

from typing import Literal

from hotrun.core.build.diagnostics_diff import DiagnosticsDiff
from hotrun.core.model import events
from hotrun.core.model.project import Step
from hotrun.core.run import Run

StepStatus = Literal["pending", "unverified", "passed", "failed"]


class StepState:
    """One step: its status, its run while there is one, and what its last run found."""

    def __init__(self, step: Step, compared: DiagnosticsDiff | None = None) -> None:
        """`compared` is that of the step that had this name, under another configuration."""
        self.step = step
        self.status: StepStatus = "pending"
        self.passed_build = 0  # the build in which it passed last
        self.passed_ms = 0  # how long that run took
        self.changed_build = 0  # the last build in which it passed with other outputs than before
        self.content: str | None = None  # digest of its outputs after the run that passed last
        self.run: Run | None = None
        self.timeout_at_ms: int | None = None
        self.timed_out = False
        self.diagnostics: list[events.Diagnostic] = []
        self.compared = compared or DiagnosticsDiff()
