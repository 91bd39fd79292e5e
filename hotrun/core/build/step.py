"""One step: its status, and its run while there is one.

pending     its inputs have changed, and no run has finished since
passed
failed      or timed out
unverified  it passed, but runs again if a step that it needs writes other outputs than before
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

import msgspec

from hotrun.core.build.diagnostics_diff import DiagnosticsDiff
from hotrun.core.build.step_report import add_diagnostic, ending_of, reason_of, status_of
from hotrun.core.model import events
from hotrun.core.model.commands import Spawn
from hotrun.core.model.inputs import DiagnosticsFound, Input, OutputRead
from hotrun.core.model.project import Step
from hotrun.core.run import Effect, Run

if TYPE_CHECKING:
    from hotrun.core.model.finding import Finding

STEP_GRACE_MS = 2000  # compilers clean up within milliseconds; a step has no state worth waiting for

StepStatus = Literal["pending", "unverified", "passed", "failed"]


class StepState:
    """One step: its status, its run while there is one, and what its last run found."""

    def __init__(self, step: Step, diff: DiagnosticsDiff | None = None) -> None:
        """`diff`: that of the step with this name in the previous configuration."""
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
        self.diff = diff or DiagnosticsDiff()

    # --- its run -----------------------------------------------------------------------------------------------

    def begin(self, run: int, build: int, root: str, now_ms: int, out: list[Effect]) -> None:
        """Start run `run`. `root` is the project's."""
        step = self.step
        self.run = Run(run, build, now_ms)
        self.timeout_at_ms = None if step.timeout_ms is None else now_ms + step.timeout_ms
        self.timed_out = False
        self.diff.begin()
        self.diagnostics = []
        out.append(events.StepStarted(build, step.name, step.program.argv))
        spawn = Spawn(
            run=run,
            kind="step",
            name=step.name,
            program=step.program,
            build=build,
            outputs=step.outputs,
            root=root,
            grace_ms=STEP_GRACE_MS,
            parsers=step.parsers,
        )
        out.append(spawn)

    def handle(self, input: Input, root: str, now_ms: int, out: list[Effect]) -> bool:
        """Handle an input about its run. Returns True if the run is over."""
        assert self.run is not None
        if isinstance(input, OutputRead):
            out.append(events.Output(f"step:{self.step.name}", input.stream, "\n".join(input.lines)))
        elif isinstance(input, DiagnosticsFound):
            self._report(input.findings, root, out)
        if self.run.takes(input):
            self.run.handle(input, now_ms, out)
        return self.run.gone

    def check(self, now_ms: int, out: list[Effect]) -> None:
        """Stop a run that has taken too long, and kill one that does not stop."""
        if self.run is None:
            return
        if self.timeout_at_ms is not None and now_ms >= self.timeout_at_ms:
            self.timeout_at_ms = None
            self.timed_out = not self.run.asked_to_stop and self.run.exit_code is None
            self.stop(now_ms, out)
        self.run.check(now_ms, out)

    def stop(self, now_ms: int, out: list[Effect]) -> None:
        """Stop its run, if there is one."""
        if self.run is not None:
            self.run.stop("SIGTERM", STEP_GRACE_MS, now_ms, out)

    def end(self, root: str, now_ms: int, out: list[Effect]) -> EndedRun:
        """Set the result of a run that is over. A failed step gets at least one error."""
        run = self.run
        assert run is not None
        status = status_of(run, self.timed_out)
        uptime_ms, is_unchanged = run.uptime_ms(now_ms), False
        if status in ("failed", "timeout") and not any(d.severity == "error" for d in self.diagnostics):
            from hotrun.core.diagnostics.model.failure import failure

            reason = reason_of(run, self.step, status)
            self._report([failure(self.step.name, reason, tuple(run.tail))], root, out)
        if status == "passed":
            # Errors that did not make it fail come from a program that it ran, or from an ignored target.
            self.diagnostics = [d for d in self.diagnostics if d.severity != "error"]
            is_unchanged = run.content is not None and run.content == self.content
            self.passed_build, self.passed_ms, self.content = run.build, uptime_ms, run.content
            self.changed_build = self.changed_build if is_unchanged else run.build
        self.diff.over(ending_of(run, status))
        self.status = "passed" if status == "passed" else "pending" if status == "canceled" else "failed"
        self.run = self.timeout_at_ms = None
        return EndedRun(run, status, uptime_ms, is_unchanged)

    def _report(self, findings: Iterable[Finding], root: str, out: list[Effect]) -> None:
        assert self.run is not None
        for found in findings:
            out.append(add_diagnostic(found, self.step, self.run.build, root, self.diagnostics, self.diff))


class EndedRun(msgspec.Struct, frozen=True):
    """The result of a run of a step. `is_unchanged`: its outputs are the same as after the last run that passed."""

    run: Run
    status: events.Status
    uptime_ms: int
    is_unchanged: bool
