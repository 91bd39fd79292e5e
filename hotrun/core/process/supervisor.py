"""All processes: which may start, which must stop, and in which order. process.py has the state of a single one."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from hotrun.core.build.build_plan import BuildPlan
from hotrun.core.build.builder import Builder
from hotrun.core.model import events
from hotrun.core.model.inputs import Input, Notified, OutputRead, PortOwnersFound, Prompted, Spawned, TraceFound
from hotrun.core.model.project import Project
from hotrun.core.process.crash import crash, exit_text, port_errors
from hotrun.core.process.ports import configured_ports, taken_ports
from hotrun.core.process.process import ProcessRun, ProcessState
from hotrun.core.process.readiness import Turn
from hotrun.core.run import Effect

MAX_TYPED = 65_536  # bytes that wait for the next run of a process


class Supervisor:
    """All processes of a project."""

    def __init__(self, project: Project, builder: Builder, next_run: Callable[[], int]) -> None:
        """`next_run` returns a new run id."""
        self.states = {name: ProcessState(process) for name, process in project.processes.items()}
        self._is_stopping = False
        self._graph = builder.graph
        self._root = project.root
        self._builder = builder
        self._next_run = next_run

    def adopt(self, project: Project) -> set[str]:
        """Adopt the processes of a new configuration. Returns the names of added, changed and removed ones."""
        self._graph = self._builder.graph
        changed = set()
        for name, process in project.processes.items():
            state = self.states.get(name)
            if state is None:
                self.states[name] = ProcessState(process)
            elif state.removed or state.process != process:
                state.process, state.removed = process, False
            else:
                continue
            changed.add(name)
        self.touch(changed)
        for name, state in self.states.items():
            if name not in project.processes and not state.removed:
                state.removed = True
                changed.add(name)
        return changed

    # --- what is wanted ----------------------------------------------------------------------------------------

    def touch(self, names: Iterable[str], by_steps: bool = False) -> None:
        """Restart these as soon as the steps that they need have passed, and start needed processes that are down.

        `by_steps`: only because of steps that they need.
        """
        todo = list(names)
        while todo:
            state = self.states[todo.pop()]
            state.touch(by_steps)
            for need in state.process.needs:
                if self._down(need):
                    todo.append(need)

    def reload(self, names: Iterable[str]) -> None:
        """Send these their reload signal: files that they handle themselves have changed."""
        for name in names:
            self.states[name].reload()

    def prepare(self, plan: BuildPlan, build: int) -> list[events.ProcessUpToDate]:
        """Request the restarts and reloads of a build. Returns the processes that cached steps keep up to date."""
        known = self.states.keys()
        self.touch(plan.restarts & known, by_steps=True)
        self.touch(plan.processes & known)
        self.reload(plan.reloads & known)
        return self.calm(build) if plan.cached else []

    def stop_all(self) -> None:
        """Stop every process from now on, and start none."""
        self._is_stopping = True

    def forgive(self) -> None:
        """End the backoff of all processes, because something has changed."""
        for state in self.states.values():
            state.backoff.forget()

    def type(self, name: str, keys: bytes) -> None:
        """Send keys to a process. If it is down, they wait for its next run."""
        state = self.states[name]
        state.typed = (state.typed + keys)[:MAX_TYPED]

    # --- what is known -----------------------------------------------------------------------------------------

    def owner(self, run: int) -> tuple[ProcessState, ProcessRun] | None:
        """The process that the run belongs to, and the run. None if it is over, or not of a process."""
        for state in self.states.values():
            for known in state.runs:
                if known.id == run:
                    return state, known
        return None

    @property
    def waiting(self) -> tuple[str, ...]:
        """The processes that wait for a start or restart."""
        return tuple([name for name, state in self.states.items() if state.dirty and not state.removed])

    @property
    def idle(self) -> bool:
        """Whether no process is running."""
        for state in self.states.values():
            if state.run is not None or state.successor is not None or state.retired is not None:
                return False
        return True

    @property
    def is_done(self) -> bool:
        """Whether no process is running, and the reason of each failure is known."""
        return self.idle and not any(state.traced for state in self.states.values())

    @property
    def restarting(self) -> bool:
        """Whether a process is between two runs."""
        return any([state.in_transit for state in self.states.values()])

    @property
    def down(self) -> tuple[str, ...]:
        """The processes that failed and have not been started since."""
        return tuple([name for name, state in self.states.items() if state.crash.errors])

    def named_in_crash(self, path: str) -> frozenset[str]:
        """The processes that are down after a failure that named this path."""
        found = frozenset[str]()
        for name, state in self.states.items():
            if state.run is None and state.crash.names(path):
                found |= {name}
        return found

    @property
    def crashes(self) -> int:
        """A number that changes whenever the result of `named_in_crash` may change."""
        return sum([state.crashes for state in self.states.values()])

    @property
    def deadline_ms(self) -> int | None:
        """When to call `advance` next."""
        times = [state.deadline_ms for state in self.states.values()]
        if not self._is_stopping:
            times += [state.backoff.start_at_ms for state in self.states.values()]
        return min([at for at in times if at is not None], default=None)

    # --- what is done ------------------------------------------------------------------------------------------

    def handle(self, state: ProcessState, run: ProcessRun, input: Input, now_ms: int, out: list[Effect]) -> bool:
        """Handle an input about a run of a process. True if its exit ends the session."""
        name = state.process.name
        match input:
            case OutputRead():
                out.append(events.Output(f"run:{name}", input.stream, "\n".join(input.lines)))
            case Prompted():
                out.append(events.ProcessPrompt(name, run.id, input.text))
            case Spawned():
                state.began(run, input, now_ms, out)
            case Notified():
                state.notified(run, input, out)
            case _:
                pass
        if run.takes(input):
            run.handle(input, now_ms, out)
        self._turn(state, run, run.readiness.handle(input, now_ms), now_ms, out)
        return run.gone and self._over(state, run, now_ms, out)

    def trace_found(self, input: TraceFound, out: list[Effect]) -> None:
        """Report why a run has failed, from its trace. If its port was in use, look up the owner."""
        for state in self.states.values():
            run = next((run for run in state.traced if run.id == input.run), None)
            if run is not None:
                state.traced.remove(run)
                tail = tuple(run.tail)
                state.fail(crash(state.process, run.build, input.what, tail, input.trace, self._root), out)
                self._look_for_taken_ports(state, run, out)

    def ports_held(self, input: PortOwnersFound, out: list[Effect]) -> None:
        """Report the owners of the ports that a run found in use."""
        for state in self.states.values():
            run = state.asks_ports_of
            if run is not None and run.id == input.run:
                state.asks_ports_of = None
                errors = port_errors(state.process, run.build, input.holders, self._root)
                state.crash.errors += errors
                out.extend(errors)

    def advance(self, build: int, may_start: bool, now_ms: int, out: list[Effect]) -> bool:
        """Start, stop and hand over runs as requested. True if a run was started.

        New runs belong to `build`, the newest. `may_start`: False during a burst, whose end would restart new runs.
        """
        has_started = False
        for name, state in list(self.states.items()):
            state.backoff.check(now_ms)
            for run in state.runs:
                run.check(now_ms, out)
                self._turn(state, run, run.readiness.check(now_ms, out), now_ms, out)
            if self._must_end(state):
                for run in state.runs:
                    state.stop(run, now_ms, out)
            elif not self._is_stopping and not state.removed:
                has_started |= self._hand_over_or_start(state, build, may_start, now_ms, out)
                state.send_what_waits(out)
            if state.removed and not state.is_running:
                del self.states[name]
        return has_started

    def calm(self, build: int) -> list[events.ProcessUpToDate]:
        """Cancel restarts of processes that are up to date, after steps have passed again without a run."""
        return [fresh for state in self.states.values() if (fresh := self._calmed(state, build)) is not None]

    def _calmed(self, state: ProcessState, build: int) -> events.ProcessUpToDate | None:
        """The event if a process is up to date with its steps, or only needs a reload. None if it is not."""
        run, steps = state.run, self._steps_of(state)
        if run is None or not run.serving or not (state.dirty and state.by_steps) or not self._builder.passed(steps):
            return None
        if not self._builder.unchanged_since(run.build, (need for need in state.process.needs if need in steps)):
            return None
        state.dirty = state.by_steps = False
        reload = state.process.reload
        if reload is not None and not self._builder.unchanged_since(run.taken_build, reload.needs):
            run.taken_build, run.reload_due = build, True
        return events.ProcessUpToDate(state.process.name, run.id, build)

    def kill(self, out: list[Effect]) -> None:
        """Kill every process."""
        for state in self.states.values():
            state.traced.clear()
            for run in state.runs:
                run.kill(out)

    def mark_stale(self, out: list[Effect]) -> None:
        """A build failed: report which processes still run an older one."""
        for state in self.states.values():
            if state.dirty:
                state.say_stale(out)

    def _hand_over_or_start(
        self, state: ProcessState, build: int, may_start: bool, now_ms: int, out: list[Effect]
    ) -> bool:
        """True if a run was started."""
        if state.successor is not None and state.successor.is_ready:
            state.hand_over(now_ms, out)
        waits = not may_start or state.backoff.start_at_ms is not None or bool(state.traced)
        if not state.dirty or waits or not self._may_start(state):
            return False
        fresh = self._calmed(state, build)
        if fresh is not None:
            out.append(fresh)
            return False
        overlaps = state.process.overlap and state.run is not None and state.run.is_ready
        if not state.runs or (state.process.overlap and state.run is None) or (overlaps and len(state.runs) == 1):
            state.start(self._next_run(), build, now_ms, out)
            return True
        if state.successor is not None:
            state.stop(state.successor, now_ms, out)
        elif state.run is not None and not overlaps:
            state.stop(state.run, now_ms, out)
        return False

    def _turn(self, state: ProcessState, run: ProcessRun, turn: Turn | None, now_ms: int, out: list[Effect]) -> None:
        """Handle that a run has become ready, or is late."""
        state.listens = state.listens or run.readiness.listens
        if turn is None or not run.serving:
            return
        if turn == "ready":
            state.became_ready(run, now_ms, out)
            return
        name = state.process.name
        state.find_trace(run, f"{name} {run.readiness.missing}", self._root, out)
        if run is state.successor:
            state.stop(run, now_ms, out)

    def _look_for_taken_ports(self, state: ProcessState, run: ProcessRun, out: list[Effect]) -> None:
        taken = taken_ports(run.tail)
        if taken is not None:
            state.ask_ports(run, taken or configured_ports(state.process, run.port), out)

    def _down(self, name: str) -> bool:
        state = self.states.get(name)
        return state is not None and state.run is None and not state.dirty

    def _must_end(self, state: ProcessState) -> bool:
        if self._is_stopping or state.removed:
            return not self._needed_by_running(state.process.name)
        if state.process.on_failed_build == "stop" and self._builder.failed(self._steps_of(state)):
            state.dirty = True
            return True
        return False

    def _needed_by_running(self, name: str) -> bool:
        return any([other.is_running and name in other.process.needs for other in self.states.values()])

    def _steps_of(self, state: ProcessState) -> frozenset[str]:
        return self._graph.needed_steps.get(state.process.name, frozenset())

    def _may_start(self, state: ProcessState) -> bool:
        """Whether its steps have passed, and the processes that it needs are ready."""
        processes = [self.states[name] for name in state.process.needs if name in self.states]
        return self._builder.passed(self._steps_of(state)) and all([other.is_ready for other in processes])

    def _over(self, state: ProcessState, run: ProcessRun, now_ms: int, out: list[Effect]) -> bool:
        """Handle that a run is over. True if that ends the session."""
        name, uptime = state.process.name, run.uptime_ms(now_ms)
        was_successor = run is state.successor
        run.readiness.end(out)
        is_down = state.forget(run)
        out.append(events.ProcessExited(name, run.id, run.build, run.exit_code, run.signal, run.asked_to_stop, uptime))
        if was_successor and (run.failed or run.readiness.is_late):
            state.say_stale(out)
        if run.asked_to_stop:
            return False
        if run.failed:
            what = run.failure and f"{name} failed to start: {run.failure}"
            what = what or exit_text(name, run.exit_code, run.signal, uptime)
            state.find_trace(run, what, self._root, out)
        if state.process.on_exit == "restart" and not state.dirty and (is_down or was_successor):
            state.backoff.ended(run.id, uptime, now_ms)
            state.dirty = True
        return is_down and state.process.on_exit == "quit"
