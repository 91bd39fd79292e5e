"""One step: its verdict, and its run while there is one.

dirty    its inputs changed, or it has not run to its end since
ok       built and good
failed   or timed out
behind   it was ok, and runs if what it needs makes something else than before
"""

from __future__ import annotations

from typing import Literal

from hotrun.core.build.diagnostics_diff import DiagnosticsDiff
from hotrun.core.model import events
from hotrun.core.model.project import Step
from hotrun.core.run import Run

Verdict = Literal["dirty", "behind", "ok", "failed"]


class StepState:
    """One step: its verdict, its run while there is one, and what its last run found."""

    def __init__(self, step: Step, compared: DiagnosticsDiff | None = None) -> None:
        """`compared` is that of the step that had this name, under another configuration."""
        self.step = step
        self.verdict: Verdict = "dirty"
        self.green_build = 0  # the build of its latest green run
        self.green_ms = 0  # and how long that took
        self.changed_build = 0  # and of the latest one that made something else than the one before
        self.content: str | None = None  # of its outputs after that
        self.run: Run | None = None
        self.timeout_at_ms: int | None = None
        self.timed_out = False
        self.diagnostics: list[events.Diagnostic] = []
        self.compared = compared or DiagnosticsDiff()
