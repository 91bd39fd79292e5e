"""Random histories: whatever happens in whatever order, the promises of the engine hold."""

from __future__ import annotations

import random

import pytest

from hotrun.core.model import inputs
from hotrun.core.model.inputs import Request
from tests.core.random_history import FACTS, HISTORIES, Machine

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("once", [False, True])
def test_the_promises_hold_in_random_histories(once: bool) -> None:
    for seed in range(HISTORIES):
        machine = Machine(random.Random(seed), once)
        try:
            machine.send(inputs.Begin("0", 1))
            machine.send(inputs.WatchStarted(1, 1, 0, "test", 0))
            for _ in range(FACTS):
                if machine.finished_code is not None:
                    break
                machine.random_fact()
            machine.end()
            assert machine.finished_code is not None, "after quit and all exits it is finished"
            assert machine.engine.finished
            assert machine.engine.deadline_ms is None
        except AssertionError as error:
            tail = "\n".join(str(fact) for fact in machine.history[-40:])
            raise AssertionError(f"seed {seed}: {error}\n{machine.project}\n{tail}") from error


def test_after_all_is_quiet_every_process_runs_the_newest_green_build() -> None:
    """When nothing happens any more, what can be green has been built and what is wanted runs."""
    for seed in range(HISTORIES):
        rng = random.Random(seed)
        machine = Machine(rng, once=False)
        machine.send(inputs.Begin("0", 1))
        for _ in range(FACTS):
            machine.random_fact()
            if machine.finished_code is not None:
                break
        if machine.finished_code is not None or machine.engine.inspect().is_stopping:
            continue
        machine.send(Request("resume"))
        machine.send(inputs.VcsOperationsChanged(()))
        settle(machine)
        if machine.finished_code is not None:
            continue  # a process with on_exit = "quit" was on its way out
        found = machine.engine.inspect()
        assert all(step.status == "passed" for step in found.steps.values()), f"seed {seed}"
        for name, state in found.processes.items():
            assert not state.is_due, f"seed {seed}: {name} waits for nothing"
            process = machine.engine.project.processes[name]
            if process.reload is not None and state.run is not None and not process.overlap:  # whose old run may stay
                newest = max((found.steps[need].changed_build for need in process.reload.needs), default=0)
                assert newest <= state.run.reported_build, f"seed {seed}: {name} was not told"


def settle(machine: Machine) -> None:
    """All is asked for once, and every program is good: steps end with 0, processes stay until they are stopped."""
    for name in (None, *machine.engine.project.steps):  # without a name only what is pending, if anything is
        machine.send(Request("build", name=name))
    machine.send(Request("restart"))
    for _ in range(400):
        stopping = {run for run in machine.phases if _asked_to_stop(machine, run)}
        for run, phase in list(machine.phases.items()):
            is_step = machine.owners[run].startswith("s")
            if phase == "spawning":
                machine.phases[run] = "up"
                machine.send(inputs.Spawned(run, run))
            elif phase == "up" and not is_step and run not in machine.ready and run not in stopping:
                machine.send(inputs.OutputRead(run, "stdout", ("y",)))
                machine.send(inputs.Notified(run, ready=True))
                machine.send(inputs.ProbePassed(run, "tcp"))
            elif phase == "up" and (is_step or run in stopping):
                machine.phases[run] = "exited"
                machine.send(inputs.Exited(run, 0))
            elif phase == "exited":
                del machine.phases[run]
                machine.send(inputs.Emptied(run))
        if machine.finished_code is not None:
            return
        machine.find_traces()
        machine.pass_time(50)


def _asked_to_stop(machine: Machine, run: int) -> bool:
    found = machine.engine.inspect().runs.get(run)
    return found is not None and found.asked_to_stop
