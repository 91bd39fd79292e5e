"""The steps: which are dirty, which run, and the one verdict of each build. Starts a step when all it needs is green.

verdict of a step   dirty: its inputs changed, or it has not run to its end since; ok; failed (timeout included)
build               start -> steps run -> finished, exactly once; canceled: no step starts any more, and it is
                    finished when the last run is gone. The next build starts after that, never beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Literal, Protocol

import msgspec

from hotrun.core import events
from hotrun.core.commands import RecordChanges, Spawn
from hotrun.core.inputs import Change, Input, OutputRead
from hotrun.core.run import Effect, Run
from hotrun.core.spec import Process, Project, Step
from hotrun.core.words import duration

if TYPE_CHECKING:
    from hotrun.core.diagnostics.finding import Finding

STEP_GRACE_MS = 2000  # compilers clean up within milliseconds; a step has no state worth waiting for
MOST_PATHS = 100  # a `change` event lists this many, `more` counts the others

Verdict = Literal["dirty", "ok", "failed"]


class LineParser(Protocol):
    """What finds problems in a step's output; hotrun.core.diagnostics has the real one."""

    def feed(self, stream: str, line: str) -> list[Finding]: ...

    def finish(self) -> list[Finding]: ...


ParserFor = Callable[[Step | Process], LineParser]


class StepState:
    """One step: its verdict, its run while there is one, and what its last run found."""

    def __init__(self, step: Step) -> None:
        self.step = step
        self.verdict: Verdict = "dirty"
        self.run: Run | None = None
        self.parser: LineParser | None = None
        self.timeout_at_ms: int | None = None
        self.timed_out = False
        self.diagnostics: list[events.Diagnostic] = []
        self.known: frozenset[object] = frozenset()


class Build:
    """One build while it lasts."""

    def __init__(self, number: int, planned: tuple[str, ...], now_ms: int) -> None:
        self.number = number
        self.started_ms = now_ms
        self.planned = planned
        self.statuses: dict[str, events.Status] = {}
        self.canceled = False


class Builder:
    """All steps of a project and the build in progress, if any."""

    def __init__(self, project: Project, parser_for: ParserFor, next_run: Callable[[], int], jobs: int) -> None:
        """`jobs` is how many steps may run at once; `next_run` hands out run ids."""
        self.root = project.root
        self.steps = {name: StepState(step) for name, step in project.steps.items()}
        self.build: Build | None = None
        self._parser_for = parser_for
        self._next_run = next_run
        self._jobs = jobs

    def adopt(self, project: Project) -> set[str]:
        """Take the steps of a new configuration, between builds; returns the names that are new or differ."""
        assert self.build is None
        old = self.steps
        self.steps = {
            name: old[name] if name in old and old[name].step == step else StepState(step)
            for name, step in project.steps.items()
        }
        return {name for name, state in self.steps.items() if old.get(name) is not state}

    # --- what is known -----------------------------------------------------------------------------------------

    def owner(self, run: int) -> StepState | None:
        """The step whose run it is; None: nobody's, or it is over."""
        return next((state for state in self.steps.values() if state.run is not None and state.run.id == run), None)

    def green(self, names: Iterable[str]) -> bool:
        """Whether all these steps are built and good."""
        return all(self.steps[name].verdict == "ok" for name in names)

    def failed(self, names: Iterable[str]) -> bool:
        """Whether one of these steps has failed."""
        return any(self.steps[name].verdict == "failed" for name in names)

    def unfinished(self) -> set[str]:
        """The steps without a verdict."""
        return {name for name, state in self.steps.items() if state.verdict == "dirty"}

    def count(self, severity: events.Severity) -> int:
        """How many diagnostics of this severity are known now."""
        return sum(d.severity == severity for state in self.steps.values() for d in state.diagnostics)

    @property
    def deadline_ms(self) -> int | None:
        """When `advance` must be called next."""
        times = [
            at
            for state in self.steps.values()
            if state.run
            for at in (state.timeout_at_ms, state.run.kill_at_ms)
            if at is not None
        ]
        return min(times, default=None)

    # --- what is done ------------------------------------------------------------------------------------------

    def start(
        self,
        number: int,
        trigger: events.Trigger,
        changes: tuple[Change, ...],
        dirty: set[str],
        restarts: tuple[str, ...],
        now_ms: int,
        out: list[Effect],
    ) -> None:
        """Begin build `number` with these steps dirty; the ones left over from a canceled or failed build run too."""
        assert self.build is None
        for name in dirty:
            self.steps[name].verdict = "dirty"
        planned = tuple(name for name, state in self.steps.items() if state.verdict == "dirty")
        self.build = Build(number, planned, now_ms)
        listed = tuple(events.ChangedPath(change.path, change.kind) for change in changes[:MOST_PATHS])
        out.append(events.Changed(number, listed, len(changes) - len(listed), trigger))
        out.append(events.BuildStarted(number, planned, restarts))
        out.append(RecordChanges(number, tuple(change.path for change in changes)))

    def cancel(self, now_ms: int, out: list[Effect]) -> None:
        """Its inputs have changed: end what may be ended, start nothing more."""
        assert self.build is not None
        if self.build.canceled:
            return
        self.build.canceled = True
        for state in self.steps.values():
            if state.run is not None and state.step.on_busy == "cancel":
                state.run.stop("SIGTERM", STEP_GRACE_MS, now_ms, out)

    def abandon(self, now_ms: int, out: list[Effect]) -> None:
        """The session ends: end every step, also those that a change would let finish."""
        if self.build is not None:
            self.cancel(now_ms, out)
        for state in self.steps.values():
            if state.run is not None:
                state.run.stop("SIGTERM", STEP_GRACE_MS, now_ms, out)

    def kill(self, out: list[Effect]) -> None:
        """End every step at once."""
        for state in self.steps.values():
            if state.run is not None:
                state.run.kill(out)

    def handle(self, state: StepState, input: Input, now_ms: int, out: list[Effect]) -> None:
        """Take an input about the run of a step."""
        assert state.run is not None
        if isinstance(input, OutputRead):
            out.append(events.Output(f"step:{state.step.name}", input.stream, "\n".join(input.lines)))
            self._parse(state, input, out)
        if state.run.takes(input):
            state.run.handle(input, now_ms, out)
        if state.run.gone:
            self._step_over(state, now_ms, out)

    def advance(self, now_ms: int, out: list[Effect]) -> events.BuildFinished | None:
        """Start what can start, climb ladders, and end the build when nothing is left to do; returns its end."""
        for state in self.steps.values():
            if state.run is not None:
                self._check_timeout(state, now_ms, out)
                state.run.check(now_ms, out)
        if self.build is None:
            return None
        if not self.build.canceled:
            self._start_ready(self.build, now_ms, out)
        if any(state.run is not None for state in self.steps.values()):
            return None
        return self._finish(self.build, now_ms, out)

    def _start_ready(self, build: Build, now_ms: int, out: list[Effect]) -> None:
        running = sum(state.run is not None for state in self.steps.values())
        for name in build.planned:
            state = self.steps[name]
            if running >= self._jobs:
                return
            if state.run is None and name not in build.statuses and self.green(state.step.needs):
                self._start_step(build, state, now_ms, out)
                running += 1

    def _start_step(self, build: Build, state: StepState, now_ms: int, out: list[Effect]) -> None:
        step = state.step
        state.run = Run(self._next_run(), build.number, now_ms)
        state.parser = self._parser_for(step)
        state.timeout_at_ms = None if step.timeout_ms is None else now_ms + step.timeout_ms
        state.timed_out = False
        state.known = frozenset(_key(d) for d in state.diagnostics)
        state.diagnostics = []
        out.append(events.StepStarted(build.number, step.name, step.program.argv))
        out.append(Spawn(state.run.id, "step", step.name, step.program, build.number, grace_ms=STEP_GRACE_MS))

    def _check_timeout(self, state: StepState, now_ms: int, out: list[Effect]) -> None:
        if state.run is not None and state.timeout_at_ms is not None and now_ms >= state.timeout_at_ms:
            state.timeout_at_ms = None
            state.timed_out = not state.run.asked_to_stop and state.run.exit_code is None
            state.run.stop("SIGTERM", STEP_GRACE_MS, now_ms, out)

    def _parse(self, state: StepState, input: OutputRead, out: list[Effect]) -> None:
        assert state.parser is not None
        for line in input.lines:
            self._report(state, state.parser.feed(input.stream, line), out)

    def _report(self, state: StepState, findings: Iterable[Finding], out: list[Effect]) -> None:
        assert state.run is not None
        for finding in findings:
            diagnostic = _diagnostic(finding, state, self.root)
            _take(state.diagnostics, diagnostic)
            out.append(diagnostic)

    def _step_over(self, state: StepState, now_ms: int, out: list[Effect]) -> None:
        run, build, step = state.run, self.build, state.step
        assert run is not None
        assert build is not None
        assert state.parser is not None
        self._report(state, state.parser.finish(), out)
        status = _status(run, state.timed_out)
        if status in ("failed", "timeout") and not any(d.severity == "error" for d in state.diagnostics):
            from hotrun.core.diagnostics.failure import failure

            self._report(state, [failure(step.name, _what(run, step, status), tuple(run.tail))], out)
        if status == "ok":
            # What it called an error did not make it fail: a message of a program that it ran, or an ignored target.
            state.diagnostics = [d for d in state.diagnostics if d.severity != "error"]
        state.verdict = "ok" if status == "ok" else "dirty" if status == "canceled" else "failed"
        state.run = state.parser = state.timeout_at_ms = None
        build.statuses[step.name] = status
        uptime = run.uptime_ms(now_ms)
        out.append(events.StepFinished(build.number, step.name, status, run.exit_code, run.signal, uptime))

    def _finish(self, build: Build, now_ms: int, out: list[Effect]) -> events.BuildFinished:
        skipped = tuple(name for name in build.planned if name not in build.statuses)
        for name in skipped:
            out.append(events.StepFinished(build.number, name, "skipped", None, None, 0))
        finished = events.BuildFinished(
            build.number,
            self._verdict(build),
            self.count("error"),
            self.count("warning"),
            now_ms - build.started_ms,
            tuple(build.statuses),
            skipped,
        )
        self.build = None
        out.append(finished)
        return finished

    def _verdict(self, build: Build) -> events.Status:
        if build.canceled:
            return "canceled"
        if "timeout" in build.statuses.values():
            return "timeout"
        return "ok" if self.green(self.steps) else "failed"


def _status(run: Run, timed_out: bool) -> events.Status:
    if timed_out:
        return "timeout"
    if run.failure is None and run.exit_code == 0:
        return "ok"
    return "canceled" if run.asked_to_stop else "failed"


def _what(run: Run, step: Step, status: events.Status) -> str:
    """Why the step failed, in words."""
    if status == "timeout":
        return f"step {step.name} timed out after {duration(step.timeout_ms or 0)}"
    if run.failure is not None:
        return f"step {step.name} could not be started: {run.failure}"
    if run.signal is not None:
        return f"step {step.name} was killed by {run.signal}"
    hints = {126: ": a command is not executable", 127: ": a command was not found"}
    return f"step {step.name} failed (exit {run.exit_code}{hints.get(run.exit_code or 0, '')})"


def _key(diagnostic: events.Diagnostic) -> object:
    """What makes two diagnostics of two builds the same; lines move with every edit, so they do not count."""
    return (diagnostic.severity, diagnostic.path, diagnostic.code, diagnostic.message)


def _take(known: list[events.Diagnostic], diagnostic: events.Diagnostic) -> None:
    from hotrun.core.diagnostics.told import take

    take(known, diagnostic)


def _diagnostic(finding: Finding, state: StepState, root: str) -> events.Diagnostic:
    from hotrun.core.diagnostics.told import told  # not before there is a diagnostic

    assert state.run is not None
    step = state.step
    diagnostic = told(finding, build=state.run.build, step=step.name, process=None, cwd=step.program.cwd, root=root)
    return msgspec.structs.replace(diagnostic, new=_key(diagnostic) not in state.known)
