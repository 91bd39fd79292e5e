"""The state of an engine at one moment, as plain read-only values, for tests and debugging."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from hotrun.core.build.builder import Builder
from hotrun.core.build.step import StepStatus
from hotrun.core.process.process import ProcessRun
from hotrun.core.process.supervisor import Supervisor
from hotrun.core.run import Run


class RunInspection(msgspec.Struct, frozen=True):
    """One run. `reported_build`: the newest build whose files a process has, by its start or by a reload signal."""

    id: int
    build: int
    asked_to_stop: bool
    reported_build: int


class StepInspection(msgspec.Struct, frozen=True):
    """One step. `changed_build`: the last build in which it wrote other outputs than before."""

    status: StepStatus
    changed_build: int
    needed_steps: frozenset[str]
    run: RunInspection | None


class ProcessInspection(msgspec.Struct, frozen=True):
    """One process. `is_due`: it has to start or restart. `run`: the current run. `runs`: all that are not gone."""

    is_due: bool
    needed_steps: frozenset[str]
    run: RunInspection | None
    runs: tuple[RunInspection, ...]


class Inspection(msgspec.Struct, frozen=True):
    """A session. `has_pending`: changes, requests or listings are pending. `is_quiet`: it waits for changes only."""

    is_building: bool
    is_stopping: bool
    is_quiet: bool
    has_pending: bool
    steps: Mapping[str, StepInspection]
    processes: Mapping[str, ProcessInspection]

    @property
    def runs(self) -> dict[int, RunInspection]:
        """All runs that are not gone, by id."""
        found = [step.run for step in self.steps.values() if step.run is not None]
        found += [run for process in self.processes.values() for run in process.runs]
        return {run.id: run for run in found}


def inspect(
    builder: Builder, supervisor: Supervisor, is_stopping: bool, is_quiet: bool, has_pending: bool
) -> Inspection:
    """The state of these parts now."""
    steps, processes = _steps_of(builder), _processes_of(supervisor, builder)
    return Inspection(builder.build is not None, is_stopping, is_quiet, has_pending, steps, processes)


def _steps_of(builder: Builder) -> dict[str, StepInspection]:
    return {
        name: StepInspection(state.status, state.changed_build, builder.graph.needed_steps[name], _run(state.run))
        for name, state in builder.steps.items()
    }


def _processes_of(supervisor: Supervisor, builder: Builder) -> dict[str, ProcessInspection]:
    return {
        name: ProcessInspection(
            state.dirty,
            builder.graph.needed_steps.get(name, frozenset()),
            _run(state.run),
            tuple([found for run in state.runs if (found := _run(run)) is not None]),
        )
        for name, state in supervisor.states.items()
    }


def _run(run: Run | None) -> RunInspection | None:
    if run is None:
        return None
    reported = run.taken_build if isinstance(run, ProcessRun) else run.build
    return RunInspection(run.id, run.build, run.asked_to_stop, reported)
