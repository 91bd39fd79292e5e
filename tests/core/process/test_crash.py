"""Stories of crashes: what is reported of them, and when the process starts again."""

from __future__ import annotations

from collections.abc import Iterator

from hotrun.core.model import commands, events, inputs
from hotrun.core.model.project import Process
from tests.core.process.stories import TCP, process_errors
from tests.core.simulated_session import Parsers, World, process, project


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
