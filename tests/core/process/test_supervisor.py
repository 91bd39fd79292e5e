"""Stories of processes: readiness, overlap, reload, crashes, taken ports, and who gets the keys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hotrun.core.model import commands, events, inputs
from hotrun.core.model.inputs import PortOwner, Request
from hotrun.core.model.project import Process, Program, Ready, Reload
from tests.core.simulated_session import ROOT, Parsers, World, process, project, step

TCP = Ready("tcp", "127.0.0.1:8000")


def app_and_web(**fields: object) -> World:
    """A step `app`, and a process `web` behind it that is ready by TCP, all green and up."""
    fields = {"ready": TCP, **fields}
    world = World(project(step("app", paths=("*.go",)), process("web", needs=("app",), paths=(), **fields)))
    world.begin().does("app").up("web").ready("web", "tcp").take_commands()
    return world


def ready_events(world: World) -> list[tuple[str, str]]:
    return [(event.process, event.via) for event in world.told(events.ProcessReady)]  # type: ignore[attr-defined]


def process_errors(world: World) -> list[str]:
    """The errors of processes that a view would show now."""
    return [d.message for part in world.snapshot().diagnostics.values() for d in part if d.process is not None]


# --- readiness -----------------------------------------------------------------------------------------------------


def test_a_process_is_probed_from_its_start_until_it_answers() -> None:
    world = World(project(process("web", ready=TCP)))
    world.begin()
    assert world.take_commands() == ["spawn web"], "nothing to probe before it runs"
    world.up("web")
    assert world.take_commands() == ["probe web by tcp"]
    world.wait(80).ready("web", "tcp")
    (ready,) = world.told(events.ProcessReady)
    assert isinstance(ready, events.ProcessReady)
    assert (ready.process, ready.build, ready.via, ready.duration_ms) == ("web", 1, "tcp", 80)


def test_a_matching_line_makes_ready() -> None:
    world = World(project(process("web", ready=Ready("log", "listening on .*:8000"))))
    world.begin()
    [spawn] = [command for command in world.commands if isinstance(command, commands.Spawn)]
    assert spawn.ready_log == "listening on .*:8000"
    assert world.up("web").take_commands() == ["spawn web"], "no other probe"
    assert not ready_events(world)
    world.ready("web", "log")
    assert ready_events(world) == [("web", "log")]


def test_ready_is_said_once_for_each_run() -> None:
    world = World(project(process("web", ready=Ready("notify"))))
    world.begin().up("web")
    for _ in range(2):
        world.send(inputs.Notified(world.run("web"), ready=True))
    assert ready_events(world) == [("web", "notify")]


def test_what_listens_is_ready_and_what_stays_up_without_listening_too() -> None:
    world = World(project(process("web"), process("worker")))
    world.begin().up("web").up("worker").wait(40).ready("web", "listen").wait(1959)
    assert ready_events(world) == [("web", "listen")]
    world.wait(1)
    assert ready_events(world) == [("web", "listen"), ("worker", "up")]


def test_a_server_that_has_listened_is_given_its_time_to_do_so_again() -> None:
    world = World(project(process("web")))
    world.begin().up("web").wait(2000)
    assert ready_events(world) == [("web", "up")], "slow at its first start, and nothing is known of it"
    world.ready("web", "listen")
    assert len(ready_events(world)) == 1
    world.send(Request("restart")).ends("web").up("web").wait(20_000)
    assert len(ready_events(world)) == 1
    world.ready("web", "listen")
    assert ready_events(world)[1] == ("web", "listen")


def test_a_process_that_never_listens_is_not_looked_at_for_ever() -> None:
    world = World(project(process("worker")))
    world.begin().up("worker").wait(29_999)
    assert not [c for c in world.commands if isinstance(c, commands.StopProbe)]
    world.wait(1)
    assert [c for c in world.commands if isinstance(c, commands.StopProbe)]
    assert world.engine.deadline_ms is None


def test_needs_between_processes_wait_for_ready() -> None:
    world = World(project(process("db", ready=TCP), process("web", needs=("db",))))
    world.begin().up("db").wait(5000)
    assert world.take_commands() == ["spawn db", "probe db by tcp"]
    world.ready("db", "tcp")
    assert world.take_commands() == ["spawn web"]


def test_what_is_not_ready_in_time_is_an_error_with_its_last_lines_and_may_still_become_ready() -> None:
    world = World(project(process("web", ready=TCP)))
    world.begin().up("web").take_commands()
    world.send(inputs.OutputRead(world.run("web"), "stdout", ("loading", "still loading")))
    world.send(inputs.ProbeFailed(world.run("web"), "connection refused")).wait(30_000)
    (error,) = world.told(events.Diagnostic)
    assert isinstance(error, events.Diagnostic)
    assert error.message == "web is not ready after 30s: no answer from 127.0.0.1:8000 (connection refused)"
    assert error.detail == ("loading", "still loading")
    assert world.take_commands() == [], "it may be stopped in a debugger: it is left alone"
    assert world.engine.deadline_ms is None or world.engine.deadline_ms > world.now_ms
    world.ready("web", "tcp")
    assert ready_events(world) == [("web", "tcp")]
    assert process_errors(world) == []


def test_a_process_may_ask_for_more_time() -> None:
    world = World(project(process("web", ready=Ready("notify", timeout_ms=1000))))
    world.begin().up("web").wait(900)
    world.send(inputs.Notified(world.run("web"), extend_ms=5000, status="migrating"))
    world.wait(4999)
    assert not world.told(events.Diagnostic)
    assert [event.text for event in world.told(events.ProcessStatus)] == ["migrating"]  # type: ignore[attr-defined]
    world.wait(1)
    assert [d.message for d in world.told(events.Diagnostic)] == [  # type: ignore[attr-defined]
        "web is not ready after 1s: it did not send READY=1"
    ]


def test_a_free_port_stands_in_the_probe_for_what_the_configuration_left_open() -> None:
    world = World(
        project(Process("web", Program(("web", "--port", "{port}"), ROOT), ready=Ready("tcp", "[::1]:{port}")))
    )
    world.begin()
    (spawn,) = [c for c in world.commands if isinstance(c, commands.Spawn)]
    assert spawn.wants_port
    world.send(inputs.Spawned(world.run("web"), 7, port=4711))
    (probe,) = [c for c in world.commands if isinstance(c, commands.StartProbe)]
    assert probe.ready.target == "[::1]:4711"
    (started,) = world.told(events.ProcessStarted)
    assert isinstance(started, events.ProcessStarted)
    assert started.port == 4711


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


# --- crashes -------------------------------------------------------------------------------------------------------


def test_a_crash_is_an_error_with_how_it_ended_and_its_last_lines() -> None:
    world = World(project(process("web")))
    world.begin().up("web")
    world.send(inputs.OutputRead(world.run("web"), "stdout", ("going", "gone")))
    world.wait(1500).ends("web", signal="SIGSEGV")
    (error,) = world.told(events.Diagnostic)
    assert isinstance(error, events.Diagnostic)
    assert (error.process, error.step, error.severity) == ("web", None, "error")
    assert error.message == "web was killed by SIGSEGV after 1.5s"
    assert error.detail == ("going", "gone")
    world.change("a").up("web")
    assert process_errors(world) == [], "a new run is no failure yet"


def test_an_end_with_exit_code_0_is_no_error() -> None:
    world = World(project(process("web")))
    world.begin().up("web").ends("web", exit_code=0)
    assert not world.told(events.Diagnostic)


def test_a_trace_at_the_end_of_the_output_is_the_error_and_its_file_triggers_whatever_paths_say() -> None:
    world = World(project(process("web", paths=("app/*.c",))))
    world.begin().up("web")
    world.send(inputs.OutputRead(world.run("web"), "stdout", ("error: null pointer", "core dumped")))
    world.change("a.c")
    assert world.take_commands() == ["spawn web"], "while it runs, only its own paths count"
    world.ends("web", exit_code=139)
    (error,) = world.told(events.Diagnostic)
    assert isinstance(error, events.Diagnostic)
    assert (error.path, error.message) == ("a.c", "null pointer")
    world.change("b.c").wait(1000)
    assert world.take_commands() == []
    world.change("a.c")
    assert world.take_commands() == ["spawn web"]


def test_any_change_ends_the_pause_after_a_crash() -> None:
    world = World(project(process("web", paths=("*.py",), on_exit="restart")))
    world.begin()
    for _ in range(5):
        world.up("web").ends("web", exit_code=1).wait(8800)
    world.up("web").ends("web", exit_code=1).take_commands()
    world.wait(10).change("README")
    assert world.take_commands() == ["spawn web"]


class Unanswered(Parsers):
    """Whoever looks for traces has not answered yet."""

    def answers(self, command: commands.Command) -> Iterator[inputs.Input]:
        return iter(())


def crashed(*parts: Process) -> World:
    """A process has crashed, and nobody knows yet why."""
    world = World(project(*(parts or (process("web", paths=("app/*.c",)),))), Unanswered()).begin().up("web")
    world.send(inputs.OutputRead(world.run("web"), "stdout", ("going", "at x.c:4")))
    return world.ends("web", exit_code=1)


def why(world: World) -> list[str]:
    return [event.message for event in world.told(events.Diagnostic) if isinstance(event, events.Diagnostic)]


def test_the_crash_is_told_when_its_trace_has_been_looked_for() -> None:
    world = crashed()
    [asked] = [command for command in world.commands if isinstance(command, commands.FindTrace)]
    assert (asked.lines, asked.what) == (("going", "at x.c:4"), "web exited with code 1 after 0ms")
    assert why(world) == []
    world.send(inputs.TraceFound(asked.run, asked.what))
    assert why(world) == ["web exited with code 1 after 0ms"]
    world.send(inputs.TraceFound(asked.run, asked.what))
    assert len(why(world)) == 1, "an answer that nobody waits for"


def test_a_process_is_not_started_again_before_it_is_known_why_it_failed() -> None:
    world = crashed()
    run = world.run("web")
    world.take_commands()
    world.change("app/a.c").wait(1000)
    assert world.take_commands() == []
    world.send(inputs.TraceFound(run, "web ended"))
    assert world.take_commands() == ["spawn web"]
    kinds = [type(event) for event in world.events]
    assert kinds.index(events.Diagnostic) < kinds.index(events.ProcessStarting, kinds.index(events.ProcessExited))


def test_a_file_that_the_output_named_counts_before_the_trace_is_known() -> None:
    world = crashed()
    world.change("x.c").wait(1000)
    world.take_commands()
    world.send(inputs.TraceFound(world.run("web"), "web ended"))
    assert world.take_commands() == ["spawn web"]


def test_the_session_does_not_end_before_the_crash_is_told_unless_it_is_killed() -> None:
    world = crashed(process("web", on_exit="quit"))
    assert not world.engine.finished
    world.send(inputs.TraceFound(world.run("web"), "web ended"))
    assert why(world) == ["web ended"]
    assert world.engine.finished
    world = crashed(process("web", on_exit="quit"))
    assert world.send(inputs.Request("kill")).engine.finished


def test_a_process_that_becomes_ready_late_needs_no_trace_any_more() -> None:
    world = World(project(process("web", ready=TCP)), Unanswered()).begin().up("web").wait(30_000)
    world.ready("web", "tcp").send(inputs.TraceFound(world.run("web"), "web is not ready"))
    assert why(world) == []


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


# --- the keyboard --------------------------------------------------------------------------------------------------


def test_keys_go_to_the_process_that_was_chosen_until_ctrl_right_bracket() -> None:
    world = app_and_web()
    world.send(inputs.KeysTyped(b"lost"), Request("attach", name="web"), inputs.KeysTyped(b"n\n"))
    assert world.take_commands() == ["type b'n\\n' into web"]
    world.send(inputs.KeysTyped(b"q\x1drest"), inputs.KeysTyped(b"more"))
    assert world.take_commands() == ["type b'q' into web"]
    assert [event.process for event in world.told(events.InputAttached)] == ["web", None]  # type: ignore[attr-defined]


def test_a_restart_loses_no_key() -> None:
    world = app_and_web()
    world.send(Request("attach")).change("main.go").does("app").take_commands()
    world.send(inputs.KeysTyped(b"a"), inputs.KeysTyped(b"b"))
    assert world.take_commands() == [], "the old run is on its way out"
    world.ends("web").send(inputs.KeysTyped(b"c")).up("web")
    assert world.take_commands() == ["spawn web", "probe web by tcp", "type b'abc' into web"]


def test_what_cannot_be_typed_into_is_said() -> None:
    world = World(project(process("web", tty=False), process("db")))
    world.begin().send(Request("attach", name="web"), Request("attach", name="nobody"), Request("attach"))
    texts = [event.text for event in world.told(events.Message)]  # type: ignore[attr-defined]
    assert texts == [
        "cannot attach to web: it has no terminal (tty = false)",
        'no process named "nobody" (available: web, db)',
        "select a process before you attach (available: web, db)",
    ]
    assert not world.told(events.InputAttached)


def test_the_keyboard_comes_back_when_its_process_goes() -> None:
    world = app_and_web()
    world.send(Request("attach", name="web"), inputs.ConfigLoaded(project(step("app", paths=("*.go",)))))
    assert [event.process for event in world.told(events.InputAttached)] == ["web", None]  # type: ignore[attr-defined]


def test_a_prompt_is_told_and_the_output_has_the_line_later() -> None:
    world = app_and_web()
    world.send(inputs.Prompted(world.run("web"), "(Pdb) "))
    assert [event.text for event in world.told(events.ProcessPrompt)] == ["(Pdb) "]  # type: ignore[attr-defined]


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
