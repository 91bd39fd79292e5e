"""The state of a session, folded from its events. `hotrun status` and the dashboard show it."""

from __future__ import annotations

from typing import Literal

import msgspec

from hotrun.core.model import events
from hotrun.core.state.timing_report import BuildTimes

_ORDER = ("error", "warning", "info", "note", "hint")
MAX_EDITED = 100  # paths, as many as `changes.detected` lists


class Successor(msgspec.Struct):
    """A run that will replace the serving one."""

    run: int
    build: int
    pid: int | None = None
    port: int | None = None


ProcessPhase = Literal["waiting", "starting", "running", "ready", "stopping", "stopped", "exited"]


class ProcessView(msgspec.Struct):
    """The visible state of one process. `state` "running": started, but not ready yet."""

    name: str
    state: ProcessPhase = "waiting"
    pid: int | None = None
    run: int | None = None
    build: int | None = None
    port: int | None = None
    stale: bool = False
    restarts: int = 0
    status: str | None = None
    successor: Successor | None = None


class Snapshot(msgspec.Struct):
    """Everything that a view shows. Only `apply` changes it."""

    version: str = ""
    pid: int = 0
    root: str = ""
    config: str | None = None
    state: events.State = "watching"
    why: str = ""
    pending: int = 0  # changed files that wait for a requested build
    result: Literal["passed", "failed"] | None = None  # of the latest build that ran to its end; None: none has
    last_build: events.BuildFinished | None = None
    building: int | None = None
    timing: BuildTimes | None = None  # of the latest build that was started
    processes: dict[str, ProcessView] = {}
    diagnostics: dict[str, list[events.Diagnostic]] = {}
    attached: str | None = None  # the process that gets what is typed
    edited: tuple[str, ...] = ()  # the changed files of the latest build, and of canceled builds before it
    fixed: tuple[events.Fixed, ...] = ()  # the `fixed_problems` of the latest build that was not canceled

    def problems(self) -> list[events.Diagnostic]:
        """The current diagnostics in display order.

        Sorted by severity, then new ones first, then those in edited files, then in the order of steps and tools.
        """
        found = [diagnostic for part in self.diagnostics.values() for diagnostic in part]
        edited = frozenset(self.edited)
        return sorted(found, key=lambda d: (_ORDER.index(d.severity), not d.new, d.path not in edited))

    def apply(self, event: events.Event) -> None:
        """Apply one event. Events that change nothing are ignored."""
        if self.timing is not None:
            self.timing.apply(event)
        match event:
            case events.SessionStarted():
                self.version, self.pid, self.root, self.config = event.version, event.pid, event.root, event.config
                self.processes = {name: ProcessView(name) for name in event.processes}
            case events.StateChanged():
                self.state, self.why, self.pending = event.state, event.why, event.pending
            case events.ChangesDetected():
                self._changed(event)
            case events.BuildStarted():
                self.building, self.timing = event.build, BuildTimes(event.build)
            case events.StepStarted() | events.StepCached():
                self.diagnostics[event.step] = []
            case events.StepFinished(status="passed"):
                kept = [d for d in self.diagnostics.get(event.step, []) if d.severity != "error"]
                self.diagnostics[event.step] = kept
            case events.Diagnostic():
                from hotrun.core.diagnostics.model.to_event import add_or_replace  # imported with the first diagnostic

                add_or_replace(self.diagnostics.setdefault(event.step or event.process or "", []), event)
            case events.BuildFinished():
                self.building = None
                self.last_build = event
                if event.status != "canceled":
                    self.result = "passed" if event.status == "passed" else "failed"
                    self.fixed = event.fixed_problems
            case events.ConfigReloaded():
                for name in (*event.steps, *event.processes):
                    self.diagnostics.pop(name, None)
            case _:
                self._apply_process(event)

    def _changed(self, event: events.ChangesDetected) -> None:
        """A build starts. Earlier diagnostics are no longer new, unless no build has had a result since."""
        paths = tuple(changed.path for changed in event.paths)
        if self.last_build is not None and self.last_build.status == "canceled":
            self.edited = tuple(dict.fromkeys((*paths, *self.edited)))[:MAX_EDITED]
            return
        self.edited = paths
        for found in self.diagnostics.values():
            found[:] = [msgspec.structs.replace(d, new=False) if d.new else d for d in found]

    def _apply_process(self, event: events.Event) -> None:
        match event:
            case events.ProcessStarting():
                self.diagnostics.pop(event.process, None)
                self._starting(self.processes.setdefault(event.process, ProcessView(event.process)), event)
            case events.ProcessStarted():
                self._started(self.processes[event.process], event)
            case events.ProcessReady():
                self.diagnostics.pop(event.process, None)
                self._ready(self.processes[event.process], event)
            case events.ProcessStopping():
                view = self.processes[event.process]
                view.state = "stopping" if event.run == view.run else view.state
            case events.ProcessExited():
                self._exited(self.processes[event.process], event)
            case events.ProcessStale():
                self.processes[event.process].stale = True
            case events.ProcessStatus():
                self.processes[event.process].status = event.text
            case events.InputAttached():
                self.attached = event.process
            case events.ProcessUpToDate():
                self.processes[event.process].stale = False
            case _:
                pass

    @staticmethod
    def _starting(view: ProcessView, event: events.ProcessStarting) -> None:
        view.restarts += view.run is not None
        if view.state in ("running", "ready"):
            view.successor = Successor(event.run, event.build)
            return
        view.state, view.run, view.build, view.pid, view.port = "starting", event.run, event.build, None, None
        view.stale, view.status, view.successor = False, None, None

    @staticmethod
    def _started(view: ProcessView, event: events.ProcessStarted) -> None:
        if event.run == view.run:
            view.state, view.pid, view.port = "running", event.pid, event.port
        elif view.successor is not None and event.run == view.successor.run:
            view.successor.pid, view.successor.port = event.pid, event.port

    @staticmethod
    def _ready(view: ProcessView, event: events.ProcessReady) -> None:
        if view.successor is not None and event.run == view.successor.run:
            _promote(view, view.successor)
        if event.run == view.run:
            view.state = "ready"

    @staticmethod
    def _exited(view: ProcessView, event: events.ProcessExited) -> None:
        if view.successor is not None and event.run == view.successor.run:
            view.successor = None
        elif event.run == view.run and view.successor is not None:
            _promote(view, view.successor)
        elif event.run == view.run:
            view.state, view.pid = "stopped" if event.expected else "exited", None


def _promote(view: ProcessView, successor: Successor) -> None:
    """The successor becomes the current run."""
    view.run, view.build, view.pid, view.port = successor.run, successor.build, successor.pid, successor.port
    view.state = "starting" if successor.pid is None else "running"
    view.stale, view.status, view.successor = False, None, None
