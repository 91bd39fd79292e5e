"""Stories of readiness: what makes a process ready, what keeps it from that, and who waits for it."""

from __future__ import annotations

from hotrun.core.model import commands, events, inputs
from hotrun.core.model.inputs import Request
from hotrun.core.model.project import Process, Program, Ready
from tests.core.process.stories import TCP, process_errors
from tests.core.simulated_session import ROOT, World, process, project


def ready_events(world: World) -> list[tuple[str, str]]:
    return [(event.process, event.via) for event in world.told(events.ProcessReady)]  # type: ignore[attr-defined]


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
