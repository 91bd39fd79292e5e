"""Stories of bursts: when changes are one build, and how long a build waits for them."""

from __future__ import annotations

from hotrun.core.model import inputs
from tests.core.simulated_session import World, project, step
from tests.core.stories import app_and_web


def test_a_burst_of_files_is_one_build_after_it_is_quiet() -> None:
    world = app_and_web()
    world.change("a.go", "b.go")
    for number in range(20):
        world.wait(10).change(f"c{number}.go")
    assert world.take_commands() == []
    world.wait(29)
    assert world.take_commands() == []
    world.wait(1)
    assert world.take_commands() == ["spawn app"]


def test_a_burst_that_goes_on_while_its_first_file_is_built_is_one_restart() -> None:
    world = app_and_web()
    world.change("a.go").wait(5).change("b.go", "c.go").does("app")
    assert world.take_commands() == ["spawn app"], "green, but the burst is not over"
    world.wait(30)
    assert world.take_commands() == ["spawn app"]
    world.does("app")
    assert world.take_commands() == ["SIGTERM web"]


def test_a_stream_of_changes_does_not_hold_the_work_for_ever() -> None:
    world = app_and_web()
    world.change("a.go", "b.go")
    for _ in range(49):
        world.wait(10).change("a.go")
    assert world.take_commands() == []
    world.wait(10)
    assert world.take_commands() == ["spawn app"]


def test_debounce_waits_as_long_as_the_configuration_says() -> None:
    world = World(project(step("app"), debounce_ms=200))
    world.begin().does("app").take_commands()
    world.change("a").wait(199)
    assert world.take_commands() == []
    world.wait(1)
    assert world.take_commands() == ["spawn app"]


def test_a_file_that_came_and_went_within_a_burst_is_no_change() -> None:
    world = World(project(step("app"), debounce_ms=50))
    world.begin().does("app").take_commands()
    world.send(inputs.FilesChanged((inputs.Change("x", "added"),)))
    world.send(inputs.FilesChanged((inputs.Change("x", "deleted"),))).wait(1000)
    assert world.take_commands() == []
