"""Stories of ends: how runs end, are stopped and killed, and how the session ends with them."""

from __future__ import annotations

from hotrun.core.model import events, inputs
from hotrun.core.model.inputs import Request
from tests.core.simulated_session import World, process, project, step
from tests.core.stories import app_and_web


def test_a_process_that_ends_by_itself_waits_for_a_change() -> None:
    world = app_and_web()
    world.ends("web", exit_code=1).wait(60_000)
    assert world.take_commands() == []
    (exited,) = world.told(events.ProcessExited)
    assert isinstance(exited, events.ProcessExited)
    assert (exited.expected, exited.exit_code) == (False, 1)
    world.change("a.go").does("app")
    assert world.take_commands() == ["spawn app", "spawn web"]


def test_a_crashing_process_is_restarted_with_a_growing_backoff_and_at_once_by_a_change() -> None:
    world = World(project(process("web", on_exit="restart")))
    world.begin().take_commands()
    for backoff in (250, 500, 1000, 2000, 4000, 8000, 8000):
        world.up("web").ends("web", exit_code=1).wait(backoff - 1)
        assert world.take_commands() == []
        world.wait(1 + backoff // 10)
        assert world.take_commands() == ["spawn web"], "after a tenth more at the latest"
    world.up("web").ends("web", exit_code=1).wait(1).change("a")
    assert world.take_commands() == ["spawn web"]
    world.up("web").wait(10_000).ends("web", exit_code=1).wait(275)
    assert world.take_commands() == ["spawn web"], "a long run resets the backoff"


def test_on_exit_quit_ends_the_session_with_the_others_stopped() -> None:
    for code, expected in ((0, "finish 0"), (3, "finish 1")):
        world = World(project(process("web", on_exit="quit"), process("db")))
        world.begin().up("web").up("db").take_commands()
        world.ends("web", exit_code=code)
        assert world.take_commands() == ["SIGTERM db"]
        world.ends("db", signal="SIGTERM")
        assert world.take_commands() == [expected]
        assert world.engine.finished


def test_what_a_program_leaves_in_its_group_is_ended_before_the_next_run() -> None:
    world = app_and_web()
    world.send(inputs.Exited(world.run("web"), exit_code=0, left=True))
    assert world.take_commands() == ["SIGTERM web"]
    world.change("a.go").does("app")
    assert world.take_commands() == ["spawn app"], "web's group is not empty yet"
    world.wait(1000)
    assert world.take_commands() == ["kill web"]
    world.send(inputs.Emptied(world.run("web")))
    assert world.take_commands() == ["spawn web"]


def test_a_process_that_ignores_its_stop_signal_is_killed_and_then_started_anew() -> None:
    world = app_and_web(stop_signal="SIGINT", stop_timeout_ms=700)
    world.change("a.go").does("app")
    assert world.take_commands() == ["spawn app", "SIGINT web"]
    world.wait(700)
    assert world.take_commands() == ["kill web"]
    world.ends("web", signal="SIGKILL")
    assert world.take_commands() == ["spawn web"]


def test_quit_stops_processes_in_reverse_of_need_and_then_finishes() -> None:
    world = World(project(process("db"), process("web", needs=("db",))))
    world.begin().up("db").ready("db").up("web").take_commands()
    world.send(Request("stop", exit_code=0, reason="SIGTERM"))
    assert world.take_commands() == ["SIGTERM web"]
    world.ends("web", signal="SIGTERM")
    assert world.take_commands() == ["SIGTERM db"]
    world.ends("db", signal="SIGTERM")
    assert world.take_commands() == ["finish 0"]
    assert world.change("a").wait(1000).take_commands() == []


def test_quit_during_a_build_cancels_it_and_the_build_is_finished_once() -> None:
    world = World(project(step("app", on_busy="finish"))).begin().up("app")
    world.send(Request("stop")).send(Request("stop"))
    assert world.take_commands() == ["spawn app", "SIGTERM app"]
    world.ends("app", signal="SIGTERM")
    assert world.take_commands() == ["finish 0"]
    assert world.statuses() == ["canceled"]


def test_kill_ends_everything_at_once() -> None:
    world = app_and_web()
    world.change("a.go").up("app").take_commands()
    world.send(Request("stop"), Request("kill", exit_code=130))
    assert world.take_commands() == ["SIGTERM app", "SIGTERM web", "kill app", "kill web"]
    world.ends("app", signal="SIGKILL").ends("web", signal="SIGKILL")
    assert world.take_commands() == ["finish 130"]


def test_a_quit_while_a_run_is_being_spawned_reaches_it_when_it_is_up() -> None:
    world = World(project(process("web"))).begin()
    world.take_commands()
    world.send(Request("stop"))
    assert world.take_commands() == []
    world.up("web")
    assert world.take_commands() == ["SIGTERM web"]


def test_once_builds_starts_nothing_and_finishes_with_the_build_result() -> None:
    for code, expected in ((0, "finish 0"), (1, "finish 1")):
        world = World(project(step("app"), process("web", needs=("app",))), once=True)
        world.begin().does("app", exit_code=code)
        assert world.take_commands() == ["spawn app", expected]
