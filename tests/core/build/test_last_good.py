"""Stories of edits that are taken back: what was green passed again without a build, where that is certain."""

from __future__ import annotations

import pytest

from hotrun.core.model import commands, events, inputs
from hotrun.core.model.inputs import Request
from tests.core.build.stories import A, B, snapshot
from tests.core.simulated_session import World, process, project, step

OUT = ("tmp/app",)


def green_app(*, outputs: tuple[str, ...] = OUT, stamp: str | None = "1", **fields: object) -> World:
    """A step `app` that makes tmp/app, and a process `web` behind it; all is built, runs and is settled."""
    world = World(
        project(step("app", paths=("*.go",), outputs=outputs), process("web", needs=("app",), paths=(), **fields))
    )
    world.send(inputs.WatchStarted(1, 1, 0, "test", 0))
    world.begin().does("app", stamp=stamp, said="warning: old").up("web").settles().take_commands()
    return world


def said(world: World) -> list[str]:
    return [event.text for event in world.events if isinstance(event, events.Message)]


def test_a_red_edit_that_is_taken_back_is_green_again_without_a_build() -> None:
    world = green_app().save("main.go", A, B).does("app", exit_code=1, stamp="1", said="error: bad")
    assert snapshot(world).processes["web"].stale
    world.take_commands()
    world.save("main.go", B, A)
    assert world.take_commands() == []
    assert said(world) == ["main.go: same as in build #1, nothing to build"]
    found = snapshot(world)
    assert found.last_build is not None
    assert (found.last_build.build, found.last_build.status, found.last_build.steps) == (3, "passed", ())
    assert (found.last_build.errors, found.last_build.warnings) == (0, 1)
    assert [problem.message for problem in found.problems()] == ["old"], "the warning of then, not the error since"
    assert not found.processes["web"].stale
    assert world.statuses() == ["passed", "failed", "passed"]


def test_the_state_says_no_error_any_more_when_the_red_edit_is_taken_back() -> None:
    world = green_app().save("main.go", A, B).does("app", 1, stamp="1", said="error: no such thing").settles()
    assert (snapshot(world).state, world.told(events.StateChanged)[-1].why) == ("watching", "1 error")  # type: ignore[attr-defined]
    world.save("main.go", B, A)
    assert (snapshot(world).state, world.told(events.StateChanged)[-1].why) == ("watching", "")  # type: ignore[attr-defined]


def test_an_edit_that_is_taken_back_while_it_is_built_cancels_that_build_and_makes_none() -> None:
    world = green_app().save("main.go", A, B).up("app").wait(50).save("main.go", B, A)
    assert world.take_commands() == ["spawn app", "SIGTERM app"]
    world.ends("app", signal="SIGTERM", stamp="1")
    assert world.take_commands() == ["verify"]
    assert world.statuses() == ["passed", "canceled", "passed"]
    world.settles()
    assert world.events[-1] == events.UpToDate(3)


def test_a_write_that_is_looked_at_in_its_middle_is_taken_back_all_the_same() -> None:
    """Truncated, looked at, written, read: the bytes are known at the first look, and the second finds a touch."""
    world = green_app().save("main.go", A, B).up("app").wait(50).save("main.go", B, A)
    world.send(inputs.FilesTouched(("main.go",))).take_commands()
    world.ends("app", signal="SIGTERM", stamp="1")
    assert world.take_commands() == ["verify"]
    assert world.statuses() == ["passed", "canceled", "passed"]
    world.save("main.go", A, B).take_commands()
    world.does("app", 1, stamp="1").save("main.go", B, A)
    assert world.statuses() == ["passed", "canceled", "passed", "failed", "passed"], "and nothing of it is left behind"


def test_a_file_that_is_moved_aside_and_written_anew_is_back() -> None:
    world = green_app().save("main.go", A, B).does("app", 1, stamp="1")
    world.send(inputs.FilesChanged((inputs.Change("main.go", "deleted"),))).up("app").take_commands()
    world.send(inputs.FilesChanged((inputs.Change("main.go", "added", A),)))
    world.ends("app", signal="SIGTERM", stamp="1")
    assert world.take_commands() == ["SIGTERM app"]
    assert world.statuses()[-2:] == ["canceled", "passed"]


def test_what_was_touched_while_a_step_ran_is_not_vouched_for_by_that_run() -> None:
    """It may have read the file half, however green it was."""
    world = World(project(step("app", outputs=OUT, on_busy="finish"))).send(inputs.WatchStarted(1, 1, 0, "test", 0))
    world.begin().does("app", stamp="1").settles().save("main.go", A, B).up("app").take_commands()
    world.send(inputs.FilesTouched(("main.go",))).ends("app", stamp="2")
    assert world.take_commands() == ["spawn app"]


def test_what_a_run_has_written_since_is_built_again() -> None:
    for code, signal in ((1, None), (0, "SIGTERM")):
        world = green_app().save("main.go", A, B).up("app").wait(50)
        if signal is None:
            world.ends("app", code, stamp="2")
            world.take_commands()
            world.save("main.go", B, A)
        else:
            world.save("main.go", B, A).take_commands()
            world.ends("app", signal=signal, stamp="2")
        assert world.take_commands() == ["spawn app"]


@pytest.mark.parametrize("outputs", [(), ("tmp/",), ("*.o",), ("tmp/app", "gen/**"), ("app",)])
def test_where_nobody_knows_what_a_step_writes_it_is_built_again(outputs: tuple[str, ...]) -> None:
    world = green_app(outputs=outputs, stamp=None)  # as the adapter would say
    world.save("main.go", A, B)
    assert [c.outputs for c in world.commands if isinstance(c, commands.Spawn)] == [outputs]
    world.does("app", exit_code=1).take_commands()
    world.save("main.go", B, A)
    assert world.take_commands() == ["spawn app"]


def test_a_green_build_is_what_the_next_edit_is_compared_with() -> None:
    world = green_app().save("main.go", A, B).does("app", stamp="2").ends("web", signal="SIGTERM").up("web")
    world.settles().take_commands()
    world.save("main.go", B, A)
    assert world.take_commands() == ["spawn app"]


def test_every_file_must_be_back() -> None:
    world = green_app().save("a.go", A, B).does("app", 1, stamp="1").save("b.go", A, B).does("app", 1, stamp="1")
    world.take_commands()
    world.save("a.go", B, A)
    assert world.take_commands() == ["spawn app"]
    world.does("app", 1, stamp="1").take_commands()
    world.save("b.go", B, A)
    assert world.take_commands() == []
    assert world.statuses()[-1] == "passed"


def test_an_added_file_that_is_deleted_again_is_back_and_a_deleted_one_is_not() -> None:
    world = green_app().send(inputs.FilesChanged((inputs.Change("new.go", "added"),))).does("app", 1, stamp="1")
    world.take_commands()
    world.send(inputs.FilesChanged((inputs.Change("new.go", "deleted"),)))
    assert world.take_commands() == []
    world.send(inputs.FilesChanged((inputs.Change("main.go", "deleted"),))).does("app", 1, stamp="1").take_commands()
    world.send(inputs.FilesChanged((inputs.Change("main.go", "added", A),)))
    assert world.take_commands() == ["spawn app"]


def test_bytes_that_are_not_known_are_built() -> None:
    world = green_app()
    world.save("main.go", None, B).does("app", 1, stamp="1").take_commands()
    world.save("main.go", B, A)
    assert world.take_commands() == ["spawn app"]


def test_a_change_before_settled_may_have_been_read_so_putting_it_back_builds() -> None:
    world = World(project(step("app", outputs=OUT))).send(inputs.WatchStarted(1, 1, 0, "test", 0))
    world.begin().does("app", stamp="1").take_commands()
    world.save("main.go", A, B).does("app", 1, stamp="1").take_commands()
    world.save("main.go", B, A)
    assert world.take_commands() == ["spawn app"]


def test_a_request_builds_whatever_is_known() -> None:
    world = green_app().save("main.go", A, B).does("app", 1, stamp="1").send(Request("build")).does("app", 1, stamp="1")
    world.take_commands()
    world.save("main.go", B, A)
    assert world.take_commands() == ["spawn app"]


def test_where_bytes_are_not_to_tell_everything_is_built() -> None:
    world = World(project(step("app", outputs=OUT), skip_unchanged=False))
    world.send(inputs.WatchStarted(1, 1, 0, "test", 0)).begin().does("app", stamp="1").settles().take_commands()
    world.save("main.go", A, B).does("app", 1, stamp="1").take_commands()
    world.save("main.go", B, A)
    assert world.take_commands() == ["spawn app"]


def test_a_process_that_was_stopped_by_the_red_build_starts_again() -> None:
    world = green_app(on_failed_build="stop").save("main.go", A, B).does("app", 1, stamp="1")
    world.ends("web", signal="SIGTERM").take_commands()
    world.save("main.go", B, A)
    assert world.take_commands() == ["spawn web"]


def test_a_process_whose_own_file_has_changed_is_restarted() -> None:
    world = World(project(step("app", paths=("*.go",), outputs=OUT), process("web", needs=("app",), paths=("*.html",))))
    world.send(inputs.WatchStarted(1, 1, 0, "test", 0))
    world.begin().does("app", stamp="1").up("web").settles()
    world.save("main.go", A, B).does("app", 1, stamp="1").save("x.html", A, B).take_commands()
    world.save("main.go", B, A)
    assert world.take_commands() == ["SIGTERM web"]


def test_a_step_behind_one_that_was_built_anew_is_built() -> None:
    """Its own files are as they were, but not what it gets from the other one."""
    world = World(
        project(
            step("gen", paths=("*.proto",), outputs=("gen/x",)),
            step("app", paths=("*.go",), needs=("gen",), outputs=OUT),
        )
    ).send(inputs.WatchStarted(1, 1, 0, "test", 0))
    world.begin().does("gen", stamp="1").does("app", stamp="1").settles()
    world.save("main.go", A, B).does("app", 1, stamp="1")
    world.save("x.proto", A, B).does("gen", stamp="2").does("app", 1, stamp="1").settles()
    world.take_commands()
    world.save("main.go", B, A)
    assert world.take_commands() == ["spawn app"]


def test_what_was_changed_and_put_back_while_paused_is_only_said() -> None:
    world = green_app(outputs=()).send(Request("pause")).save("main.go", A, B).save("main.go", B, A)
    world.send(Request("resume")).wait(100)
    assert world.take_commands() == ["verify"]
    assert world.statuses() == ["passed"]
    assert said(world) == ["main.go: same as in build #1, nothing to build"]
