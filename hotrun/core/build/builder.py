"""Runs the steps of each build, and reports its result. Starts a step when all steps that it needs have passed.

start -> steps run -> finished, exactly once. A canceled build starts no more steps, and is finished when its last run
is gone. The next build starts after that, so no two builds run in parallel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from hotrun.core.build.build import Build, count
from hotrun.core.build.build_plan import BuildPlan
from hotrun.core.build.last_good import Baseline, LastGood
from hotrun.core.build.step import StepState
from hotrun.core.changes.impact import Impact
from hotrun.core.changes.request import BuildRequest
from hotrun.core.model import events
from hotrun.core.model.commands import RecordChanges
from hotrun.core.model.graph import Graph
from hotrun.core.model.inputs import Change, Input
from hotrun.core.model.project import Project
from hotrun.core.run import Effect

MAX_PATHS = 100  # a `changes.detected` event lists this many, `more` counts the others


class BuildProgress(NamedTuple):
    """The result of `Builder.advance`: the steps that it started, and the end of the build, if it is over."""

    started: Sequence[str] = ()
    finished: events.BuildFinished | None = None


_NO_PROGRESS = BuildProgress()


class Builder:
    """All steps of a project and the build in progress, if any."""

    def __init__(self, project: Project, next_run: Callable[[], int], cores: int) -> None:
        """`cores`: how many steps may run at once if the project does not set `jobs`. `next_run` returns run ids."""
        self.root = project.root
        self.steps = {name: StepState(step) for name, step in project.steps.items()}
        self.build: Build | None = None
        self.graph = Graph(project)
        self.last_good = LastGood()
        self.skip_unchanged = project.watch.skip_unchanged
        self._linger_ms = 0  # how long the report of a build's end is delayed, see rebuild_loops
        self._next_run = next_run
        self._cores = cores
        self._jobs = project.jobs or cores

    def adopt(self, project: Project) -> set[str]:
        """Switch to the steps of a new configuration, between builds. Returns the names of new or changed steps."""
        assert self.build is None
        self._jobs = project.jobs or self._cores
        self.graph = Graph(project)
        self.skip_unchanged = project.watch.skip_unchanged
        old = self.steps
        self.steps = {
            name: old[name]
            if name in old and old[name].step == step
            else StepState(step, old[name].diff if name in old else None)
            for name, step in project.steps.items()
        }
        differing = {name for name, state in self.steps.items() if old.get(name) is not state}
        self.last_good.drop(differing | (old.keys() - self.steps.keys()))
        return differing

    # --- state -------------------------------------------------------------------------------------------------

    def owner(self, run: int) -> StepState | None:
        """The step that this run belongs to. None if it is over, or not a step's."""
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
        """Whether none of these steps has written other outputs after that build."""
        return all([self.steps[name].changed_build <= build for name in names])

    def count(self, severity: events.Severity) -> int:
        """The number of current diagnostics of this severity."""
        return count(severity, self.steps)

    @property
    def deadline_ms(self) -> int | None:
        """When to call `advance` next."""
        times = [
            at
            for state in self.steps.values()
            if state.run
            for at in (state.timeout_at_ms, state.run.kill_at_ms)
            if at is not None
        ]
        if self.build is not None and not times and not self._running:
            times.append(self.build.over_ms + self._linger_ms)
        return min(times, default=None)

    @property
    def _running(self) -> int:
        """The number of running steps."""
        return sum([state.run is not None for state in self.steps.values()])

    # --- the inputs of steps, for the last good runs ------------------------------------------------------------------

    def inputs_changed(self, edits: Iterable[tuple[Change, Impact]]) -> None:
        """These files have changed, with this impact."""
        for change, impact in edits:
            self.last_good.changed(change, impact.steps)

    def inputs_touched(self, edits: Iterable[tuple[Change, Impact]]) -> None:
        """These files were touched but hold the same bytes."""
        for _, impact in edits:
            self.last_good.touched(impact.steps)

    def inputs_unknown(self, steps: Iterable[str]) -> None:
        """Forget the last good inputs of these steps, so that they are built in any case."""
        self.last_good.drop(steps)

    def up_to_date(self) -> None:
        """Every change so far is reported and built."""
        self.last_good.up_to_date()

    def restorable(self, steps: Iterable[str]) -> dict[str, Baseline]:
        """Those of these steps whose inputs are the same as in their last good run."""
        return self.last_good.restorable(steps, self.graph.needed_steps) if self.skip_unchanged else {}

    # --- progress ----------------------------------------------------------------------------------------------

    def plan(self, request: BuildRequest) -> BuildPlan:
        """Plan the requested build. The request must have a reason."""
        assert request.reason is not None
        graph, unfinished = self.graph, self.unfinished()
        steps = request.steps & self.steps.keys()
        due = todo = graph.with_dependents(steps | unfinished)
        cached = self.restorable(due)
        is_needless = False
        if cached:
            steps -= cached.keys()
            todo = graph.with_dependents(steps | (unfinished - cached.keys())) - cached.keys()
            is_needless = due <= cached.keys() and not (request.processes or request.reloads) and self.passed(cached)
        return BuildPlan(
            request.reason,
            request.changes,
            cached,
            pending=steps,
            unverified=todo - steps - unfinished,
            todo=todo,
            restarts=graph.dependent_processes(todo),
            processes=request.processes,
            reloads=request.reloads,
            is_needless=is_needless,
        )

    def start(self, number: int, plan: BuildPlan, restarts: tuple[str, ...], now_ms: int, out: list[Effect]) -> None:
        """Begin build `number`. Steps left over from a canceled or failed build run, too.

        Call `restore` for the cached steps before. `restarts`: the processes that wait for the build.
        """
        assert self.build is None
        changes = plan.changes
        for name in plan.unverified:
            known = self.steps[name].status in ("passed", "unverified")
            self.steps[name].status = "unverified" if known else "pending"
        for name in plan.pending:
            self.steps[name].status = "pending"
        for state in self.steps.values():
            state.diff.record_changes(changes)
        planned = tuple([name for name in self.steps if name in plan.todo])
        self.build = build = Build(number, planned, self.graph.needs, now_ms)
        listed = tuple([events.ChangedPath(change.path, change.kind) for change in changes[:MAX_PATHS]])
        out.append(events.ChangesDetected(number, listed, len(changes) - len(listed), plan.reason))
        out.append(events.BuildStarted(number, planned, restarts))
        out.append(RecordChanges(number, tuple([change.path for change in changes])))
        for name, baseline in plan.cached.items():
            self._report_cached(build, name, baseline.build, out)

    def _report_cached(self, build: Build, name: str, of: int, out: list[Effect]) -> None:
        state = self.steps[name]
        build.timing.saved_ms += state.passed_ms
        out.append(events.StepCached(build.number, name, of, state.passed_ms))
        out.extend(state.diagnostics)

    def restore(self, number: int, restored: Mapping[str, Baseline]) -> None:
        """Pass these steps in build `number`, because their inputs are the same as in their last good run."""
        for name, baseline in restored.items():
            self.steps[name].status = "passed"
            found = [msgspec.structs.replace(known, build=number, new=False) for known in baseline.diagnostics]
            self.steps[name].diagnostics = found
            self.steps[name].diff.over("complete")

    def cancel(self, now_ms: int, out: list[Effect]) -> None:
        """Cancel the build: start no more steps, and stop those with on_busy = "cancel"."""
        assert self.build is not None
        if self.build.canceled:
            return
        self.build.canceled = True
        for state in self.steps.values():
            if state.step.on_busy == "cancel":
                state.stop(now_ms, out)

    def abandon(self, now_ms: int, out: list[Effect]) -> None:
        """Stop every step at the end of the session, including those with on_busy = "finish"."""
        if self.build is not None:
            self.cancel(now_ms, out)
        for state in self.steps.values():
            state.stop(now_ms, out)

    def kill(self, out: list[Effect]) -> None:
        """Kill every step at once."""
        for state in self.steps.values():
            if state.run is not None:
                state.run.kill(out)

    def handle(self, state: StepState, input: Input, now_ms: int, out: list[Effect]) -> events.Status | None:
        """Handle an input about the run of a step. Returns the status of the run if it is over."""
        return self._end_step(state, now_ms, out) if state.handle(input, self.root, now_ms, out) else None

    def advance(self, linger_ms: int, now_ms: int, out: list[Effect]) -> BuildProgress:
        """Start steps that can start, kill those that do not stop, and end the build when nothing is left to do.

        The end of a build is reported `linger_ms` after that of its last step.
        """
        self._linger_ms = linger_ms
        for state in self.steps.values():
            if state.run is not None:
                state.check(now_ms, out)
        build = self.build
        if build is None:
            return _NO_PROGRESS
        running = self._running
        started = [] if build.canceled else self._start_ready(build, self._jobs - running, now_ms, out)
        if running or started or (not build.canceled and build.statuses and now_ms < build.over_ms + linger_ms):
            return BuildProgress(started)
        self.build = None
        return BuildProgress(started, build.finish(self.steps, now_ms, out))

    @property
    def is_lingering(self) -> bool:
        """Whether the end of the build in progress will be reported late."""
        return self.build is not None and self._linger_ms > 0

    def _start_ready(self, build: Build, free: int, now_ms: int, out: list[Effect]) -> list[str]:
        """Start the steps that may run, up to `free` of them. Returns their names."""
        while any([self._keep(build, name, out) for name in build.planned]):  # one may allow the next
            pass
        started: list[str] = []
        for name in build.planned:
            state = self.steps[name]
            if len(started) >= free:
                break
            if state.run is None and build.is_waiting(name) and self.passed(state.step.needs):
                state.begin(self._next_run(), build.number, self.root, now_ms, out)
                self.last_good.started(name)
                build.timing.started(name, now_ms)
                started.append(name)
        return started

    def _keep(self, build: Build, name: str, out: list[Effect]) -> bool:
        """Pass an unverified step without a run, if no step that it needs has changed since. Returns whether it did."""
        state = self.steps[name]
        if state.status != "unverified":
            return False
        needs = state.step.needs
        if not self.passed(needs) or not self.unchanged_since(state.passed_build, needs):
            return False
        state.status = "passed"
        build.kept.append(name)
        found = [msgspec.structs.replace(known, build=build.number, new=False) for known in state.diagnostics]
        state.diagnostics = found
        self._report_cached(build, name, state.passed_build, out)
        return True

    def _end_step(self, state: StepState, now_ms: int, out: list[Effect]) -> events.Status:
        build, name = self.build, state.step.name
        assert build is not None
        ended = state.end(self.root, now_ms, out)
        if ended.status == "passed":
            self.last_good.passed(name, build.number, ended.run.stamp, list(state.diagnostics))
        else:
            self.last_good.not_passed(name, ended.run.stamp)
        build.statuses[name] = ended.status
        build.over_ms = now_ms
        ran = build.timing.over(name, now_ms)
        out.append(
            events.StepFinished(
                build.number,
                name,
                ended.status,
                ended.run.exit_code,
                ended.run.signal,
                ended.uptime_ms,
                ended.is_unchanged,
                ran.start_ms,
                ran.waited_ms,
            )
        )
        return ended.status
