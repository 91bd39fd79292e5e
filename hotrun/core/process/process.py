"""One process: what is requested (dirty, reload), and its runs, of which at most two are serving.

run        serves, or will: started if there is none, and stopped before the next one starts
successor  with `overlap`: started while `run` serves. It becomes `run` when it is ready. If it fails, `run` stays
retired    with `overlap`: the former `run`, which is stopping

           dirty & needs passed          ready         exits by itself             stopped by failure, removed, quit
no run     start                         -             -                           -
run        stop; overlap: a successor    -             its successor, else none    stop
successor  stop (it is old already)      becomes run   none, and `run` is stale    stop
retired    -                             -             none                        (is being stopped)
"""

from __future__ import annotations

from hotrun.core.model import events
from hotrun.core.model.commands import FindPortOwners, FindTrace, SendKeys, Signal, Spawn
from hotrun.core.model.inputs import Notified, Spawned
from hotrun.core.model.project import Process
from hotrun.core.process.backoff import Backoff
from hotrun.core.process.crash import Crash, named_in
from hotrun.core.process.readiness import Readiness
from hotrun.core.run import Effect, Run

TAIL_LINES = 2000  # the output that explains a crash: a Go program prints all its goroutines


class ProcessRun(Run):
    """One run of a process, with its readiness."""

    def __init__(self, id: int, build: int, now_ms: int, readiness: Readiness) -> None:
        super().__init__(id, build, now_ms, TAIL_LINES)
        self.readiness = readiness
        self.reload_due = False
        self.taken_build = build  # the newest build that it runs, or was reloaded for
        self.is_leaving = False  # it has announced that it is about to exit

    @property
    def is_ready(self) -> bool:
        """Whether it serves."""
        return self.serving and self.readiness.via is not None and not self.is_leaving


class ProcessState:
    """One process: what is requested, and its runs."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.run: ProcessRun | None = None
        self.successor: ProcessRun | None = None
        self.retired: ProcessRun | None = None
        self.dirty = True
        self.by_steps = False  # dirty only because of steps that it needs
        self.removed = False
        self.backoff = Backoff()
        self.crash = Crash()
        self.traced: list[ProcessRun] = []  # failed runs whose trace is being searched; they may be over
        self.crashes = 0  # how often `crash` was replaced, or became valid because the last run was over
        self.listens = False  # one of its runs has listened on a port
        self.typed = b""  # keys for the serving run, or for the next one
        self.asks_ports_of: ProcessRun | None = None  # the run whose port was in use; it may be over

    @property
    def runs(self) -> tuple[ProcessRun, ...]:
        """All current runs, the serving one first."""
        return tuple([run for run in (self.run, self.successor, self.retired) if run is not None])

    @property
    def is_running(self) -> bool:
        """Whether it has a run."""
        return not (self.run is None and self.successor is None and self.retired is None)

    @property
    def in_transit(self) -> bool:
        """Whether a run is starting or stopping."""
        if self.successor is not None or self.retired is not None:
            return True
        return bool(self.traced) if self.run is None else not self.run.serving

    @property
    def is_ready(self) -> bool:
        """Whether processes that need it may start."""
        return self.run is not None and self.run.is_ready

    def touch(self, by_steps: bool = False) -> None:
        """Request a restart because of a change, and end any backoff."""
        self.by_steps = by_steps and (self.by_steps or not self.dirty)
        self.dirty = True
        self.backoff.forget()

    def reload(self) -> None:
        """Request a reload of each run, because files that it reloads have changed. Start the process if it is down."""
        for run in self.runs:
            run.reload_due = run is not self.retired
        if not self.runs:
            self.touch()

    @property
    def deadline_ms(self) -> int | None:
        """When to check its runs next."""
        times = [at for run in self.runs for at in (run.kill_at_ms, run.readiness.deadline_ms) if at is not None]
        return min(times, default=None)

    # --- what is done ------------------------------------------------------------------------------------------

    def start(self, run_id: int, build: int, now_ms: int, out: list[Effect]) -> None:
        """Start a run of `build`. If one serves already, the new one is its successor."""
        process = self.process
        run = ProcessRun(run_id, build, now_ms, Readiness(run_id, process.ready, self.listens))
        if self.run is None:
            self.run = run
        else:
            assert self.successor is None
            assert self.retired is None
            self.successor = run
        self.dirty = self.by_steps = False
        self.backoff.start_at_ms = None
        self.crash, self.asks_ports_of = Crash(), None
        self.crashes += 1
        out.append(events.ProcessStarting(process.name, run.id, build))
        spawn = Spawn(
            run=run.id,
            kind="run",
            name=process.name,
            program=process.program,
            build=build,
            tty=process.tty,
            listen=process.listen,
            notify=process.ready.by == "notify",
            ready_log=process.ready.target if process.ready.by == "log" else "",
            wants_port=process.wants_port,
            stop_signal=process.stop_signal,
            grace_ms=process.stop_timeout_ms,
        )
        out.append(spawn)

    def stop(self, run: ProcessRun, now_ms: int, out: list[Effect]) -> None:
        """Stop a run, unless that has been requested already."""
        process = self.process
        if run.stoppable and not run.asked_to_stop:
            out.append(events.ProcessStopping(process.name, run.id, run.build, process.stop_signal))
            run.readiness.end(out)
            run.stop(process.stop_signal, process.stop_timeout_ms, now_ms, out)

    def began(self, run: ProcessRun, spawned: Spawned, now_ms: int, out: list[Effect]) -> None:
        """A run's program has started."""
        out.append(events.ProcessStarted(self.process.name, run.id, run.build, spawned.pid, spawned.port))
        if not run.asked_to_stop:
            run.readiness.begin(spawned.port, now_ms, out)

    def notified(self, run: ProcessRun, said: Notified, out: list[Effect]) -> None:
        """A run has sent a notification about itself."""
        run.is_leaving = run.is_leaving or said.stopping
        if said.status is not None:
            out.append(events.ProcessStatus(self.process.name, run.id, said.status))

    def became_ready(self, run: ProcessRun, now_ms: int, out: list[Effect]) -> None:
        """A run is ready, so earlier errors are over."""
        assert run.readiness.via is not None
        name, via = self.process.name, run.readiness.via
        self.crash = Crash()
        self.traced = [other for other in self.traced if other is not run]
        self.crashes += 1
        out.append(events.ProcessReady(name, run.id, run.build, via, run.uptime_ms(now_ms)))

    def hand_over(self, now_ms: int, out: list[Effect]) -> None:
        """The successor is ready, and replaces the current run."""
        assert self.run is not None
        self.retired, self.run, self.successor = self.run, self.successor, None
        self.stop(self.retired, now_ms, out)

    def say_stale(self, out: list[Effect]) -> None:
        """Report that the serving run is older than the newest build."""
        if self.run is not None and self.run.serving:
            out.append(events.ProcessStale(self.process.name, self.run.id, self.run.build))

    def find_trace(self, run: ProcessRun, what: str, root: str, out: list[Effect]) -> None:
        """Search the trace of a failed run. `what`: the failure in words. The next run only starts after that.

        Until then, a change of any file that its output named may fix it.
        """
        process = self.process
        self.traced.append(run)
        self.crash = Crash(self.crash.errors, named_in(run.tail, process.program.cwd, root))
        out.append(FindTrace(run.id, process.program, tuple(run.tail), what))

    def fail(self, crash: Crash, out: list[Effect]) -> None:
        """Report why the newest run has failed."""
        self.crash = crash
        self.crashes += 1
        out.extend(crash.errors)

    def ask_ports(self, run: ProcessRun, ports: tuple[int, ...], out: list[Effect]) -> None:
        """Look up the owners of these ports, which the run found in use."""
        if ports:
            self.asks_ports_of = run
            out.append(FindPortOwners(run.id, ports))

    def send_what_waits(self, out: list[Effect]) -> None:
        """Send pending keys and reload signals to the runs."""
        if self.typed and self.run is not None and self.run.serving:
            out.append(SendKeys(self.run.id, self.typed))
            self.typed = b""
        reload = self.process.reload
        if reload is None:
            return
        for run in self.runs:
            if run.reload_due and run.is_ready:
                run.reload_due = False
                out.append(Signal(run.id, reload.signal, alone=True))
                out.append(events.ProcessReloaded(self.process.name, run.id, run.build, reload.signal))

    def forget(self, run: ProcessRun) -> bool:
        """Forget a run that is over. True if it was the current run, and none replaces it."""
        if run is self.successor:
            self.successor = None
        elif run is self.retired:
            self.retired = None
        else:
            self.run, self.successor = self.successor, None
            self.crashes += 1
            return self.run is None
        return False
