"""Makes all decisions of a session: inputs in, commands and events out. It is pure, and time is passed in.

`handle` returns effects in the order of the facts. It ignores inputs about a run that is over. It never waits:
`deadline_ms` is when the engine needs a Tick.

    begin -> watching -> a change is due -> build -> passed: processes restart -> watching
                              ^               |
                              +-- canceled <--+-- a change is due that concerns a step
"""

from __future__ import annotations

import itertools
from typing import assert_never

import msgspec

from hotrun.core.build.build_plan import BuildPlan, cached_text
from hotrun.core.build.builder import Builder
from hotrun.core.changes.history import ChangeDecision
from hotrun.core.changes.impact import Impact
from hotrun.core.changes.queue import ChangeQueue
from hotrun.core.changes.quiescence import Quiescence
from hotrun.core.changes.rebuild_loops import Activity
from hotrun.core.changes.step_inputs import InputListing
from hotrun.core.inspection import Inspection, inspect
from hotrun.core.model import events, inputs
from hotrun.core.model.commands import Finish, HoldSockets, Rescan, Rewatch
from hotrun.core.model.inputs import Input, Request
from hotrun.core.model.project import Project
from hotrun.core.model.text import listed
from hotrun.core.process.attach import AttachedInput
from hotrun.core.process.supervisor import Supervisor
from hotrun.core.run import Effect
from hotrun.core.state.attention import attention


class Engine:
    """The decisions of one session."""

    def __init__(self, project: Project, cores: int = 2, once: bool = False, postpone: bool = False) -> None:
        """`once`: build, start no process, and exit with the result. `postpone`: wait for a change or request."""
        self._last_build = 0
        self._once = once
        self.project = project = self._prepared(project)
        next_run = itertools.count(1).__next__
        self._builder = Builder(project, next_run, cores)
        self._supervisor = Supervisor(project, self._builder, next_run)
        self._changes = ChangeQueue(project, self._supervisor.named_in_crash, postpone)
        self._attached = AttachedInput(self._supervisor)
        self._next_project: Project | None = None
        self._state: events.StateChanged | None = None  # the last one reported
        self._is_paused = False
        self._quiescence = Quiescence()
        self._is_watching = False
        self._stop: Request | None = None
        self.finished = False

    def _prepared(self, project: Project) -> Project:
        return msgspec.structs.replace(project, processes={}) if self._once else project

    def handle(self, input: Input, now_ms: int) -> list[Effect]:
        """Handle one input. Returns the commands and events that follow from it, in the order of the facts."""
        if self.finished:
            return []
        out: list[Effect] = []
        if not isinstance(input, inputs.UNDISTURBING):
            self._quiescence.disturb()
        self._dispatch(input, now_ms, out)
        while self._advance(now_ms, out):
            pass
        if not self._once and not self.finished:
            out.extend(self._changes.listing_requests())  # after the steps, which must not wait for listings
        return out

    @property
    def deadline_ms(self) -> int | None:
        """When a Tick is due. None if nothing waits for time."""
        if self.finished:
            return None
        times = [
            self._builder.deadline_ms,
            self._supervisor.deadline_ms,
            self._changes.deadline_ms(self._builder.build is not None),
            self._quiescence.deadline_ms if self._is_quiet else None,
        ]
        return min([at for at in times if at is not None], default=None)

    # --- queries -----------------------------------------------------------------------------------------------

    def history_of(self, path: str) -> tuple[ChangeDecision, ...]:
        """The latest decisions about this path, the oldest first."""
        return self._changes.history_of(path)

    def impact_of(self, path: str) -> Impact:
        """The impact that a change of this path would have now."""
        return self._changes.impact_of(path)

    def inspect(self) -> Inspection:
        """The current state, for tests and debugging. No decision depends on it."""
        is_stopping, has_pending = self._stop is not None, not self._changes.is_empty
        return inspect(self._builder, self._supervisor, is_stopping, self._is_quiet, has_pending)

    def listing_of(self, step: str) -> InputListing | None:
        """The input listing of a step. None if it has no `inputs`."""
        return self._changes.listing_of(step)

    # --- inputs ------------------------------------------------------------------------------------------------

    def _dispatch(self, input: Input, now_ms: int, out: list[Effect]) -> None:
        if isinstance(input, inputs.RunInput):
            self._handle_run(input, now_ms, out)
            return
        match input:
            case inputs.Begin():
                self._begin(input, out)
            case inputs.FilesChanged():
                self._builder.inputs_changed(self._changes.add(input.changes, self._activity, now_ms))
            case inputs.FilesTouched():
                self._builder.inputs_touched(self._changes.add_touched(input.paths, self._activity, now_ms, out))
            case inputs.InputsListed():
                found = self._changes.add_listed(input, now_ms, out)
                if found.is_other:  # earlier changes of files that were not listed are unknown
                    self._builder.inputs_unknown({input.step})
                self._builder.inputs_changed(found.edits)
            case inputs.TraceFound():
                self._supervisor.trace_found(input, out)
            case inputs.PortOwnersFound():
                self._supervisor.ports_held(input, out)
            case inputs.KeysTyped():
                self._attached.typed(input.data, out)
            case inputs.ConfigLoaded():
                out.extend([events.Message("warning", text) for text in input.warnings])
                self._next_project = self._prepared(input.project)
                if self._builder.build is not None and self._next_project.steps != self.project.steps:
                    self._builder.cancel(now_ms, out)
            case inputs.ConfigRejected():
                out.append(events.ConfigError(input.problems))
            case inputs.Rescanned():
                if self._quiescence.rescanned(now_ms) and self._is_quiet:
                    self._changes.up_to_date()
                    self._builder.up_to_date()
                    if not self._changes.is_postponed:
                        out.append(events.UpToDate(self._last_build))
            case inputs.WatchStarted():
                self._is_watching = True
                self._changes.watch_started(2 * self.project.watch.poll_interval_ms if "poll" in input.backend else 0)
                out.append(events.Watching(input.folders, input.files, input.pruned, input.backend, input.duration_ms))
            case inputs.VcsOperationsChanged():
                self._changes.defer(input.operations, now_ms)
            case inputs.Noticed():
                out.append(events.Message(input.level, input.text))
            case Request():
                self._request(input, now_ms, out)
            case inputs.Tick():
                pass
            case _:
                raise AssertionError(f"unknown input: {input}")

    @property
    def _activity(self) -> Activity:
        return Activity(self._builder.build is not None, not self._supervisor.idle)

    def _begin(self, begin: inputs.Begin, out: list[Effect]) -> None:
        project = self.project
        names = (tuple(project.steps), tuple(project.processes))
        out.append(events.SessionStarted(begin.version, begin.pid, project.root, project.config, *names, begin.socket))
        out.extend([events.Message(notice.level, notice.text) for notice in begin.notices])
        self._hold_sockets(None, out)
        if not self._changes.is_postponed:
            self._changes.request_all("start")

    def _handle_run(self, input: inputs.RunInput, now_ms: int, out: list[Effect]) -> None:
        step = self._builder.owner(input.run)
        if step is not None:
            status = self._builder.handle(step, input, now_ms, out)
            if status is not None:
                self._changes.step_ended(step.step.name, status)
            return
        owner = self._supervisor.owner(input.run)
        if owner is not None and self._supervisor.handle(*owner, input, now_ms, out):
            state, run = owner
            is_clean = run.failure is None and run.exit_code == 0
            self._begin_stop(Request("stop", exit_code=0 if is_clean else 1, reason=f"{state.process.name} has ended"))

    def _request(self, request: Request, now_ms: int, out: list[Effect]) -> None:
        match request.verb:
            case "stop":
                self._begin_stop(request)
            case "kill":
                self._stop = None  # use the exit code of this request
                self._begin_stop(request)
                self._builder.kill(out)
                self._supervisor.kill(out)
            case "pause":
                self._is_paused = True
                self._changes.stop()
            case "resume":
                self._is_paused = False
                if self._stop is None:
                    self._changes.resume()
            case "build":
                self._build(request.name, now_ms, out)
            case "restart":
                self._changes.end_postponement("request")
                self._supervisor.touch([request.name] if request.name else list(self._supervisor.states))
            case "attach":
                self._attached.attach(request.name, self.project.processes, out)
            case "detach":
                self._attached.detach(out)
            case _:
                assert_never(request.verb)

    def _begin_stop(self, request: Request) -> None:
        """Stop everything, then end the session. The first request sets the exit code."""
        self._stop = self._stop or request
        self._changes.stop()
        self._supervisor.stop_all()

    def _build(self, name: str | None, now_ms: int, out: list[Effect]) -> None:
        """Build the pending changes, or everything if there are none. With a `name`, build that step in any case."""
        is_released = not self._is_paused and self._changes.release()
        if name is None and is_released:
            return
        steps = set(self.project.steps) if name is None else {name}
        self._changes.request("request", steps, set())
        self._builder.inputs_unknown(steps)
        if self._builder.build is not None:
            self._builder.cancel(now_ms, out)

    # --- progress ----------------------------------------------------------------------------------------------

    def _advance(self, now_ms: int, out: list[Effect]) -> bool:
        """Make one pass over all parts. Returns True if a build has ended, so that the next pass may find work."""
        self._changes.refresh(self._supervisor.crashes, now_ms)
        if self._stop is not None:
            self._builder.abandon(now_ms, out)
        elif self._builder.build is None:
            self._begin_build(now_ms, out)
        elif self._changes.interrupts_build(now_ms):
            self._builder.cancel(now_ms, out)
        progress = self._builder.advance(self._changes.linger_ms, now_ms, out)
        if progress.started:
            self._changes.steps_started(progress.started, now_ms)
        if progress.finished is not None:
            self._build_finished(progress.finished, now_ms, out)
        # A start before the end of a burst would lead to a restart. A start before the delayed end of a build would
        # reveal that end.
        may_start = not (self._changes.is_burst or self._builder.is_lingering or self._changes.is_postponed)
        if self._supervisor.advance(self._last_build, may_start, now_ms, out):
            self._changes.process_started(now_ms)
        self._report_state(now_ms, out)
        if self._quiescence.request_rescan(self._is_quiet, now_ms):
            out.append(Rescan())
        self._finish(out)
        return progress.finished is not None and not self.finished

    def _begin_build(self, now_ms: int, out: list[Effect]) -> None:
        """Begin a build for due changes and requests, if there are any."""
        if self._next_project is not None:
            self._adopt(self._next_project, out)
        request = self._changes.next_request(self._activity, now_ms, out)
        if request.changes:
            self._supervisor.forgive()
        if request.reason is None:
            return
        plan = self._builder.plan(request)
        if plan.is_needless:
            self._report_cached(plan, self._last_build, now_ms, out)
            return
        self._last_build = number = self._last_build + 1
        self._builder.restore(number, plan.cached)
        up_to_date = self._supervisor.prepare(plan, number)
        self._builder.start(number, plan, self._supervisor.waiting, now_ms, out)
        if plan.cached:
            self._report_cached(plan, number, now_ms, out)
        out.extend(up_to_date)
        self._changes.record_build(number, plan.changes, plan.cached, self._builder.graph, now_ms)

    def _report_cached(self, plan: BuildPlan, build: int, now_ms: int, out: list[Effect]) -> None:
        paths, text = plan.cached_paths, cached_text(plan.cached, is_all=not plan.todo)
        out.append(events.Message("info", f"{listed(paths or sorted(plan.cached))}: {text}"))
        self._changes.record(paths, text, now_ms, build)

    def _build_finished(self, finished: events.BuildFinished, now_ms: int, out: list[Effect]) -> None:
        self._changes.build_ended(now_ms)
        for step in finished.skipped:
            self._changes.step_ended(step, "skipped")
        if finished.status in ("failed", "timeout"):
            self._supervisor.mark_stale(out)
        if self._once and finished.status != "canceled":
            self._begin_stop(Request("stop", exit_code=0 if finished.status == "passed" else 1, reason=""))

    @property
    def _is_quiet(self) -> bool:
        """Whether nothing is pending and nothing is in progress."""
        if not self._is_watching or self._is_paused or self._stop is not None or self._next_project is not None:
            return False
        return self._builder.build is None and self._changes.is_empty and not self._supervisor.restarting

    def _adopt(self, project: Project, out: list[Effect]) -> None:
        old, self.project, self._next_project = self.project, project, None
        steps = self._builder.adopt(project)
        processes = self._supervisor.adopt(project)
        self._changes.adopt(project)
        gone = old.steps.keys() - project.steps.keys()
        out.append(events.ConfigReloaded(project.config, tuple(sorted(steps | gone)), tuple(sorted(processes))))
        self._hold_sockets(old, out)
        self._attached.adopt(project.processes, out)
        if project.watch != old.watch or project.env_files != old.env_files:
            self._is_watching = False
            out.append(Rewatch(project))
        if steps or processes:
            self._changes.request("config", steps, processes & project.processes.keys())

    def _hold_sockets(self, old: Project | None, out: list[Effect]) -> None:
        if self.project.listen != (() if old is None else old.listen):
            out.append(HoldSockets(self.project.listen))

    # --- reports -----------------------------------------------------------------------------------------------

    def _report_state(self, now_ms: int, out: list[Effect]) -> None:
        current = events.StateChanged(*self._current_state(now_ms), self._changes.awaiting_request)
        if current != self._state:
            self._state = current
            out.append(current)

    def _current_state(self, now_ms: int) -> tuple[events.State, str]:
        if self._stop is not None:
            return "stopping", self._stop.reason
        if self._builder.build is not None:
            return "building", f"build {self._builder.build.number}"
        if self._supervisor.restarting:
            return "restarting", f"build {self._last_build}"
        if self._is_paused:
            return "paused", ""
        deferred_by = self._changes.deferred_by(now_ms)
        if deferred_by is not None:
            return "deferred", deferred_by
        down, pending = self._supervisor.down, self._changes.awaiting_request
        return "watching", attention(self._builder.count("error"), down, pending, self._changes.is_postponed)

    def _finish(self, out: list[Effect]) -> None:
        if self._stop is not None and self._builder.build is None and self._supervisor.is_done:
            self.finished = True
            out.append(events.SessionEnded(self._stop.reason, self._stop.exit_code))
            out.append(Finish(self._stop.exit_code))
