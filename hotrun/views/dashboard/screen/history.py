"""The latest builds as a fold over events: why each ran, what it did, how long every part took."""

from __future__ import annotations

from typing import Literal

import msgspec

from hotrun.core.model import events

MOST_BUILDS = 200

StepStatus = Literal["running", "passed", "failed", "canceled", "timeout", "skipped", "unchanged", "kept"]


class StepRecord(msgspec.Struct):
    """What one step did in a build. `unchanged`: it ran, and made what it had made; `kept`: it had no need to run."""

    name: str
    status: StepStatus = "running"
    ms: int | None = None
    how: str = ""  # the exit code or the signal of a failure


class StartRecord(msgspec.Struct):
    """A process that a build started or restarted. `ready_ms`: from its start until it was ready."""

    name: str
    run: int
    ready_ms: int | None = None
    via: str = ""


class BuildRecord(msgspec.Struct):
    """One build. `stamp`: when it began, RFC 3339."""

    number: int
    stamp: str
    reason: events.Reason = "files"
    paths: tuple[events.ChangedPath, ...] = ()
    more: int = 0
    steps: dict[str, StepRecord] = {}
    starts: dict[str, StartRecord] = {}
    status: events.Status | None = None
    ms: int | None = None
    errors: int = 0
    warnings: int = 0


class History:
    """The latest builds, the newest last."""

    def __init__(self) -> None:
        self.builds: list[BuildRecord] = []

    def apply(self, event: events.Event, stamp: str) -> None:
        """Take one event; those that say nothing about builds are fine."""
        match event:
            case events.ChangesDetected():
                record = BuildRecord(event.build, stamp, event.reason, event.paths, event.more)
                self.builds = [*self.builds[1 - MOST_BUILDS :], record]
            case events.StepStarted():
                self._step(event.build, event.step)
            case events.StepCached():
                step = self._step(event.build, event.step)
                if step is not None:
                    step.status = "kept"
            case events.StepFinished():
                self._step_finished(event)
            case events.BuildFinished():
                record_ = self._build(event.build)
                if record_ is not None:
                    record_.status, record_.ms = event.status, event.duration_ms
                    record_.errors, record_.warnings = event.errors, event.warnings
            case events.ProcessStarted():
                of = self._build(event.build)
                if of is not None:
                    of.starts[event.process] = StartRecord(event.process, event.run)
            case events.ProcessReady():
                self._ready(event)
            case _:
                pass

    def _step_finished(self, event: events.StepFinished) -> None:
        step = self._step(event.build, event.step)
        if step is None:
            return
        step.status = "unchanged" if event.unchanged else event.status
        step.ms = event.duration_ms
        if event.status == "failed":
            step.how = event.signal or (f"exit {event.exit_code}" if event.exit_code is not None else "not started")

    def _ready(self, event: events.ProcessReady) -> None:
        for record in reversed(self.builds):
            start = record.starts.get(event.process)
            if start is not None and start.run == event.run:
                start.ready_ms, start.via = event.duration_ms, event.via
                return

    def _build(self, number: int) -> BuildRecord | None:
        return next((record for record in reversed(self.builds) if record.number == number), None)

    def _step(self, build: int, name: str) -> StepRecord | None:
        record = self._build(build)
        return None if record is None else record.steps.setdefault(name, StepRecord(name))
