"""Stories of results: every settled set of edits gets exactly one."""

from __future__ import annotations

import random

import pytest

from hotrun.core.model import events, inputs
from hotrun.core.model.inputs import Request
from tests.core.random_history import FACTS, HISTORIES, Machine
from tests.core.simulated_session import World, process, project, step


def ends(world: World) -> list[tuple[str, str]]:
    return [(event.step, event.status) for event in world.events if isinstance(event, events.StepFinished)]


def test_a_build_with_a_step_that_timed_out_has_timed_out_and_what_needs_it_is_skipped() -> None:
    world = World(project(step("gen", timeout_ms=500), step("app", needs=("gen",)), process("web", needs=("app",))))
    world.begin().up("gen").wait(500).ends("gen", signal="SIGTERM")
    assert ends(world) == [("gen", "timeout"), ("app", "skipped")]
    assert world.statuses() == ["timeout"]
    assert world.take_commands() == ["spawn gen", "SIGTERM gen"], "web is not started"


def test_a_step_that_ends_well_while_it_is_being_ended_by_its_timeout_has_timed_out() -> None:
    world = World(project(step("app", timeout_ms=500))).begin().up("app").wait(500).ends("app", exit_code=0)
    assert world.statuses() == ["timeout"]


def test_a_step_that_ignores_the_end_of_its_time_is_killed_and_has_timed_out() -> None:
    world = World(project(step("app", timeout_ms=500))).begin().up("app").wait(2500)
    assert world.take_commands() == ["spawn app", "SIGTERM app", "kill app"]
    world.ends("app", signal="SIGKILL")
    assert world.statuses() == ["timeout"]


def test_a_timeout_is_the_build_result_also_where_another_step_failed() -> None:
    world = World(project(step("a", timeout_ms=500), step("b")), cores=2).begin().up("a").up("b")
    world.ends("b", exit_code=1).wait(500).ends("a", signal="SIGTERM")
    assert world.statuses() == ["timeout"]


def test_a_step_that_timed_out_keeps_a_later_build_red_that_does_not_run_it_and_is_run_again_by_its_change() -> None:
    world = World(project(step("a", paths=("a",), timeout_ms=500), step("b", paths=("b",))), cores=2).begin()
    world.does("b").up("a").wait(500).ends("a", signal="SIGTERM")
    world.change("b").does("b")
    assert world.statuses() == ["timeout", "failed"]
    world.change("a").does("a")
    assert world.statuses() == ["timeout", "failed", "passed"]


def test_a_step_that_is_canceled_has_not_timed_out_however_long_its_end_takes() -> None:
    world = World(project(step("app", timeout_ms=500))).begin().up("app").wait(400).change("a").wait(1000)
    world.ends("app", signal="SIGTERM")
    assert ends(world) == [("app", "canceled")]
    assert world.statuses() == ["canceled"]


def test_once_ends_with_one_where_a_step_timed_out() -> None:
    world = World(project(step("app", timeout_ms=500)), once=True).begin().up("app").wait(500)
    world.ends("app", signal="SIGTERM")
    assert world.take_commands()[-1] == "finish 1"


def test_a_process_restarts_by_a_build_without_a_step_and_that_has_a_build_result_too() -> None:
    world = World(project(process("web", paths=("*.html",)))).begin().up("web")
    world.change("x.html")
    assert world.statuses() == ["passed", "passed"]


@pytest.mark.slow
def test_every_set_of_edits_gets_exactly_one_build_result_in_random_histories() -> None:
    for seed in range(HISTORIES):
        machine = Machine(random.Random(1000 + seed), once=False)
        machine.send(inputs.Begin("0", 1))
        machine.send(inputs.WatchStarted(1, 1, 0, "test", 0))
        for _ in range(FACTS // 2):
            machine.random_fact()
            if machine.finished_code is not None:
                break
        machine.end()
        told = [effect for effect in machine.history if isinstance(effect, events.Event)]
        changes = [event.build for event in told if isinstance(event, events.ChangesDetected)]
        results = [event for event in told if isinstance(event, events.BuildFinished)]
        assert changes == list(range(1, len(changes) + 1)), f"seed {seed}"
        assert [event.build for event in results] == changes, f"seed {seed}"
        for result in results:
            steps = {e.step: e.status for e in told if isinstance(e, events.StepFinished) and e.build == result.build}
            assert result.status in ("passed", "failed", "canceled", "timeout")
            assert set(steps) == {*result.steps, *result.skipped}, f"seed {seed}"
            if result.status != "canceled":
                assert ("timeout" in steps.values()) == (result.status == "timeout"), f"seed {seed}"
            if result.status == "passed":
                assert set(steps.values()) <= {"passed"}, f"seed {seed}"


def test_a_request_during_a_build_gives_the_canceled_one_its_build_result_and_makes_one_more() -> None:
    world = World(project(step("app"))).begin().up("app").send(Request("build"), Request("build"))
    world.ends("app", signal="SIGTERM").does("app")
    assert world.statuses() == ["canceled", "passed"]
