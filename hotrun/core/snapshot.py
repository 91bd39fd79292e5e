"""The state of a session as a fold over its events: what `status` answers and what a dashboard draws."""

from __future__ import annotations

from typing import Literal

import msgspec

from hotrun.core import events

_ORDER = ("error", "warning", "info", "note", "hint")


class ProcessView(msgspec.Struct):
    """One process as seen from outside."""

    name: str
    state: str = "waiting"
    pid: int | None = None
    run: int | None = None
    build: int | None = None
    stale: bool = False
    restarts: int = 0


class Snapshot(msgspec.Struct):
    """Everything a view needs; `apply` is the only thing that changes it."""

    version: str = ""
    pid: int = 0
    root: str = ""
    config: str | None = None
    state: events.State = "watching"
    why: str = ""
    verdict: Literal["green", "red"] | None = None  # of the latest build that ran to its end; None: none has
    last_build: events.BuildFinished | None = None
    building: int | None = None
    processes: dict[str, ProcessView] = {}
    diagnostics: dict[str, list[events.Diagnostic]] = {}

    def problems(self) -> list[events.Diagnostic]:
        """The current diagnostics: new before old, errors before warnings."""
        found = [diagnostic for part in self.diagnostics.values() for diagnostic in part]
        return sorted(found, key=lambda d: (_ORDER.index(d.severity), not d.new))

    def apply(self, event: events.Event) -> None:
        """Take one event; events that change nothing here are fine."""
        match event:
            case events.Hello():
                self.version, self.pid, self.root, self.config = event.version, event.pid, event.root, event.config
                self.processes = {name: ProcessView(name) for name in event.processes}
            case events.StateChanged():
                self.state, self.why = event.state, event.why
            case events.BuildStarted():
                self.building = event.build
            case events.StepStarted() | events.StepRestored():
                self.diagnostics[event.step] = []
            case events.StepFinished(status="ok"):
                kept = [d for d in self.diagnostics.get(event.step, []) if d.severity != "error"]
                self.diagnostics[event.step] = kept
            case events.Diagnostic():
                self.diagnostics.setdefault(event.step or event.process or "", []).append(event)
            case events.BuildFinished():
                self.building = None
                self.last_build = event
                if event.status != "canceled":
                    self.verdict = "green" if event.status == "ok" else "red"
            case events.ConfigReloaded():
                for name in (*event.steps, *event.processes):
                    self.diagnostics.pop(name, None)
            case _:
                self._apply_process(event)

    def _apply_process(self, event: events.Event) -> None:
        match event:
            case events.ProcessStarting():
                view = self.processes.setdefault(event.process, ProcessView(event.process))
                view.restarts += view.run is not None
                view.state, view.run, view.build, view.pid, view.stale = "starting", event.run, event.build, None, False
            case events.ProcessStarted():
                view = self.processes[event.process]
                view.state, view.pid = "running", event.pid
            case events.ProcessStopping():
                self.processes[event.process].state = "stopping"
            case events.ProcessExited():
                view = self.processes[event.process]
                view.state, view.pid = "stopped" if event.expected else "exited", None
            case events.ProcessStale():
                self.processes[event.process].stale = True
            case events.ProcessFresh():
                self.processes[event.process].stale = False
            case _:
                pass
