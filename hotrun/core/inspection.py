"""What an engine knows at one moment, for tests and for whoever examines a session: plain values, nothing to change."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from hotrun.core.build.builder import Builder
from hotrun.core.build.step import StepStatus
from hotrun.core.process.process import ProcessRun
from hotrun.core.process.supervisor import Supervisor
from hotrun.core.run import Run


class RunInspection(msgspec.Struct, frozen=True):
    """One run. `reported_build`: the newest build of which a process has all reloads, started with or signaled."""

    id: int
    build: int
    asked_to_stop: bool
    reported_build: int


class StepInspection(msgspec.Struct, frozen=True):
    """One step. `changed_build`: the latest build in which it made something else than before."""

    status: StepStatus
    changed_build: int
    needed_steps: frozenset[str]
    run: RunInspection | None


class ProcessInspection(msgspec.Struct, frozen=True):
    """One process. `is_due`: it is to be started or restarted. `run` serves or is to, `runs` are all that live."""

    is_due: bool
    needed_steps: frozenset[str]
    run: RunInspection | None
    runs: tuple[RunInspection, ...]


class Inspection(msgspec.Struct, frozen=True):
    """A session. `has_pending`: changes, requests or listings wait. `is_quiet`: nothing waits and nothing runs."""

    is_building: bool
    is_stopping: bool
    is_quiet: bool
    has_pending: bool
    steps: Mapping[str, StepInspection]
    processes: Mapping[str, ProcessInspection]

    @property
    def runs(self) -> dict[int, RunInspection]:
        """All runs that live, by id."""
        found = [step.run for step in self.steps.values() if step.run is not None]
        found += [run for process in self.processes.values() for run in process.runs]
        return {run.id: run for run in found}


def inspect(
    builder: Builder, supervisor: Supervisor, is_stopping: bool, is_quiet: bool, has_pending: bool
) -> Inspection:
    """What these know at this moment."""
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
