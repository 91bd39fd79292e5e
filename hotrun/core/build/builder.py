"""The steps: which are pending, which run, and the result of each build. Starts a step when all it needs has passed.

start -> steps run -> finished, exactly once. Canceled: no step starts any more, and it is finished when the last run is
gone. The next build starts after that, never beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from hotrun.core.build.build_plan import BuildPlan
from hotrun.core.build.diagnostics_diff import summarize
from hotrun.core.build.last_good import Baseline, LastGood
from hotrun.core.build.step import StepState
from hotrun.core.build.step_report import ending_of, reason_of, report, status_of
from hotrun.core.build.timing import Timing
from hotrun.core.changes.impact import Impact
from hotrun.core.model import events
from hotrun.core.model.commands import RecordChanges, Spawn
from hotrun.core.model.graph import Graph
from hotrun.core.model.inputs import Change, DiagnosticsFound, Input, OutputRead
from hotrun.core.model.project import Project
from hotrun.core.run import Effect, Run

if TYPE_CHECKING:
    from hotrun.core.diagnostics.model.finding import Finding

STEP_GRACE_MS = 2000  # compilers clean up within milliseconds; a step has no state worth waiting for
MAX_PATHS = 100  # a `changes.detected` event lists this many, `more` counts the others


class Build:
    """One build while it lasts."""

    def __init__(self, number: int, planned: tuple[str, ...], timing: Timing, now_ms: int) -> None:
        self.number = number
        self.started_ms = now_ms
        self.timing = timing
        self.planned = planned
        self.statuses: dict[str, events.Status] = {}
        self.kept: list[str] = []  # the steps behind others that had no need to run
        self.canceled = False
        self.over_ms = now_ms  # when its latest step was over


class Progress(NamedTuple):
    """What `Builder.advance` has done: the steps that it started, and the end of the build, if that has come."""

    started: Sequence[str] = ()
    finished: events.BuildFinished | None = None


_NO_PROGRESS = Progress()


class Builder:
    """All steps of a project and the build in progress, if any."""

    def __init__(self, project: Project, next_run: Callable[[], int], cores: int) -> None:
        """`cores`: how many steps may run at once where the project does not say; `next_run` hands out run ids."""
        self.root = project.root
        self.steps = {name: StepState(step) for name, step in project.steps.items()}
        self.build: Build | None = None
        self.graph = Graph(project)
        self.last_good = LastGood()
        self.skip_unchanged = project.watch.skip_unchanged
        self._linger_ms = 0  # how long the end of a build waits for what its steps have changed
        self._next_run = next_run
        self._cores = cores
        self._jobs = project.jobs or cores

    def adopt(self, project: Project) -> set[str]:
        """Take the steps of a new configuration, between builds; returns the names that are new or differ."""
        assert self.build is None
        self._jobs = project.jobs or self._cores
        self.graph = Graph(project)
        self.skip_unchanged = project.watch.skip_unchanged
        old = self.steps
        self.steps = {
            name: old[name]
            if name in old and old[name].step == step
            else StepState(step, old[name].compared if name in old else None)
            for name, step in project.steps.items()
        }
        differing = {name for name, state in self.steps.items() if old.get(name) is not state}
        self.last_good.drop(differing | (old.keys() - self.steps.keys()))
        return differing

    # --- what is known -----------------------------------------------------------------------------------------

    def owner(self, run: int) -> StepState | None:
        """The step whose run it is; None: nobody's, or it is over."""
        return next((state for state in self.steps.values() if state.run is not None and state.run.id == run), None)

    def passed(self, names: Iterable[str]) -> bool:
        """Whether all these steps have passed."""
        return all([self.steps[name].status == "passed" for name in names])

    def failed(self, names: Iterable[str]) -> bool:
        """Whether one of these steps has failed."""
        return any([self.steps[name].status == "failed" for name in names])

    def unfinished(self) -> set[str]:
        """The steps that are neither passed nor failed."""
        return {name for name, state in self.steps.items() if state.status in ("pending", "unverified")}

    def unchanged_since(self, build: int, names: Iterable[str]) -> bool:
        """Whether none of these steps has made anything else after that build."""
        return all([self.steps[name].changed_build <= build for name in names])

    def count(self, severity: events.Severity) -> int:
        """How many diagnostics of this severity are known now."""
        return sum([d.severity == severity for state in self.steps.values() for d in state.diagnostics])

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
        if self.build is not None and not times and not self._is_running:
            times.append(self.build.over_ms + self._linger_ms)
        return min(times, default=None)

    @property
    def _is_running(self) -> bool:
        return any([state.run is not None for state in self.steps.values()])

    # --- the inputs of steps: what was good last is known here, and nowhere else -----------------------------------

    def inputs_changed(self, edits: Iterable[tuple[Change, Impact]]) -> None:
        """These files have changed, with what that means."""
        for change, impact in edits:
            self.last_good.note(change, impact.steps)

    def inputs_touched(self, edits: Iterable[tuple[Change, Impact]]) -> None:
        """These files were touched and hold the same bytes."""
        for _, impact in edits:
            self.last_good.doubt(impact.steps)

    def inputs_unknown(self, steps: Iterable[str]) -> None:
        """Nothing is known of what these steps were good with: build them in any case."""
        self.last_good.drop(steps)

    def up_to_date(self) -> None:
        """Every change so far has been reported, and is built."""
        self.last_good.up_to_date()

    def restorable(self, steps: Iterable[str]) -> dict[str, Baseline]:
        """Those of these steps whose inputs are what they were at their last good run."""
        return self.last_good.restorable(steps, self.graph.needed_steps) if self.skip_unchanged else {}

    # --- what is done ------------------------------------------------------------------------------------------

    def start(self, number: int, plan: BuildPlan, restarts: tuple[str, ...], now_ms: int, out: list[Effect]) -> None:
        """Begin build `number`; steps left over from a canceled or failed build run too.

        What the plan has as cached has been restored before. `restarts`: the processes that wait for the build.
        """
        assert self.build is None
        changes = plan.changes
        for name in plan.unverified:
            known = self.steps[name].status in ("passed", "unverified")
            self.steps[name].status = "unverified" if known else "pending"
        for name in plan.pending:
            self.steps[name].status = "pending"
        for state in self.steps.values():
            state.compared.record_changes(changes)
        unfinished = self.unfinished()
        planned = tuple([name for name in self.steps if name in unfinished])
        timing = Timing({name: state.step.needs for name, state in self.steps.items()}, now_ms)
        self.build = build = Build(number, planned, timing, now_ms)
        listed = tuple([events.ChangedPath(change.path, change.kind) for change in changes[:MAX_PATHS]])
        out.append(events.ChangesDetected(number, listed, len(changes) - len(listed), plan.reason))
        out.append(events.BuildStarted(number, planned, restarts))
        out.append(RecordChanges(number, tuple([change.path for change in changes])))
        for name, baseline in plan.cached.items():
            self._say_restored(build, name, baseline.build, out)

    def _say_restored(self, build: Build, name: str, of: int, out: list[Effect]) -> None:
        state = self.steps[name]
        build.timing.saved_ms += state.passed_ms
        out.append(events.StepCached(build.number, name, of, state.passed_ms))
        out.extend(state.diagnostics)

    def restore(self, number: int, restored: Mapping[str, Baseline]) -> None:
        """The inputs of these steps are again those with which they passed: so they pass in build `number`."""
        for name, baseline in restored.items():
            self.steps[name].status = "passed"
            found = [msgspec.structs.replace(known, build=number, new=False) for known in baseline.diagnostics]
            self.steps[name].diagnostics = found
            self.steps[name].compared.over("complete")

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

    def handle(self, state: StepState, input: Input, now_ms: int, out: list[Effect]) -> events.Status | None:
        """Take an input about the run of a step; returns its status if that ends it."""
        assert state.run is not None
        if isinstance(input, OutputRead):
            out.append(events.Output(f"step:{state.step.name}", input.stream, "\n".join(input.lines)))
        elif isinstance(input, DiagnosticsFound):
            self._report(state, input.findings, out)
        if state.run.takes(input):
            state.run.handle(input, now_ms, out)
        return self._step_over(state, now_ms, out) if state.run.gone else None

    def advance(self, linger_ms: int, now_ms: int, out: list[Effect]) -> Progress:
        """Start what can start, climb ladders, and end the build when nothing is left to do.

        The end of a build is reported `linger_ms` after that of its last step.
        """
        self._linger_ms = linger_ms
        for state in self.steps.values():
            if state.run is not None:
                self._check_timeout(state, now_ms, out)
                state.run.check(now_ms, out)
        if self.build is None:
            return _NO_PROGRESS
        started = [] if self.build.canceled else self._start_ready(self.build, now_ms, out)
        if self._is_running or self._is_lingering(self.build, now_ms):
            return Progress(started)
        return Progress(started, self._finish(self.build, now_ms, out))

    @property
    def is_lingering(self) -> bool:
        """The end of the build in progress is, or will be, reported late."""
        return self.build is not None and self._linger_ms > 0

    def _is_lingering(self, build: Build, now_ms: int) -> bool:
        return not build.canceled and bool(build.statuses) and now_ms < build.over_ms + self._linger_ms

    def _start_ready(self, build: Build, now_ms: int, out: list[Effect]) -> list[str]:
        while any([self._kept(build, name, out) for name in build.planned]):  # which may let another one be kept
            pass
        free = self._jobs - sum([state.run is not None for state in self.steps.values()])
        started: list[str] = []
        for name in build.planned:
            state = self.steps[name]
            if len(started) >= free:
                break
            waits = state.run is None and name not in build.statuses and name not in build.kept
            if waits and self.passed(state.step.needs):
                self._start_step(build, state, now_ms, out)
                started.append(name)
        return started

    def _kept(self, build: Build, name: str, out: list[Effect]) -> bool:
        """Whether a step has just turned out not to have to run: all that it needs is as it was when it ran last."""
        state = self.steps[name]
        needs = state.step.needs
        if (
            state.status != "unverified"
            or not self.passed(needs)
            or not self.unchanged_since(state.passed_build, needs)
        ):
            return False
        state.status = "passed"
        build.kept.append(name)
        found = [msgspec.structs.replace(known, build=build.number, new=False) for known in state.diagnostics]
        state.diagnostics = found
        self._say_restored(build, name, state.passed_build, out)
        return True

    def _start_step(self, build: Build, state: StepState, now_ms: int, out: list[Effect]) -> None:
        step = state.step
        state.run = Run(self._next_run(), build.number, now_ms)
        state.timeout_at_ms = None if step.timeout_ms is None else now_ms + step.timeout_ms
        state.timed_out = False
        state.compared.begin()
        state.diagnostics = []
        out.append(events.StepStarted(build.number, step.name, step.program.argv))
        spawn = Spawn(
            run=state.run.id,
            kind="step",
            name=step.name,
            program=step.program,
            build=build.number,
            outputs=step.outputs,
            root=self.root,
            grace_ms=STEP_GRACE_MS,
            parsers=step.parsers,
        )
        out.append(spawn)
        self.last_good.started(step.name)
        build.timing.started(step.name, now_ms)

    def _check_timeout(self, state: StepState, now_ms: int, out: list[Effect]) -> None:
        if state.run is not None and state.timeout_at_ms is not None and now_ms >= state.timeout_at_ms:
            state.timeout_at_ms = None
            state.timed_out = not state.run.asked_to_stop and state.run.exit_code is None
            state.run.stop("SIGTERM", STEP_GRACE_MS, now_ms, out)

    def _report(self, state: StepState, findings: Iterable[Finding], out: list[Effect]) -> None:
        assert state.run is not None
        step, build = state.step, state.run.build
        out.extend(report(found, step, build, self.root, state.diagnostics, state.compared) for found in findings)

    def _step_over(self, state: StepState, now_ms: int, out: list[Effect]) -> events.Status:
        run, build, step = state.run, self.build, state.step
        assert run is not None
        assert build is not None
        status, is_unchanged = status_of(run, state.timed_out), False
        uptime_ms = run.uptime_ms(now_ms)
        if status in ("failed", "timeout") and not any(d.severity == "error" for d in state.diagnostics):
            from hotrun.core.diagnostics.model.failure import failure

            self._report(state, [failure(step.name, reason_of(run, step, status), tuple(run.tail))], out)
        if status == "passed":
            # What it called an error did not make it fail: a message of a program that it ran, or an ignored target.
            state.diagnostics = [d for d in state.diagnostics if d.severity != "error"]
            is_unchanged = run.content is not None and run.content == state.content
            state.passed_build, state.passed_ms, state.content = build.number, uptime_ms, run.content
            state.changed_build = state.changed_build if is_unchanged else build.number
            self.last_good.built(step.name, build.number, run.stamp, list(state.diagnostics))
        else:
            self.last_good.over(step.name, run.stamp)
        state.compared.over(ending_of(run, status))
        state.status = "passed" if status == "passed" else "pending" if status == "canceled" else "failed"
        state.run = state.timeout_at_ms = None
        build.statuses[step.name] = status
        build.over_ms = now_ms
        ran = build.timing.over(step.name, now_ms)
        ending = (status, run.exit_code, run.signal, uptime_ms, is_unchanged)
        out.append(events.StepFinished(build.number, step.name, *ending, ran.start_ms, ran.waited_ms))
        return status

    def _finish(self, build: Build, now_ms: int, out: list[Effect]) -> events.BuildFinished:
        skipped = tuple(name for name in build.planned if name not in build.statuses and name not in build.kept)
        for name in skipped:
            out.append(events.StepFinished(build.number, name, "skipped", None, None, 0))
        new, fixed, fixed_problems = (0, 0, ()) if build.canceled else self._what_changed()
        finished = events.BuildFinished(
            build.number,
            self._status_of(build),
            self.count("error"),
            self.count("warning"),
            now_ms - build.started_ms,
            tuple(build.statuses),
            skipped,
            new=new,
            fixed=fixed,
            fixed_problems=fixed_problems,
            critical_path=build.timing.critical_path(),
            saved_ms=build.timing.saved_ms,
        )
        self.build = None
        out.append(finished)
        return finished

    def _what_changed(self) -> tuple[int, int, tuple[events.Fixed, ...]]:
        states = self.steps.values()
        return summarize(state.compared.compare(state.diagnostics, state.status == "passed") for state in states)

    def _status_of(self, build: Build) -> events.Status:
        if build.canceled:
            return "canceled"
        if "timeout" in build.statuses.values():
            return "timeout"
        return "passed" if self.passed(self.steps) else "failed"
