"""The one place where everything is decided: inputs in, commands and events out. Pure; time is passed in.

House rules: `handle` returns effects in the order of the facts; an answer about a run that is over is dropped; nothing
here waits, and `deadline_ms` says when the engine wants to be told that time has passed.

    begin -> watching -> change settles -> build -> passed: processes restart -> watching
                              ^                |
                              +--- canceled <--+-- a settled change that touches a step
    quit: steps and processes end, then Finish; kill: the same at once
"""

from __future__ import annotations

from typing import assert_never

import msgspec

from hotrun.core.build.builder import Builder
from hotrun.core.changes.history import ChangeHistory
from hotrun.core.changes.queue import ChangeQueue
from hotrun.core.changes.quiescence import Quiescence
from hotrun.core.changes.step_inputs import InputListings
from hotrun.core.model import events, inputs
from hotrun.core.model.commands import Finish, HoldSockets, Rescan, Rewatch, Spawn
from hotrun.core.model.inputs import Input, Request
from hotrun.core.model.project import Project
from hotrun.core.process.attach import AttachedInput
from hotrun.core.process.supervisor import Supervisor
from hotrun.core.run import Effect

_RunInput = (
    inputs.Spawned
    | inputs.SpawnFailed
    | inputs.OutputRead
    | inputs.DiagnosticsFound
    | inputs.Prompted
    | inputs.ProbePassed
    | inputs.ProbeFailed
    | inputs.Notified
    | inputs.Exited
    | inputs.Emptied
)

# What changes neither a file nor what runs.
_UNDISTURBING = (
    inputs.Tick,
    inputs.FilesTouched,
    inputs.Rescanned,
    inputs.OutputRead,
    inputs.DiagnosticsFound,
    inputs.TraceFound,
    inputs.Prompted,
    inputs.ProbeFailed,
    inputs.PortOwnersFound,
    inputs.KeysTyped,
    inputs.Noticed,
    inputs.VcsOperationsChanged,
)


class Engine:
    """The decisions of one session."""

    def __init__(self, project: Project, cores: int = 2, once: bool = False, postpone: bool = False) -> None:
        """`once`: build, start no process, finish with the result. `cores`: as in Builder.

        `postpone`: start nothing before the first change, or before somebody asks for it.
        """
        self._last_run = 0
        self._last_build = 0
        self._once = once
        self.project = project = self._prepared(project)
        self._builder = Builder(project, self._next_run, cores)
        self._supervisor = Supervisor(project, self._builder, self._next_run)
        self._edits = ChangeQueue(project, self._builder, self._supervisor)
        self._keyboard = AttachedInput(self._supervisor)
        self._next_project: Project | None = None
        self._edits.is_postponed = postpone
        self._state: events.StateChanged | None = None  # as it was told last
        self._paused = False
        self._proof = Quiescence()
        self._is_watching = False
        self._quit: Request | None = None
        self.finished = False

    def _prepared(self, project: Project) -> Project:
        return msgspec.structs.replace(project, processes={}) if self._once else project

    def _next_run(self) -> int:
        self._last_run += 1
        return self._last_run

    # --- the one entrance --------------------------------------------------------------------------------------

    def handle(self, input: Input, now_ms: int) -> list[Effect]:
        """Take one input; returns what to do and what to tell, in the order of the facts."""
        if self.finished:
            return []
        out: list[Effect] = []
        if not isinstance(input, _UNDISTURBING):
            self._proof.disturb()
        self._take(input, now_ms, out)
        self._edits.intake.note_late(now_ms)
        while self._advance(now_ms, out):
            pass
        self._observe(now_ms, out)
        if not self._once and not self.finished:
            out.extend(self._edits.listings.ask())  # after the steps, which nobody should wait for
        return out

    def _observe(self, now_ms: int, out: list[Effect]) -> None:
        """Let those know what runs who must: the search for loops, and what steps are made of."""
        for effect in out:
            if isinstance(effect, Spawn) and effect.kind == "step":
                self._edits.listings.started(effect.name)
            elif isinstance(effect, events.StepFinished):
                self._edits.listings.ended(effect.step, effect.status)
        loops = self._edits.intake.loops
        loops.is_process_up = not self._supervisor.idle
        started: set[str] = {effect.kind for effect in out if isinstance(effect, Spawn)}
        if started:
            loops.started(started, now_ms)

    @property
    def decisions(self) -> ChangeHistory:
        """What was decided about each path lately."""
        return self._edits.decisions

    @property
    def listings(self) -> InputListings:
        """What is known of the files that steps are made of."""
        return self._edits.listings

    @property
    def deadline_ms(self) -> int | None:
        """When a Tick is due; None: nothing here waits for time."""
        if self.finished:
            return None
        times = [self._builder.deadline_ms, self._supervisor.deadline_ms]
        times.append(self._edits.intake.deadline_ms(self._builder.build is not None))
        if self._is_quiet:
            times.append(self._proof.deadline_ms)
        return min((at for at in times if at is not None), default=None)

    # --- inputs ------------------------------------------------------------------------------------------------

    def _take(self, input: Input, now_ms: int, out: list[Effect]) -> None:
        if isinstance(input, _RunInput):
            self._answer(input, now_ms, out)
            return
        match input:
            case inputs.Begin():
                self._begin(input, out)
            case inputs.FilesChanged():
                self._edits.note(input.changes, now_ms)
            case inputs.FilesTouched():
                self._edits.touched(input.paths, now_ms, out)
            case inputs.InputsListed():
                self._edits.listed(input, now_ms, out)
            case inputs.TraceFound():
                self._supervisor.trace_found(input, out)
            case inputs.PortOwnersFound():
                self._supervisor.ports_held(input, out)
            case inputs.KeysTyped():
                self._keyboard.typed(input.data, out)
            case inputs.ConfigLoaded():
                out.extend(events.Message("warning", text) for text in input.warnings)
                self._next_project = self._prepared(input.project)
                self._cancel_if_steps_differ(self._next_project, now_ms, out)
            case inputs.ConfigRejected():
                out.append(events.ConfigError(input.problems))
            case inputs.Rescanned():
                if self._proof.answer(now_ms) and self._is_quiet:
                    self._edits.intake.loops.settled()
                    self._builder.last_good.settled()
                    self._edits.listings.settled()
                    if not self._edits.is_postponed:
                        out.append(events.UpToDate(self._last_build))
            case inputs.WatchStarted():
                self._is_watching = True
                interval_ms = self.project.watch.poll_interval_ms
                self._edits.intake.loops.delay_ms = 2 * interval_ms if "poll" in input.backend else 0
                out.append(events.Watching(input.folders, input.files, input.pruned, input.backend, input.duration_ms))
            case inputs.VcsOperationsChanged():
                self._edits.intake.burst.hold(input.operations, now_ms)
            case inputs.Noticed():
                out.append(events.Message(input.level, input.text))
            case Request():
                self._request(input, now_ms, out)
            case inputs.Tick():
                pass
            case _:
                raise AssertionError(f"unknown input: {input}")

    def _begin(self, begin: inputs.Begin, out: list[Effect]) -> None:
        project = self.project
        out.append(
            events.SessionStarted(
                begin.version,
                begin.pid,
                project.root,
                project.config,
                tuple(project.steps),
                tuple(project.processes),
                begin.socket,
            )
        )
        out.extend(events.Message(notice.level, notice.text) for notice in begin.notices)
        self._hold_sockets(None, out)
        if not self._edits.is_postponed:
            self._edits.start_all("start")

    def _answer(self, input: _RunInput, now_ms: int, out: list[Effect]) -> None:
        step = self._builder.owner(input.run)
        if step is not None:
            self._builder.handle(step, input, now_ms, out)
            return
        owner = self._supervisor.owner(input.run)
        if owner is not None and self._supervisor.handle(*owner, input, now_ms, out) and self._quit is None:
            state, run = owner
            clean = run.failure is None and run.exit_code == 0
            self._quit = Request("quit", exit_code=0 if clean else 1, reason=f"{state.process.name} has ended")

    def _request(self, request: Request, now_ms: int, out: list[Effect]) -> None:
        match request.verb:
            case "quit":
                self._quit = self._quit or request
            case "kill":
                self._quit = request
                self._builder.kill(out)
                self._supervisor.kill(out)
            case "pause" | "resume":
                self._paused = request.verb == "pause"
            case "trigger":
                self._trigger(request.name, now_ms, out)
            case "restart":
                self._edits.postpone_no_longer("request")
                self._supervisor.touch([request.name] if request.name else list(self._supervisor.states))
            case "attach":
                self._keyboard.attach(request.name, self.project.processes, out)
            case "detach":
                self._keyboard.detach(out)
            case _:
                assert_never(request.verb)

    def _trigger(self, name: str | None, now_ms: int, out: list[Effect]) -> None:
        """Build what is pending, else everything; with a `name` that step in any case."""
        is_told = not self._paused and self._edits.tell()
        if name is not None or not is_told:
            self._force({name} if name is not None else set(self._builder.steps), now_ms, out)

    def _force(self, steps: set[str], now_ms: int, out: list[Effect]) -> None:
        self._edits.postpone_no_longer("request")
        self._edits.wanted.ask("request", steps, set())
        self._builder.last_good.drop(steps)
        if self._builder.build is not None:
            self._builder.cancel(now_ms, out)

    # --- progress ----------------------------------------------------------------------------------------------

    def _advance(self, now_ms: int, out: list[Effect]) -> bool:
        """One pass over everything; True if a build has ended, so that another pass may find work."""
        self._open_or_close()
        if self._quit is not None:
            self._builder.abandon(now_ms, out)
        elif self._builder.build is None:
            self._begin_build(now_ms, out)
        else:
            self._supersede(now_ms, out)
        self._builder.linger_ms = self._edits.intake.loops.linger_ms
        finished = self._builder.advance(now_ms, out)
        if finished is not None:
            self._edits.intake.loops.build_ended(now_ms)
            self._build_finished(finished, out)
        self._supervisor.quitting = self._quit is not None
        self._supervisor.unsettled = self._is_unsettled or self._edits.is_postponed
        self._supervisor.advance(self._last_build, now_ms, out)
        self._say_state(now_ms, out)
        if self._proof.ask(self._is_quiet, now_ms):
            out.append(Rescan())
        self._end(out)
        return finished is not None and not self.finished

    def _open_or_close(self) -> None:
        self._edits.intake.is_closed = self._paused or self._quit is not None or self._edits.pending > 0

    def _begin_build(self, now_ms: int, out: list[Effect]) -> None:
        if self._next_project is not None:
            self._adopt(self._next_project, out)
            self._open_or_close()
        if self._edits.begin_build(self._last_build + 1, now_ms, out):
            self._last_build += 1

    @property
    def _is_unsettled(self) -> bool:
        """What would be started now would be restarted soon, or would tell somebody too early that a build is over."""
        if self._builder.build is not None and self._builder.linger_ms:
            return True
        return self._edits.intake.due_ms is not None and self._edits.waiting > 0

    @property
    def _is_quiet(self) -> bool:
        """Nothing waits and nothing is under way."""
        is_open = not self._edits.intake.is_empty or self._edits.listings.is_open
        waits = is_open or self._next_project or self._edits.wanted.trigger
        runs = self._builder.build or self._supervisor.restarting
        return self._is_watching and not (waits or runs or self._paused or self._quit)

    def _supersede(self, now_ms: int, out: list[Effect]) -> None:
        """A settled change that touches a step cancels the build; others wait for its end."""
        if self._edits.plan.steps_touched(self._edits.intake.collect(now_ms)):
            self._builder.cancel(now_ms, out)

    def _adopt(self, project: Project, out: list[Effect]) -> None:
        old, self.project, self._next_project = self.project, project, None
        steps = self._builder.adopt(project)
        processes = self._supervisor.adopt(project)
        self._edits.adopt(project)
        gone = old.steps.keys() - project.steps.keys()
        names = (tuple(sorted(steps | gone)), tuple(sorted(processes)))
        out.append(events.ConfigReloaded(project.config, *names))
        self._hold_sockets(old, out)
        self._keyboard.adopt(project.processes, out)
        if project.watch != old.watch or project.env_files != old.env_files:
            self._is_watching = False
            out.append(Rewatch(project))
        if steps or processes:
            self._edits.postpone_no_longer("config")
            self._edits.wanted.ask("config", steps, processes & project.processes.keys())

    def _hold_sockets(self, old: Project | None, out: list[Effect]) -> None:
        if self.project.listen != (() if old is None else old.listen):
            out.append(HoldSockets(self.project.listen))

    def _cancel_if_steps_differ(self, project: Project, now_ms: int, out: list[Effect]) -> None:
        if self._builder.build is not None and project.steps != self.project.steps:
            self._builder.cancel(now_ms, out)

    def _build_finished(self, finished: events.BuildFinished, out: list[Effect]) -> None:
        if finished.status in ("failed", "timeout"):
            self._supervisor.mark_stale(out)
        if self._once and finished.status != "canceled" and self._quit is None:
            self._quit = Request("quit", exit_code=0 if finished.status == "passed" else 1, reason="")

    def _say_state(self, now_ms: int, out: list[Effect]) -> None:
        current = events.StateChanged(*self._current_state(now_ms), self._edits.pending)
        if current != self._state:
            self._state = current
            out.append(current)

    def _current_state(self, now_ms: int) -> tuple[events.State, str]:
        if self._quit is not None:
            return "stopping", self._quit.reason
        if self._builder.build is not None:
            return "building", f"build {self._builder.build.number}"
        if self._supervisor.restarting:
            return "restarting", f"build {self._last_build}"
        if self._paused:
            return "paused", "asked to"
        held_by = self._edits.intake.held_by(now_ms)
        if held_by is not None and not self._edits.pending:
            return "held", held_by
        return "watching", self._edits.to_be_known()

    def _end(self, out: list[Effect]) -> None:
        if self._quit is not None and self._builder.build is None and self._supervisor.is_done:
            self.finished = True
            out.append(events.SessionEnded(self._quit.reason, self._quit.exit_code))
            out.append(Finish(self._quit.exit_code))
