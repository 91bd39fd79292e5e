"""Stories of changes that wait: paused, during a version control operation, and during a build."""

from __future__ import annotations

from hotrun.core.model import events, inputs
from hotrun.core.model.inputs import Request
from tests.core.stories import app_and_web


def test_pause_holds_changes_and_resume_builds_them_at_once() -> None:
    world = app_and_web()
    world.send(Request("pause")).change("a.go", "b.go").wait(5000)
    assert world.take_commands() == []
    world.send(Request("resume"))
    assert world.take_commands() == ["spawn app"]


def test_a_version_control_operation_holds_and_gives_one_build_after_it() -> None:
    world = app_and_web()
    world.send(inputs.VcsOperationsChanged(("git checkout",))).change("a.go")
    assert isinstance(world.events[-1], events.StateChanged)
    assert (world.events[-1].state, world.events[-1].why) == ("deferred", "git checkout")
    for number in range(100):
        world.wait(50).change(f"{number}.go")
    assert world.take_commands() == []
    world.send(inputs.VcsOperationsChanged(())).wait(30)
    assert world.take_commands() == ["spawn app"]


def test_an_operation_that_waits_for_a_person_holds_ten_seconds_and_no_longer() -> None:
    world = app_and_web()
    world.send(inputs.VcsOperationsChanged(("git rebase",))).change("a.go").wait(9_999)
    assert world.take_commands() == []
    world.wait(1)
    assert world.take_commands() == ["spawn app"]
    world.does("app").ends("web", signal="SIGTERM").up("web").take_commands()
    world.wait(60_000).change("a.go")
    assert world.take_commands() == ["spawn app"], "the rebase still waits, but a save is a save"
    world.does("app").ends("web", signal="SIGTERM").up("web").take_commands()
    world.send(inputs.VcsOperationsChanged(("git rebase", "git index.lock"))).change("a.go").wait(100)
    assert world.take_commands() == []
    world.send(inputs.VcsOperationsChanged(("git rebase",)))
    assert world.take_commands() == ["spawn app"], "the lock has gone, and the rebase has had its time"


def test_a_save_without_a_change_builds_nothing_and_is_said() -> None:
    world = app_and_web()
    world.send(inputs.FilesTouched(("main.go",))).wait(1000)
    assert world.take_commands() == []
    assert world.events[-1] == events.Message("info", "main.go: saved without changes")
    count = len(world.events)
    world.send(inputs.FilesTouched(("README.md",)))
    assert len(world.events) == count, "nobody needs it, so nothing is said"


def test_a_file_rewritten_with_its_bytes_during_a_build_is_built_again() -> None:
    """The step may have read it while it was empty."""
    world = app_and_web()
    world.change("main.go").up("app")
    world.send(inputs.FilesTouched(("main.go",)))
    assert world.take_commands() == ["spawn app", "SIGTERM app"]
    world.ends("app", signal="SIGTERM").does("app")
    assert world.take_commands() == ["spawn app", "SIGTERM web"]


def test_what_comes_right_after_an_operation_has_ended_belongs_to_its_one_build() -> None:
    world = app_and_web()
    world.send(inputs.VcsOperationsChanged(("git index.lock",))).change("a1.go", "a2.go").wait(600).send(
        inputs.VcsOperationsChanged(())
    )
    assert world.take_commands() == []
    world.wait(10).change("a3.go").wait(30)
    assert world.take_commands() == ["spawn app"]


def test_a_file_that_came_and_went_while_a_build_could_read_it_is_built_again() -> None:
    world = app_and_web()
    world.change("y.go").up("app")
    world.send(inputs.FilesChanged((inputs.Change("x1.go", "added"), inputs.Change("x2.go", "added"))))
    world.wait(10).send(inputs.FilesChanged((inputs.Change("x1.go", "deleted"), inputs.Change("x2.go", "deleted"))))
    world.ends("app").wait(100)
    assert world.take_commands().count("spawn app") == 2
