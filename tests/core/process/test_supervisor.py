"""Stories of processes: readiness, overlap, reload, crashes, taken ports, and who gets the keys."""

from __future__ import annotations

import pytest

from hotrun.core.model import commands, events, inputs
from hotrun.core.model.inputs import PortOwner, Request
from hotrun.core.model.project import Ready, Reload
from tests.core.process.stories import TCP, app_and_web, process_errors
from tests.core.simulated_session import World, process, project, step

# --- overlap -------------------------------------------------------------------------------------------------------


def test_with_overlap_the_old_run_serves_until_the_new_one_is_ready() -> None:
    world = app_and_web(overlap=True)
    world.change("main.go").does("app")
    assert world.take_commands() == ["spawn app", "spawn web"]
    world.up("web").wait(500)
    assert world.take_commands() == ["probe web by tcp"]
    world.ready("web", "tcp")
    assert world.take_commands() == ["SIGTERM web"]
    first, second = sorted(run for run, name in world.names.items() if name == "web")
    assert [c.run for c in world.all_commands if isinstance(c, commands.Signal)] == [first]
    world.send(inputs.Exited(first, 0), inputs.Emptied(first))
    view = world.snapshot().processes["web"]
    assert (view.run, view.build, view.state, view.stale) == (second, 2, "ready", False)


def test_a_successor_that_crashes_leaves_the_old_run_and_it_is_said_to_be_stale() -> None:
    world = app_and_web(overlap=True)
    world.change("main.go").does("app").take_commands()
    world.up("web").ends("web", exit_code=1)
    assert world.take_commands() == ["probe web by tcp"], "nothing is stopped or started"
    (stale,) = world.told(events.ProcessStale)
    assert isinstance(stale, events.ProcessStale)
    assert (stale.process, stale.build) == ("web", 1)
    view = world.snapshot().processes["web"]
    assert (view.state, view.stale, view.build) == ("ready", True, 1)
    assert process_errors(world) == ["web exited with code 1 after 0ms"]
    world.change("main.go").does("app").up("web").ready("web", "tcp")
    assert world.take_commands() == ["spawn app", "spawn web", "probe web by tcp", "SIGTERM web"]


def test_a_successor_that_is_not_ready_in_time_is_stopped_and_the_old_run_stays() -> None:
    world = app_and_web(overlap=True)
    world.change("main.go").does("app").up("web").take_commands()
    world.wait(30_000)
    assert world.take_commands() == ["SIGTERM web"]
    assert world.stopping() == {world.run("web")}
    world.ends("web", signal="SIGTERM")
    assert [event.build for event in world.told(events.ProcessStale)] == [1]  # type: ignore[attr-defined]
    assert world.snapshot().processes["web"].stale


def test_a_newer_build_replaces_a_successor_that_is_not_ready_yet() -> None:
    world = app_and_web(overlap=True)
    world.change("main.go").does("app").up("web").take_commands()
    world.change("main.go").does("app")
    assert world.take_commands() == ["spawn app", "SIGTERM web"]
    assert world.stopping() == {world.run("web")}
    world.ends("web", signal="SIGTERM")
    assert world.take_commands() == ["spawn web"]
    assert not world.told(events.ProcessStale)


def test_the_successor_takes_over_when_the_old_run_ends_by_itself() -> None:
    world = app_and_web(overlap=True)
    first = world.run("web")
    world.change("main.go").does("app").up("web").take_commands()
    world.send(inputs.Exited(first, 1), inputs.Emptied(first))
    assert world.take_commands() == []
    world.ready("web", "tcp")
    assert world.take_commands() == [], "there is nobody left to stop"
    assert world.snapshot().processes["web"].run == world.run("web")


def test_there_are_never_three_runs() -> None:
    world = app_and_web(overlap=True)
    first = world.run("web")
    world.change("main.go").does("app").up("web").ready("web", "tcp").take_commands()
    world.change("main.go").does("app")
    assert world.take_commands() == ["spawn app"], "the first run is still on its way out"
    world.send(inputs.Exited(first, 0), inputs.Emptied(first))
    assert world.take_commands() == ["spawn web"]


def test_what_does_not_serve_yet_is_restarted_without_overlap() -> None:
    world = World(project(process("web", ready=TCP, overlap=True)))
    world.begin().up("web").take_commands()
    world.change("main.py")
    assert world.take_commands() == ["SIGTERM web"]


def test_settled_is_not_said_while_the_old_run_still_serves() -> None:
    world = app_and_web(overlap=True)
    world.send(inputs.WatchStarted(1, 1, 0, "test", 0), inputs.Rescanned(0))
    world.change("main.go").does("app").up("web").wait(1000)
    assert len(world.told(events.UpToDate)) == 1
    world.ready("web", "tcp")
    first = min(run for run, name in world.names.items() if name == "web")
    world.send(inputs.Exited(first, 0), inputs.Emptied(first), inputs.Rescanned(0))
    assert [event.build for event in world.told(events.UpToDate)] == [1, 2]  # type: ignore[attr-defined]


def test_quit_stops_both_runs() -> None:
    world = app_and_web(overlap=True)
    world.change("main.go").does("app").up("web").take_commands()
    world.send(Request("stop"))
    assert world.take_commands() == ["SIGTERM web", "SIGTERM web"]


# --- reload --------------------------------------------------------------------------------------------------------


def test_reload_signals_the_process_alone_and_does_not_restart_it() -> None:
    world = app_and_web(reload=Reload(("templates/",)))
    world.change("templates/a.html")
    (signal,) = [c for c in world.commands if isinstance(c, commands.Signal)]
    assert (signal.signal, signal.alone) == ("SIGHUP", True)
    assert world.take_commands() == ["SIGHUP web"]
    assert [event.process for event in world.told(events.ProcessReloaded)] == ["web"]  # type: ignore[attr-defined]
    assert world.statuses() == ["passed", "passed"], "an edit as any other, with a number"


def test_a_process_that_is_not_ready_is_signaled_when_it_is() -> None:
    world = World(project(process("web", ready=TCP, reload=Reload(("*.html",), "SIGUSR1"))))
    world.begin().up("web").take_commands()
    world.change("a.html")
    assert world.take_commands() == []
    world.ready("web", "tcp")
    assert world.take_commands() == ["SIGUSR1 web"]


def test_a_restart_makes_a_reload_needless() -> None:
    world = World(project(process("web", paths=("*.py",), ready=TCP, reload=Reload(("*.html",)))))
    world.begin().up("web").ready("web", "tcp").take_commands()
    world.change("a.html", "a.py").wait(30)
    assert world.take_commands() == ["SIGTERM web"]
    world.ends("web").up("web").ready("web", "tcp")
    assert world.take_commands() == ["spawn web", "probe web by tcp"]


def test_a_process_that_is_down_is_started_by_a_change_that_it_would_take_by_itself() -> None:
    world = World(project(process("web", paths=("*.py",), ready=TCP, reload=Reload(("*.html",)))))
    world.begin().up("web").ends("web", exit_code=1).take_commands()
    world.change("a.html")
    assert world.take_commands() == ["spawn web"]


# --- ports ---------------------------------------------------------------------------------------------------------


def test_who_holds_the_port_is_asked_for_and_said() -> None:
    world = World(project(process("web")))
    world.begin().up("web").take_commands()
    run = world.run("web")
    world.send(inputs.OutputRead(run, "stdout", ("listen tcp 127.0.0.1:8000: bind: address already in use",)))
    world.ends("web", exit_code=1)
    assert world.take_commands() == ["who holds 8000"]
    world.send(inputs.PortOwnersFound(run, (PortOwner(8000, 4711, "me", "python3 -m http.server 8000"),)))
    assert process_errors(world) == [
        "web exited with code 1 after 0ms",
        "port 8000 is in use by pid 4711 of me: python3 -m http.server 8000 (not started by this hotrun)",
    ]


@pytest.mark.parametrize(
    ("holder", "text"),
    [
        (PortOwner(80), "a program of another user"),
        (PortOwner(80, 7, "me", "app", "web"), "pid 7 of me: app (started by hotrun as web)"),
    ],
)
def test_a_holder_is_described_by_what_is_known_of_it(holder: PortOwner, text: str) -> None:
    world = World(project(process("web", ready=Ready("tcp", "127.0.0.1:80"))))
    world.begin().up("web").send(inputs.OutputRead(world.run("web"), "stdout", ("Error: EADDRINUSE",))).ends("web", 1)
    world.send(inputs.PortOwnersFound(world.run("web"), (holder,)))
    assert process_errors(world)[1] == f"port 80 is in use by {text}"


def test_an_answer_about_ports_that_comes_after_the_next_start_is_dropped() -> None:
    world = World(project(process("web")))
    world.begin().up("web")
    run = world.run("web")
    world.send(inputs.OutputRead(run, "stdout", (":8000: address already in use",))).ends("web", exit_code=1)
    world.change("a").send(inputs.PortOwnersFound(run, (PortOwner(8000, 1, "me", "x"),)))
    assert process_errors(world) == []


# --- held sockets --------------------------------------------------------------------------------------------------


def test_sockets_are_held_from_the_beginning_and_through_restarts_and_reloads() -> None:
    web = process("web", needs=("app",), listen=("127.0.0.1:8000", "[::1]:8000"))
    world = World(project(step("app"), web))
    world.begin()
    assert world.take_commands() == ["hold 127.0.0.1:8000, [::1]:8000", "spawn app"]
    world.does("app").up("web").send(inputs.ConfigLoaded(project(step("app"), web, process("other"))))
    assert "hold" not in " ".join(world.take_commands())
    world.send(inputs.ConfigLoaded(project(step("app"))))
    assert "hold nothing" in world.take_commands()


# --- reload by steps -----------------------------------------------------------------------------------------------


def taker(**fields: object) -> World:
    """A step `app` that restarts `web`, and a step `views`, behind both, whose outputs `web` takes by itself."""
    parts = (
        step("app", paths=("*.go",)),
        step("views", paths=("*.html",), needs=("app",)),
        process("web", needs=("app",), paths=(), ready=TCP, reload=Reload((), "SIGUSR1", ("views",)), **fields),
    )
    world = World(project(*parts)).begin()
    world.ends("app", content="a1").ends("views", content="v1").up("web").ready("web", "tcp").take_commands()
    return world


def test_a_process_starts_only_when_the_steps_are_green_whose_outputs_it_takes_by_itself() -> None:
    world = World(project(step("views"), process("web", paths=(), reload=Reload((), "SIGUSR1", ("views",))))).begin()
    assert world.take_commands() == ["spawn views"]
    world.does("views")
    assert world.take_commands() == ["spawn web"]


def test_what_it_takes_by_itself_is_told_by_a_signal_once_and_the_run_goes_on() -> None:
    world = taker()
    for content in ("v2", "v3"):
        world.change("a.html").ends("views", content=content)
        assert world.take_commands() == ["spawn views", "SIGUSR1 web"]
    world.change("a.html").ends("views", content="v3")
    assert world.take_commands() == ["spawn views"], "it has that already"
    assert len(world.told(events.ProcessStarted)) == 1


def test_where_what_it_needs_changes_as_well_it_is_restarted_and_not_told() -> None:
    world = taker()
    world.change("main.go").ends("app", content="a2").ends("views", content="v2")
    assert world.take_commands() == ["spawn app", "spawn views", "SIGTERM web"]
    world.ends("web").up("web").ready("web", "tcp")
    assert world.take_commands() == ["spawn web", "probe web by tcp"]
    world.change("a.html").ends("views", content="v3")
    assert world.take_commands() == ["spawn views", "SIGUSR1 web"]


def test_a_red_step_tells_nothing_and_what_it_makes_when_it_is_green_again_is_told() -> None:
    world = taker()
    world.change("a.html").ends("views", exit_code=1)
    assert world.take_commands() == ["spawn views"]
    assert [event.process for event in world.told(events.ProcessStale)] == ["web"]  # type: ignore[attr-defined]
    world.change("a.html").ends("views", content="v2")
    assert world.take_commands() == ["spawn views", "SIGUSR1 web"]


def test_a_run_that_is_not_ready_is_told_when_it_is() -> None:
    world = taker()
    world.change("main.go").ends("app", content="a2").ends("views", content="v2").ends("web").up("web").take_commands()
    world.change("a.html").ends("views", content="v3")
    assert world.take_commands() == ["spawn views"]
    world.ready("web", "tcp")
    assert world.take_commands() == ["SIGUSR1 web"]
