"""Stories of the graph of steps: how many run at once, and that no finished work is done twice."""

from __future__ import annotations

import random

import msgspec
import pytest

from hotrun.core.model import events, inputs
from hotrun.core.model.inputs import Request
from hotrun.core.model.project import Process, Project, Step
from tests.core.simulated_session import World, process, project, step


def with_jobs(jobs: int | None, found: Project) -> Project:
    return msgspec.structs.replace(found, jobs=jobs)


def diamond(**fields: object) -> World:
    """`gen`, then `left` and `right` beside each other, then `app`, with `web` behind it; all of it green and up."""
    world = World(
        project(
            step("gen", paths=("gen.*",)),
            step("left", paths=("left.*",), needs=("gen",), **fields),
            step("right", paths=("right.*",), needs=("gen",), **fields),
            step("app", paths=("app.*",), needs=("left", "right")),
            process("web", needs=("app",), paths=()),
        )
    )
    world.begin().does("gen").does("left").does("right").does("app").up("web").take_commands()
    return world


def ran(world: World) -> list[tuple[str, ...]]:
    """The steps that each build has run, in the order of their ends."""
    return [event.steps for event in world.events if isinstance(event, events.BuildFinished)]


# --- jobs ----------------------------------------------------------------------------------------------------------


def test_steps_that_do_not_need_each_other_run_beside_each_other() -> None:
    world = World(project(*(step(name) for name in "abc")), cores=8).begin()
    assert world.take_commands() == ["spawn a", "spawn b", "spawn c"]


def test_no_more_steps_run_at_once_than_the_configuration_allows_whatever_the_machine_has() -> None:
    world = World(with_jobs(1, project(*(step(name) for name in "abc"))), cores=8).begin()
    for name in "abc":
        assert world.take_commands() == [f"spawn {name}"]
        world.does(name)
    world = World(with_jobs(3, project(*(step(name) for name in "abcd"))), cores=1).begin()
    assert world.take_commands() == ["spawn a", "spawn b", "spawn c"]


def test_a_job_is_free_again_only_when_all_of_the_run_is_gone() -> None:
    world = World(with_jobs(1, project(step("a"), step("b")))).begin().up("a")
    world.send(inputs.Exited(world.run("a"), exit_code=0, left=True))
    assert "spawn b" not in world.take_commands(), "what it has left behind still works"
    world.send(inputs.Emptied(world.run("a")))
    assert world.take_commands() == ["spawn b"]


def test_another_number_of_jobs_is_taken_over_and_restarts_nothing() -> None:
    parts: tuple[Step | Process, ...] = (
        *(step(name, paths=(f"{name}.c",)) for name in "abc"),
        process("web", paths=()),
    )
    world = World(with_jobs(1, project(*parts))).begin()
    for name in "abc":
        world.does(name)
    world.up("web").take_commands()
    world.send(inputs.ConfigLoaded(with_jobs(2, project(*parts))))
    assert world.take_commands() == []
    assert world.events[-1] == events.ConfigReloaded("/p/hotrun.toml", (), ())
    world.change("a.c", "b.c", "c.c").wait(100)
    assert world.take_commands() == ["spawn a", "spawn b"]
    world.send(inputs.ConfigLoaded(project(*parts)))
    assert world.take_commands() == [], "a build goes on as it was"
    world.does("a").does("b").does("c").take_commands()
    world.change("a.c", "b.c", "c.c").wait(100)
    assert world.take_commands() == ["spawn a", "spawn b"], "as many as the machine has cores, which are two here"


@pytest.mark.parametrize("jobs", [1, 2, 3, 5])
def test_any_graph_is_built_whole_with_any_number_of_jobs_and_never_more_at_once(jobs: int) -> None:
    for seed in range(40):
        rng = random.Random(seed)
        names = [f"s{number}" for number in range(8)]
        steps = [step(name, needs=tuple(n for n in names[:at] if rng.random() < 0.3)) for at, name in enumerate(names)]
        world = World(with_jobs(jobs, project(*steps))).begin()
        running: set[str] = set()
        done: set[str] = set()
        most = 0
        while True:
            running |= {command.removeprefix("spawn ") for command in world.take_commands()}
            assert all(set(steps[names.index(name)].needs) <= done for name in running)
            most = max(most, len(running))
            if not running:
                break
            name = rng.choice(sorted(running))
            running.remove(name)
            done.add(name)
            world.does(name)
        assert done == set(names), f"seed {seed}"
        assert most <= jobs
        assert world.statuses() == ["passed"]


# --- finished work is kept -----------------------------------------------------------------------------------------


def test_a_canceled_build_keeps_what_it_has_finished() -> None:
    world = diamond()
    world.change("gen.x").does("gen").does("left").up("right").wait(100).change("right.c")
    assert world.take_commands() == ["spawn gen", "spawn left", "spawn right", "SIGTERM right"]
    world.ends("right", signal="SIGTERM")
    assert world.take_commands() == ["spawn right"], "gen and left are done"
    world.does("right").does("app").ends("web", signal="SIGTERM")
    assert world.statuses() == ["passed", "canceled", "passed"]
    assert ran(world)[1:] == [("gen", "left", "right"), ("right", "app")]


def test_what_a_canceled_build_has_finished_is_built_again_where_the_new_change_touches_it() -> None:
    world = diamond()
    world.change("gen.x").does("gen").does("left").up("right").wait(100).change("left.c")
    world.ends("right", signal="SIGTERM").take_commands()
    world.does("left").does("right").does("app")
    assert ran(world)[2] == ("left", "right", "app")


def test_a_step_that_a_canceled_build_never_reached_is_still_due() -> None:
    world = diamond()
    world.change("app.c", "left.c").wait(30).up("left").wait(100).change("left.c")
    world.ends("left", signal="SIGTERM")
    world.does("left", content="same")
    world.take_commands()
    world.does("app")
    assert ran(world)[1:] == [("left",), ("left", "app")]


def test_work_that_was_finished_over_several_canceled_builds_adds_up() -> None:
    world = diamond()
    world.change("gen.x").does("gen").up("left").up("right").wait(50).change("app.c")
    world.ends("left", signal="SIGTERM").ends("right", signal="SIGTERM")
    world.does("left").up("right").wait(170).change("left.c").ends("right", signal="SIGTERM")
    world.does("left").does("right").up("app").wait(90).change("app.x").ends("app", signal="SIGTERM")
    world.does("app").wait(200)
    assert world.statuses() == ["passed", *["canceled"] * 3, "passed"]
    assert ran(world)[1:] == [
        ("gen", "left", "right"),
        ("left", "right"),
        ("left", "right", "app"),
        ("app",),
    ]


def test_a_step_that_shall_finish_is_kept_running_and_its_result_counts() -> None:
    world = diamond(on_busy="finish")
    world.change("left.c", "right.c").wait(30).up("left").up("right").wait(50).change("right.c")
    world.ends("right").wait(5000)
    assert "SIGTERM left" not in world.take_commands()
    world.ends("left")
    assert world.take_commands() == ["spawn right"], "left was green, with its newest inputs"
    world.does("right").does("app").wait(200)
    assert ran(world)[2] == ("right", "app")


@pytest.mark.parametrize(
    "facts",
    [
        (inputs.FilesChanged((inputs.Change("a.c", "modified"),)),),
        (Request("build"),),
        (Request("build", name="a"), Request("restart")),
        (Request("pause"), inputs.FilesChanged((inputs.Change("a.c", "modified"),)), Request("resume")),
        (inputs.ConfigLoaded(project(step("a", on_busy="finish", timeout_ms=9))),),
        (inputs.ConfigLoaded(project(step("b"))),),
    ],
    ids=["change", "build", "build of its own", "resume", "new configuration", "removed"],
)
def test_a_step_that_shall_finish_is_not_ended_by_anything_but_its_timeout_and_the_end(
    facts: tuple[inputs.Input, ...],
) -> None:
    world = World(project(step("a", on_busy="finish"))).begin().up("a").wait(10)
    world.send(*facts).wait(60_000)
    assert world.take_commands() == ["spawn a"]
    world.ends("a")
    assert len(world.take_commands()) == 1, "what was asked for comes next"


def test_a_step_that_shall_finish_is_ended_by_its_timeout_and_by_the_end_of_the_session() -> None:
    world = World(project(step("a", on_busy="finish", timeout_ms=5000))).begin().up("a").wait(5000)
    assert world.take_commands() == ["spawn a", "SIGTERM a"]
    world = World(project(step("a", on_busy="finish"))).begin().up("a").send(Request("stop"))
    assert world.take_commands() == ["spawn a", "SIGTERM a"]


def test_the_same_inputs_are_not_built_twice_green() -> None:
    """An edit that came while the build was running, and is taken back before the next one begins."""
    world = World(project(step("a", paths=("a",), outputs=("o/a",)), step("b", paths=("b",), outputs=("o/b",))))
    world.send(inputs.WatchStarted(1, 1, 0, "test", 0)).begin()
    world.does("a", stamp="1").does("b", stamp="1").settles().take_commands()
    world.save("a", b"0", b"1").does("a", stamp="2").settles()
    world.save("b", b"0", b"1").up("b").wait(50).save("b", b"1", b"0").ends("b", signal="SIGTERM", stamp="1")
    world.wait(1000)
    assert [command for command in world.take_commands() if "spawn" in command] == ["spawn a", "spawn b"]
    assert world.statuses() == ["passed", "passed", "canceled", "passed"]
    assert ran(world)[-1] == ()


def test_a_configuration_that_changes_a_running_step_keeps_what_the_others_have_finished() -> None:
    world = diamond()
    world.change("gen.x").does("gen").does("left").up("right").take_commands()
    parts = list(world.engine.project.parts.values())
    parts[2] = step("right", paths=("right.*",), needs=("gen",), timeout_ms=60_000)
    world.send(inputs.ConfigLoaded(project(*parts)))
    world.ends("right", signal="SIGTERM")
    assert world.take_commands() == ["SIGTERM right", "spawn right"], "gen and left are done"
    world.does("right").does("app")
    assert ran(world)[2] == ("right", "app")
