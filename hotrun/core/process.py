"""The processes: *wanted* (dirty, stop) apart from *actual* (the run). A restart is: signal, wait until empty, start.

    run       dirty & needs green   stopped by failure, removed, quit   ends by itself
    none      start                 -                                   -
    serving   stop (then: none)     stop (then: none)                   on_exit: wait | restart after backoff | quit
    stopping  wait until gone       wait until gone                     -

There are never two runs of one process: a run is started only where `run` is None, and that it becomes only when it is
gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from hotrun.core import events
from hotrun.core.build import Builder
from hotrun.core.commands import Spawn
from hotrun.core.inputs import Input, OutputRead, Spawned
from hotrun.core.run import Effect, Run
from hotrun.core.spec import Process, Project

BACKOFF_FIRST_MS = 250
BACKOFF_MOST_MS = 8000
BACKOFF_RESET_MS = 10_000  # a run this long counts as healthy


class ProcessState:
    """One process: what is wanted of it, and its run while there is one."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.run: Run | None = None
        self.dirty = True
        self.by_steps = False  # dirty only because steps that it needs were
        self.removed = False
        self.crashes = 0
        self.start_at_ms: int | None = None
        self.last_exit_code: int | None = None

    def touch(self, by_steps: bool = False) -> None:
        """A change wants it started anew: no backoff holds it any longer."""
        self.by_steps = by_steps and (self.by_steps or not self.dirty)
        self.dirty = True
        self.crashes = 0
        self.start_at_ms = None


class Supervisor:
    """All processes of a project."""

    def __init__(self, project: Project, builder: Builder, next_run: Callable[[], int]) -> None:
        self.states = {name: ProcessState(process) for name, process in project.processes.items()}
        self.needed_steps: Mapping[str, frozenset[str]] = {}
        self.quitting = False
        self.unsettled = False  # a burst is not over: what would be started now would be restarted at its end
        self._builder = builder
        self._next_run = next_run

    def adopt(self, project: Project) -> set[str]:
        """Take the processes of a new configuration; returns the names that are new, differ or are gone."""
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

    def touch(self, names: Iterable[str], by_steps: bool = False) -> None:
        """Restart these as soon as what they need is green, and start what they need where it is down.

        `by_steps`: only because of steps that they need.
        """
        todo = list(names)
        while todo:
            state = self.states[todo.pop()]
            state.touch(by_steps)
            todo.extend(need for need in state.process.needs if self._down(need))

    # --- what is known -----------------------------------------------------------------------------------------

    @property
    def waiting(self) -> tuple[str, ...]:
        """The processes that are to be started or restarted."""
        return tuple(name for name, state in self.states.items() if state.dirty and not state.removed)

    @property
    def idle(self) -> bool:
        """No process runs."""
        return all(state.run is None for state in self.states.values())

    @property
    def restarting(self) -> bool:
        """A process is on its way from one run to the next."""
        return any(state.run is not None and not state.run.serving for state in self.states.values())

    @property
    def deadline_ms(self) -> int | None:
        """When `advance` must be called next."""
        times = []
        for state in self.states.values():
            if state.run is not None and state.run.kill_at_ms is not None:
                times.append(state.run.kill_at_ms)
            elif state.run is None and state.start_at_ms is not None and not self.quitting and self._may_start(state):
                times.append(state.start_at_ms)
        return min(times, default=None)

    # --- what is done ------------------------------------------------------------------------------------------

    def handle(self, state: ProcessState, input: Input, now_ms: int, out: list[Effect]) -> ProcessState | None:
        """Take an input about the run of a process; returns the state if its end ends the session."""
        run, name = state.run, state.process.name
        assert run is not None
        if isinstance(input, OutputRead):
            out.append(events.Output(f"run:{name}", input.stream, "\n".join(input.lines)))
        if isinstance(input, Spawned):
            out.append(events.ProcessStarted(name, run.id, run.build, input.pid))
        run.handle(input, now_ms, out)
        return self._over(state, run, now_ms, out) if run.gone else None

    def advance(self, build: int, now_ms: int, out: list[Effect]) -> None:
        """Move every process one step towards what is wanted; a new run belongs to `build`, the newest."""
        for name, state in list(self.states.items()):
            if state.run is not None:
                state.run.check(now_ms, out)
                if self._must_stop(state):
                    self._stop(state, now_ms, out)
            elif state.removed:
                del self.states[name]
            elif not self.quitting and state.dirty and self._due(state, now_ms) and self._may_start(state):
                self._start(state, build, now_ms, out)

    def calm(self, build: int) -> list[events.ProcessFresh]:
        """Steps are green again without a run: what has been started since they were built needs no restart."""
        fresh = []
        for name, state in self.states.items():
            run = state.run
            if run is None or not run.serving or not (state.dirty and state.by_steps):
                continue
            if self._builder.green(steps := self._steps_of(state)) and self._builder.built_before(steps, run.build):
                state.dirty = state.by_steps = False
                fresh.append(events.ProcessFresh(name, run.id, build))
        return fresh

    def kill(self, out: list[Effect]) -> None:
        """End every process at once."""
        for state in self.states.values():
            if state.run is not None:
                state.run.kill(out)

    def mark_stale(self, out: list[Effect]) -> None:
        """A build is red: say which processes still run an older one."""
        for name, state in self.states.items():
            if state.run is not None and state.run.serving and state.dirty:
                out.append(events.ProcessStale(name, state.run.id, state.run.build))

    def _down(self, name: str) -> bool:
        state = self.states.get(name)
        return state is not None and state.run is None and not state.dirty

    def _must_stop(self, state: ProcessState) -> bool:
        if self.quitting or state.removed:
            return not self._needed_by_running(state.process.name)
        if self._stopped_by_failure(state):
            state.dirty = True
            return True
        return state.dirty and self._may_start(state)

    def _stopped_by_failure(self, state: ProcessState) -> bool:
        needed = self._steps_of(state)
        return state.process.on_failed_build == "stop" and self._builder.failed(needed)

    def _needed_by_running(self, name: str) -> bool:
        return any(other.run is not None and name in other.process.needs for other in self.states.values())

    def _steps_of(self, state: ProcessState) -> frozenset[str]:
        return self.needed_steps.get(state.process.name, frozenset())

    def _may_start(self, state: ProcessState) -> bool:
        """Its steps are green, the processes it needs are up, and no burst is going on."""
        if self.unsettled:
            return False
        processes = (self.states[name] for name in state.process.needs if name in self.states)
        return self._builder.green(self._steps_of(state)) and all(
            other.run is not None and other.run.serving for other in processes
        )

    def _due(self, state: ProcessState, now_ms: int) -> bool:
        return state.start_at_ms is None or now_ms >= state.start_at_ms

    def _start(self, state: ProcessState, build: int, now_ms: int, out: list[Effect]) -> None:
        process = state.process
        state.run = Run(self._next_run(), build, now_ms)
        state.dirty = state.by_steps = False
        state.start_at_ms = None
        out.append(events.ProcessStarting(process.name, state.run.id, build))
        out.append(Spawn(state.run.id, "run", process.name, process.program, build))

    def _stop(self, state: ProcessState, now_ms: int, out: list[Effect]) -> None:
        run, process = state.run, state.process
        assert run is not None
        if run.stoppable and not run.asked_to_stop:
            out.append(events.ProcessStopping(process.name, run.id, run.build, process.stop_signal))
            run.stop(process.stop_signal, process.stop_timeout_ms, now_ms, out)

    def _over(self, state: ProcessState, run: Run, now_ms: int, out: list[Effect]) -> ProcessState | None:
        name, uptime = state.process.name, run.uptime_ms(now_ms)
        state.run = None
        state.last_exit_code = run.exit_code
        if run.failure is not None:
            out.append(events.Message("error", f"{name}: {run.failure}"))
        out.append(events.ProcessExited(name, run.id, run.build, run.exit_code, run.signal, run.asked_to_stop, uptime))
        if run.asked_to_stop:
            return None
        if state.process.on_exit == "restart" and not state.dirty:
            state.crashes = 1 if uptime >= BACKOFF_RESET_MS else state.crashes + 1
            state.dirty = True
            state.start_at_ms = now_ms + min(BACKOFF_FIRST_MS << min(state.crashes - 1, 10), BACKOFF_MOST_MS)
        return state if state.process.on_exit == "quit" else None
