"""The one place where everything is decided: inputs in, commands and events out. Pure; time is passed in.

House rules: `handle` returns effects in the order of the facts; an answer about a run that is over is dropped; nothing
here waits, and `deadline_ms` says when the engine wants to be told that time has passed.

    begin -> watching -> change settles -> build -> green: processes restart -> watching
                              ^                |
                              +--- canceled <--+-- a settled change that touches a step
    quit: steps and processes end, then Finish; kill: the same at once
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import assert_never

import msgspec

from hotrun.core import events, inputs
from hotrun.core.build import MOST_PATHS, Builder, ParserFor
from hotrun.core.commands import Finish, HoldSockets, Rewatch, Spawn, Verify
from hotrun.core.decisions import Decisions
from hotrun.core.green import Baseline, restored_text
from hotrun.core.inputs import Change, Input, Request
from hotrun.core.intake import Intake
from hotrun.core.keyboard import split
from hotrun.core.loops import loop_text
from hotrun.core.plan import Plan
from hotrun.core.proof import Proof
from hotrun.core.run import Effect
from hotrun.core.spec import Project
from hotrun.core.supervisor import Supervisor
from hotrun.core.wanted import Wanted
from hotrun.core.words import count, listed

_RunInput = (
    inputs.Spawned
    | inputs.SpawnFailed
    | inputs.OutputRead
    | inputs.Prompted
    | inputs.Answered
    | inputs.NoAnswer
    | inputs.Notified
    | inputs.Exited
    | inputs.Emptied
)

# What changes neither a file nor what runs.
_UNDISTURBING = (
    inputs.Tick,
    inputs.FilesTouched,
    inputs.Verified,
    inputs.OutputRead,
    inputs.Prompted,
    inputs.NoAnswer,
    inputs.PortsHeld,
    inputs.Typed,
    inputs.Noticed,
    inputs.Held,
)


class Engine:
    """The decisions of one session."""

    def __init__(self, project: Project, parser_for: ParserFor, jobs: int = 2, once: bool = False) -> None:
        """`once`: build, start no process, finish with the verdict. `jobs`: how many steps may run at once."""
        self._last_run = 0
        self._last_build = 0
        self._once = once
        self.project = project = self._prepared(project)
        self._plan = Plan(project)
        self._builder = Builder(project, parser_for, self._next_run, jobs)
        self._supervisor = Supervisor(project, self._builder, self._next_run, parser_for)
        self._supervisor.needed_steps = self._plan.needed_steps
        self._intake = Intake(project.watch.settle_ms)
        self.decisions = Decisions()
        self._wanted = Wanted()
        self._next_project: Project | None = None
        self._state: events.State | None = None
        self._paused = False
        self._proof = Proof()
        self._is_watching = False
        self._quit: Request | None = None
        self._keyboard: str | None = None  # the process that gets what is typed
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
        self._intake.note_late(now_ms)
        while self._advance(now_ms, out):
            pass
        self._observe(now_ms, out)
        return out

    def _observe(self, now_ms: int, out: list[Effect]) -> None:
        """Let the search for loops know what our own runs may have changed."""
        loops = self._intake.loops
        loops.is_process_up = not self._supervisor.idle
        started: set[str] = {effect.kind for effect in out if isinstance(effect, Spawn)}
        if started:
            loops.started(started, now_ms)

    @property
    def deadline_ms(self) -> int | None:
        """When a Tick is due; None: nothing here waits for time."""
        if self.finished:
            return None
        times = [self._builder.deadline_ms, self._supervisor.deadline_ms]
        times.append(self._intake.deadline_ms(self._builder.build is not None))
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
                self._note(input.changes, now_ms)
            case inputs.FilesTouched():
                self._touched(input, now_ms, out)
            case inputs.PortsHeld():
                self._supervisor.ports_held(input, out)
            case inputs.Typed():
                self._type(input.data, out)
            case inputs.ConfigLoaded():
                out.extend(events.Message("warning", text) for text in input.warnings)
                self._next_project = self._prepared(input.project)
                self._cancel_if_steps_differ(self._next_project, now_ms, out)
            case inputs.ConfigRejected():
                out.append(events.ConfigError(input.problems))
            case inputs.Verified():
                if self._proof.answer(now_ms) and self._is_quiet:
                    self._intake.loops.settled()
                    self._builder.green_with.settled()
                    out.append(events.Settled(self._last_build))
            case inputs.WatchStarted():
                self._is_watching = True
                interval_ms = self.project.watch.poll_interval_ms
                self._intake.loops.delay_ms = 2 * interval_ms if "poll" in input.backend else 0
                out.append(events.Watching(input.folders, input.files, input.pruned, input.backend, input.duration_ms))
            case inputs.Held():
                self._intake.burst.hold(input.operations, now_ms)
            case inputs.Noticed():
                out.append(events.Message(input.level, input.text))
            case Request():
                self._request(input, now_ms, out)
            case inputs.Tick():
                pass
            case _:
                raise AssertionError(f"unknown input: {input}")

    def _note(self, changes: Sequence[Change], now_ms: int) -> None:
        """Take changes in, but not those of what a step makes."""
        edits = [change for change in changes if not self._plan.is_output(change.path)]
        self._builder.green_with.note(edits, self._plan.touches)
        self._intake.note(edits, self._builder.build is not None, now_ms)
        outputs = [change.path for change in changes[:MOST_PATHS] if self._plan.is_output(change.path)]
        self.decisions.note(outputs, "an output of a step: nothing", now_ms)
        held = [change.path for change in edits if self._intake.loops.is_held(change.path)]
        self.decisions.note(held, "held off: built when it has been quiet", now_ms)

    def _begin(self, begin: inputs.Begin, out: list[Effect]) -> None:
        project = self.project
        out.append(
            events.Hello(
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
        self._wanted.ask("start", set(project.steps), set(project.processes))

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

    def _type(self, data: bytes, out: list[Effect]) -> None:
        if self._keyboard is None:
            return
        keys, leaves = split(data)
        self._supervisor.type(self._keyboard, keys)
        if leaves:
            self._give_keyboard(None, out)

    def _give_keyboard(self, process: str | None, out: list[Effect]) -> None:
        if process != self._keyboard:
            self._keyboard = process
            out.append(events.Keyboard(process))

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
                steps = {request.name} if request.name else set(self._builder.steps)
                self._force(self._plan.with_dependents(steps), now_ms, out)
            case "restart":
                self._supervisor.touch([request.name] if request.name else list(self._supervisor.states))
            case "attach":
                self._attach(request.name, out)
            case "detach":
                self._give_keyboard(None, out)
            case _:
                assert_never(request.verb)

    def _attach(self, name: str | None, out: list[Effect]) -> None:
        processes = self.project.processes
        if name is None and len(processes) == 1:
            name = next(iter(processes))
        process = None if name is None else processes.get(name)
        if process is None:
            known = listed(list(processes)) or "there is none"
            out.append(events.Message("error", f"no process {name or ''} to type into: {known}"))
        elif not process.tty:
            out.append(events.Message("error", f"{process.name} has no terminal to type into: it has tty = false"))
        else:
            self._give_keyboard(process.name, out)

    def _force(self, steps: set[str], now_ms: int, out: list[Effect]) -> None:
        self._wanted.ask("request", steps, self._plan.processes_behind(steps))
        self._builder.green_with.drop(steps)
        if self._builder.build is not None:
            self._builder.cancel(now_ms, out)

    # --- progress ----------------------------------------------------------------------------------------------

    def _advance(self, now_ms: int, out: list[Effect]) -> bool:
        """One pass over everything; True if a build has ended, so that another pass may find work."""
        self._intake.is_closed = self._paused or self._quit is not None
        if self._quit is not None:
            self._builder.abandon(now_ms, out)
        elif self._builder.build is None:
            self._begin_build(now_ms, out)
        else:
            self._supersede(now_ms, out)
        self._builder.linger_ms = self._intake.loops.linger_ms
        finished = self._builder.advance(now_ms, out)
        if finished is not None:
            self._intake.loops.build_ended(now_ms)
            self._verdict(finished, out)
        self._supervisor.quitting = self._quit is not None
        self._supervisor.unsettled = self._is_unsettled
        self._supervisor.advance(self._last_build, now_ms, out)
        self._say_state(now_ms, out)
        if self._proof.ask(self._is_quiet, now_ms):
            out.append(Verify())
        self._end(out)
        return finished is not None and not self.finished

    def _begin_build(self, now_ms: int, out: list[Effect]) -> None:
        if self._next_project is not None:
            self._adopt(self._next_project, out)
        self._intake.collect(now_ms)
        changes = self._take_settled(now_ms, out)
        if self._wanted.trigger is None:
            return
        wanted, self._wanted = self._wanted, Wanted()
        steps = wanted.steps & self._builder.steps.keys()
        restored: dict[str, Baseline] = {}
        if self.project.watch.skip_unchanged:
            restored = self._builder.green_with.restorable(steps | self._builder.unfinished(), self._plan.needed_steps)
        if self._is_nothing_new(wanted, restored):
            self._say_restored(changes, restored, True, now_ms, out)
            return
        self._last_build += 1
        steps -= restored.keys()
        todo = steps | (self._builder.unfinished() - restored.keys())
        known = self._supervisor.states.keys()
        self._supervisor.touch(self._plan.processes_behind(todo) & known, by_steps=True)
        self._supervisor.touch(wanted.processes & known)
        self._supervisor.reload(wanted.reloads & known)
        self._builder.restore(self._last_build, restored)
        fresh = self._supervisor.calm(self._last_build) if restored else []
        restarts, trigger = self._supervisor.waiting, wanted.trigger
        assert trigger is not None
        self._builder.start(self._last_build, trigger, changes, steps, restarts, restored, now_ms, out)
        if restored:
            self._say_restored(changes, restored, not todo, now_ms, out)
        out.extend(fresh)
        for change in changes[:MOST_PATHS]:
            effect = self._plan.effect_of(change.path, without=restored)
            if effect is not None:
                self.decisions.note([change.path], f"{change.kind}: {effect}", now_ms, self._last_build)

    def _is_nothing_new(self, wanted: Wanted, restored: Mapping[str, Baseline]) -> bool:
        """Changed and put back before anything was built: no verdict has been in question."""
        todo = (wanted.steps | self._builder.unfinished()) - restored.keys()
        return (
            bool(restored) and not todo and not (wanted.processes or wanted.reloads) and self._builder.green(restored)
        )

    def _say_restored(
        self, changes: Sequence[Change], restored: Mapping[str, Baseline], is_all: bool, now_ms: int, out: list[Effect]
    ) -> None:
        names = [c.path for c in changes if any(self._plan.touches(name, c.path) for name in restored)]
        text = restored_text(restored, is_all)
        out.append(events.Message("info", f"{listed(names or sorted(restored))}: {text}"))
        self.decisions.note(names[:MOST_PATHS], text, now_ms, self._last_build)

    def _take_settled(self, now_ms: int, out: list[Effect]) -> tuple[Change, ...]:
        """The changes that the next build is for, if it may begin; what they touch is wanted then."""
        changes, looping = self._intake.take(self._touches, now_ms)
        out.extend(events.Message("warning", loop_text(path, self.project.config)) for path in looping)
        self.decisions.note(looping, "held off: it changes each time something is built or started", now_ms)
        if looping:  # what it has canceled is still to be done, and deserves a verdict
            self._wanted.ask("fs", set(), set())
        self._want([change.path for change in changes])
        if self._wanted.trigger is None:
            names = [change.path for change in changes[:MOST_PATHS]]
            self.decisions.note(names, "no step and no process has a pattern for it", now_ms)
        return changes

    @property
    def _is_unsettled(self) -> bool:
        """What would be started now would be restarted soon, or would tell somebody too early that a build is over."""
        if self._builder.build is not None and self._builder.linger_ms:
            return True
        return self._intake.due_ms is not None and self._touches(self._intake.burst.paths())

    @property
    def _is_quiet(self) -> bool:
        """Nothing waits and nothing is under way."""
        waits = not self._intake.is_empty or self._next_project or self._wanted.trigger
        runs = self._builder.build or self._supervisor.restarting
        return self._is_watching and not (waits or runs or self._paused or self._quit)

    def _touched(self, touched: inputs.FilesTouched, now_ms: int, out: list[Effect]) -> None:
        """Same bytes as before: nothing, and said so.

        But a step that runs may have read the file while it was half or otherwise for a moment: it is built again.
        That a step rewrites it each time with the same bytes is a loop as any other.
        """
        if self._builder.build is not None:
            self._note([Change(path, "modified") for path in touched.paths], now_ms)
            return
        self._builder.green_with.doubt(touched.paths, self._plan.touches)
        names = [path for path in touched.paths if not self._plan.is_output(path) and self._touches([path])]
        if names:
            out.append(events.Message("info", f"{listed(names)}: saved without a change"))
            self.decisions.note(names[:MOST_PATHS], "saved without a change", now_ms)

    def _touches(self, paths: Sequence[str]) -> bool:
        plan = self._plan
        return bool(plan.steps_touched(paths) or self._processes_touched(paths) or plan.processes_reloaded(paths))

    def _processes_touched(self, paths: Sequence[str]) -> set[str]:
        """Those that these changed paths restart without a build: also by being named in a crash."""
        return self._plan.processes_touched(paths) | self._supervisor.named_in_crash(paths)

    def _want(self, paths: list[str]) -> None:
        if paths:
            self._supervisor.forgive()
        steps, processes = self._plan.steps_touched(paths), self._processes_touched(paths)
        reloads = frozenset(self._plan.processes_reloaded(paths) - processes)
        if steps or processes or reloads:
            self._wanted.ask("fs", steps, processes, reloads)

    def _supersede(self, now_ms: int, out: list[Effect]) -> None:
        """A settled change that touches a step cancels the build; others wait for its end."""
        if self._plan.steps_touched(self._intake.collect(now_ms)):
            self._builder.cancel(now_ms, out)

    def _adopt(self, project: Project, out: list[Effect]) -> None:
        old, self.project, self._next_project = self.project, project, None
        self._plan = Plan(project)
        steps = self._builder.adopt(project)
        processes = self._supervisor.adopt(project)
        self._supervisor.needed_steps = self._plan.needed_steps
        gone = old.steps.keys() - project.steps.keys()
        if project.watch.settle_ms != old.watch.settle_ms:
            self._intake.burst.quiet_ms = project.watch.settle_ms
        names = (tuple(sorted(steps | gone)), tuple(sorted(processes)))
        out.append(events.ConfigReloaded(project.config, *names))
        self._hold_sockets(old, out)
        if self._keyboard is not None and self._keyboard not in project.processes:
            self._give_keyboard(None, out)
        if project.watch != old.watch or project.env_files != old.env_files:
            self._is_watching = False
            out.append(Rewatch(project))
        dirty = self._plan.with_dependents(steps)
        if dirty or processes:
            self._wanted.ask("config", dirty, processes & project.processes.keys())

    def _hold_sockets(self, old: Project | None, out: list[Effect]) -> None:
        if self.project.listen != (() if old is None else old.listen):
            out.append(HoldSockets(self.project.listen))

    def _cancel_if_steps_differ(self, project: Project, now_ms: int, out: list[Effect]) -> None:
        if self._builder.build is not None and project.steps != self.project.steps:
            self._builder.cancel(now_ms, out)

    def _verdict(self, finished: events.BuildFinished, out: list[Effect]) -> None:
        if finished.status in ("failed", "timeout"):
            self._supervisor.mark_stale(out)
        if self._once and finished.status != "canceled" and self._quit is None:
            self._quit = Request("quit", exit_code=0 if finished.status == "ok" else 1, reason="")

    def _say_state(self, now_ms: int, out: list[Effect]) -> None:
        state, why = self._current_state(now_ms)
        if state != self._state:
            self._state = state
            out.append(events.StateChanged(state, why))

    def _current_state(self, now_ms: int) -> tuple[events.State, str]:
        if self._quit is not None:
            return "stopping", self._quit.reason
        if self._builder.build is not None:
            return "building", f"build {self._builder.build.number}"
        if self._supervisor.restarting:
            return "restarting", f"build {self._last_build}"
        if self._paused:
            return "paused", "asked to"
        held_by = self._intake.held_by(now_ms)
        if held_by is not None:
            return "held", held_by
        errors, down = self._builder.count("error"), self._supervisor.down
        troubles = [count(errors, "error")] if errors else []
        troubles += [f"{listed(down)} failed"] if down else []
        return "watching", ", ".join(troubles)

    def _end(self, out: list[Effect]) -> None:
        if self._quit is not None and self._builder.build is None and self._supervisor.idle:
            self.finished = True
            out.append(events.Bye(self._quit.reason, self._quit.exit_code))
            out.append(Finish(self._quit.exit_code))
