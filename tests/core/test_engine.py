"""Stories of the engine: what happens, and what it does about it."""

from __future__ import annotations

import msgspec

from hotrun.core.model import events, inputs
from hotrun.core.model.finding import Finding
from hotrun.core.model.inputs import Request
from hotrun.core.model.project import Ui
from tests.core.simulated_session import World, process, project, step
from tests.core.stories import app_and_web


def test_the_first_build_runs_every_step_in_order_and_then_starts_the_processes() -> None:
    world = World(
        project(step("test", needs=("app",)), step("app"), process("web", needs=("app", "db")), process("db", paths=()))
    )
    world.begin()
    assert world.take_commands() == ["spawn app", "spawn db"]
    world.up("db").ready("db").does("app")
    assert world.take_commands() == ["spawn test", "spawn web"]
    world.up("web").does("test")
    assert world.statuses() == ["passed"]
    first = [type(event) for event in world.events[:4]]
    assert first == [events.SessionStarted, events.ChangesDetected, events.BuildStarted, events.StepStarted]


def test_a_saved_file_builds_at_once_and_restarts_when_green() -> None:
    world = app_and_web()
    world.change("main.go")
    assert world.take_commands() == ["spawn app"]
    world.does("app")
    assert world.take_commands() == ["SIGTERM web"], "the old process serves until the build is green"
    world.ends("web", signal="SIGTERM")
    assert world.take_commands() == ["spawn web"]
    assert world.statuses() == ["passed", "passed"]


def test_a_file_that_nothing_needs_does_nothing() -> None:
    world = app_and_web()
    world.change("README.md").wait(1000)
    assert world.take_commands() == []
    assert world.statuses() == ["passed"]


def test_an_output_of_a_step_never_triggers() -> None:
    world = World(project(step("app", outputs=("tmp/",)), process("web", needs=("app",), paths=())))
    world.begin().does("app").up("web").take_commands()
    world.change("tmp/app").wait(1000)
    assert world.take_commands() == []


def test_a_failed_build_keeps_the_old_process_serving_and_says_that_it_is_stale() -> None:
    world = app_and_web()
    world.change("main.go").does("app", exit_code=1)
    assert world.take_commands() == ["spawn app"]
    assert world.statuses() == ["passed", "failed"]
    (stale,) = world.told(events.ProcessStale)
    assert isinstance(stale, events.ProcessStale)
    assert (stale.process, stale.build) == ("web", 1)


def test_a_failed_build_stops_the_process_where_it_is_asked_to() -> None:
    world = app_and_web(on_failed_build="stop")
    world.change("main.go").does("app", exit_code=1)
    assert world.take_commands() == ["spawn app", "SIGTERM web"]
    world.ends("web", signal="SIGTERM")
    world.change("main.go").does("app")
    assert world.take_commands() == ["spawn app", "spawn web"]


def test_the_first_build_fails_and_the_process_starts_when_it_is_repaired() -> None:
    world = World(project(step("app"), process("web", needs=("app",))))
    world.begin().does("app", exit_code=2)
    assert world.take_commands() == ["spawn app"]
    world.change("main.go").does("app")
    assert world.take_commands() == ["spawn app", "spawn web"]


def test_a_change_during_a_build_cancels_it_and_starts_again() -> None:
    world = app_and_web()
    world.change("main.go").up("app")
    world.wait(100).change("main.go")
    assert world.take_commands() == ["spawn app", "SIGTERM app"]
    world.ends("app", signal="SIGTERM")
    assert world.take_commands() == ["spawn app"], "the next build begins when the old one is gone, not before"
    world.does("app")
    assert world.take_commands() == ["SIGTERM web"], "one restart, of the last edit"
    assert world.statuses() == ["passed", "canceled", "passed"]


def test_a_step_that_ignores_the_signal_is_killed_after_its_grace() -> None:
    world = app_and_web()
    world.change("main.go").up("app").wait(100).change("main.go").take_commands()
    world.wait(1999)
    assert world.take_commands() == []
    world.wait(1)
    assert world.take_commands() == ["kill app"]


def test_a_truncated_file_never_leaves_its_half_as_the_last_build() -> None:
    """An editor truncates, then writes: the early start sees the empty file, the write cancels it."""
    world = app_and_web()
    world.change("main.go").up("app")
    world.wait(3).change("main.go").ends("app", signal="SIGTERM").does("app")
    assert world.statuses() == ["passed", "canceled", "passed"]
    world.change("main.go").up("app").ends("app")
    world.wait(1).change("main.go")
    assert world.take_commands()[-1] == "spawn app", "also where the first build was quicker than the write"


def test_on_busy_finish_lets_a_step_end_and_builds_after_it() -> None:
    world = World(project(step("app", on_busy="finish")))
    world.begin().up("app")
    world.change("a.c").wait(10)
    assert world.take_commands() == ["spawn app"]
    world.ends("app")
    assert world.take_commands() == ["spawn app"]
    world.does("app")
    assert world.statuses() == ["canceled", "passed"]


def test_only_the_touched_steps_run_and_what_needs_them() -> None:
    world = World(
        project(
            step("gen", paths=("*.proto",)),
            step("app", paths=("*.go",), needs=("gen",)),
            step("css", paths=("*.css",)),
            process("web", needs=("app",), paths=()),
        )
    )
    world.begin().does("gen").does("css").does("app").up("web").take_commands()
    world.change("a.css").does("css")
    assert world.take_commands() == ["spawn css"]
    world.change("a.proto").does("gen").does("app")
    assert world.take_commands() == ["spawn gen", "spawn app", "SIGTERM web"]


def test_a_step_behind_a_failed_one_is_skipped_and_runs_when_it_is_repaired() -> None:
    world = World(project(step("gen"), step("app", needs=("gen",))))
    world.begin().does("gen", exit_code=1)
    finished = world.told(events.StepFinished)
    assert [(e.step, e.status) for e in finished if isinstance(e, events.StepFinished)] == [
        ("gen", "failed"),
        ("app", "skipped"),
    ]
    world.change("x").does("gen")
    assert world.take_commands() == ["spawn gen", "spawn gen", "spawn app"]


def test_a_red_step_stays_red_while_another_one_is_repaired() -> None:
    world = World(project(step("a", paths=("a",)), step("b", paths=("b",))))
    world.begin().does("a", exit_code=1).does("b", exit_code=1)
    world.change("b").does("b")
    assert world.statuses() == ["failed", "failed"]
    world.change("a").does("a")
    assert world.statuses() == ["failed", "failed", "passed"]


def test_independent_steps_run_beside_each_other_up_to_the_number_of_jobs() -> None:
    world = World(project(step("a"), step("b"), step("c")), cores=2)
    world.begin()
    assert world.take_commands() == ["spawn a", "spawn b"]
    world.does("a")
    assert world.take_commands() == ["spawn c"]


def test_a_step_that_takes_too_long_is_ended_and_named() -> None:
    world = World(project(step("app", timeout_ms=5000)))
    world.begin().up("app").wait(5000)
    assert world.take_commands() == ["spawn app", "SIGTERM app"]
    world.ends("app", signal="SIGTERM")
    assert world.statuses() == ["timeout"]
    (problem,) = _diagnostics(world)
    assert problem.message == "step app timed out after 5s"


def test_a_failed_step_without_a_known_error_still_has_one_diagnostic_with_its_last_lines() -> None:
    world = World(project(step("app")))
    lines = tuple(f"line {number}" for number in range(30))
    world.begin().up("app").send(inputs.OutputRead(world.run("app"), "stderr", lines)).ends("app", exit_code=3)
    (problem,) = _diagnostics(world)
    assert problem.message == "step app failed (exit 3)"
    assert problem.detail == lines[-20:]


def test_a_failure_is_named_by_its_kind() -> None:
    for fact, text in (
        (inputs.SpawnFailed(1, "command not found: gcx is not in PATH"), "command not found: gcx is not in PATH"),
        (inputs.Exited(1, signal="SIGSEGV"), "killed by SIGSEGV"),
        (inputs.Exited(1, exit_code=127), "command not found"),
    ):
        world = World(project(step("app"))).begin()
        if isinstance(fact, inputs.Exited):
            world.up("app").send(fact, inputs.Emptied(1))
        else:
            world.send(fact)
        (problem,) = _diagnostics(world)
        assert text in problem.message
        assert world.statuses() == ["failed"]


def test_diagnostics_come_before_the_build_result_and_know_whether_they_are_new() -> None:
    world = World(project(step("app"))).begin()
    for expected in (True, False):
        world.up("app").send(inputs.OutputRead(world.run("app"), "stderr", ("error: bad",))).ends("app", 1)
        assert _diagnostics(world)[-1].new is expected
        assert isinstance(world.events[-2], events.BuildFinished)
        world.change("a.c")
    results = [event for event in world.events if isinstance(event, events.BuildFinished)]
    assert [result.errors for result in results] == [1, 1]


def test_a_green_step_has_no_error_whatever_it_printed() -> None:
    world = World(project(step("app"))).begin().up("app")
    world.send(inputs.OutputRead(world.run("app"), "stderr", ("error: bad",))).ends("app", 0)
    (result,) = world.told(events.BuildFinished)
    assert isinstance(result, events.BuildFinished)
    assert (result.status, result.errors) == ("passed", 0)


def test_a_new_configuration_restarts_only_what_changed() -> None:
    before = (step("app", paths=("*.go",)), process("web", needs=("app",), paths=()), process("db", paths=()))
    world = World(project(*before)).begin().does("app").up("web").up("db")
    world.take_commands()
    world.send(inputs.ConfigLoaded(project(*before)))
    assert world.take_commands() == []
    world.send(inputs.ConfigLoaded(project(*before[:2], process("db", paths=(), stop_signal="SIGINT"))))
    assert world.take_commands() == ["SIGINT db"]
    world.ends("db", signal="SIGINT")
    assert world.take_commands() == ["spawn db"]
    world.up("db").send(inputs.ConfigLoaded(project(step("app", paths=("*.c",)), *before[1:2])))
    assert world.take_commands() == ["spawn app", "SIGINT db"]
    world.does("app").ends("db", signal="SIGINT")
    assert world.take_commands() == ["SIGTERM web"], "db is gone and is not started again"


def test_a_configuration_with_other_keys_is_taken_and_restarts_nothing() -> None:
    world = app_and_web()
    ui = Ui(title=False, keys={"restart": ("R",)})
    world.send(inputs.ConfigLoaded(msgspec.structs.replace(world.engine.project, ui=ui)))
    assert world.take_commands() == []
    assert world.engine.project.ui == ui


def test_a_configuration_that_changes_a_running_step_cancels_it() -> None:
    world = World(project(step("app"))).begin().up("app")
    world.send(inputs.ConfigLoaded(project(step("app", timeout_ms=9))))
    assert world.take_commands() == ["spawn app", "SIGTERM app"]
    world.ends("app", signal="SIGTERM")
    assert world.take_commands() == ["spawn app"]


def test_a_wrong_configuration_is_told_and_changes_nothing() -> None:
    world = app_and_web()
    world.send(inputs.ConfigRejected(("hotrun.toml:3: nonsense",)))
    assert world.take_commands() == []
    assert isinstance(world.events[-1], events.ConfigError)
    assert world.change("a.go").take_commands() == ["spawn app"]


def test_a_new_set_of_roots_is_watched() -> None:
    world = World(project(step("app"))).begin().does("app")
    world.take_commands()
    world.send(inputs.ConfigLoaded(project(step("app"), exclude=("docs/",))))
    assert world.take_commands() == ["rewatch"]


def test_settled_is_said_when_a_walk_after_the_last_activity_found_nothing() -> None:
    world = app_and_web()
    world.send(inputs.WatchStarted(1, 1, 0, "test", 1))
    assert world.take_commands() == ["verify"]
    world.send(inputs.Rescanned(0))
    assert world.events[-1] == events.UpToDate(1)
    world.change("a.go").does("app").ends("web", signal="SIGTERM")
    assert "verify" not in world.take_commands(), "web is being restarted"
    world.up("web")
    assert world.take_commands() == ["verify"]
    world.change("b.go")
    world.send(inputs.Rescanned(0))
    assert not isinstance(world.events[-1], events.UpToDate), "the walk began before that change"
    world.does("app").ends("web", signal="SIGTERM").up("web")
    assert world.take_commands()[-1] == "verify"
    world.send(inputs.Rescanned(0))
    assert world.events[-1] == events.UpToDate(3)


def test_a_walk_looks_once_a_minute_though_nothing_happens_and_says_nothing_twice() -> None:
    world = World(project(step("app"))).begin().does("app").send(inputs.WatchStarted(1, 1, 0, "test", 1))
    world.send(inputs.Rescanned(0)).take_commands()
    world.wait(59_999)
    assert world.take_commands() == []
    world.wait(1)
    assert world.take_commands() == ["verify"]
    world.send(inputs.Rescanned(0))
    assert len(world.told(events.UpToDate)) == 1


def test_a_request_builds_though_nothing_changed_and_restart_restarts_without_a_build() -> None:
    world = app_and_web()
    world.send(Request("restart", name="web"))
    assert world.take_commands() == ["SIGTERM web"]
    world.ends("web", signal="SIGTERM").up("web").take_commands()
    world.send(Request("build"))
    assert world.take_commands() == ["spawn app"]


def test_an_answer_of_a_run_that_is_over_is_dropped() -> None:
    world = app_and_web()
    old = world.run("web")
    world.change("a.go").does("app").ends("web", signal="SIGTERM").up("web").take_commands()
    count = len(world.events)
    world.send(inputs.Exited(old, 0), inputs.Emptied(old), inputs.OutputRead(old, "stdout", ("late",)))
    assert world.take_commands() == []
    assert len(world.events) == count


def test_a_change_for_a_process_alone_waits_for_the_build_and_does_not_cancel_it() -> None:
    world = World(project(step("app", paths=("*.go",)), process("web", needs=("app",), paths=("*.html",))))
    world.begin().does("app").up("web").change("a.go").up("app").change("x.html").wait(1000)
    world.take_commands()
    world.ends("app")
    assert world.take_commands() == ["SIGTERM web"]
    assert world.statuses() == ["passed", "passed", "passed"]


def _diagnostics(world: World) -> list[events.Diagnostic]:
    return [event for event in world.events if isinstance(event, events.Diagnostic)]


def test_what_is_found_in_a_run_that_is_over_is_nothing_any_more() -> None:
    world = World(project(step("app"))).begin().does("app", 1)
    found = Finding("error", "late", "gcc")
    world.send(inputs.DiagnosticsFound(world.run("app"), (found,)), inputs.DiagnosticsFound(99, (found,)))
    assert "late" not in [d.message for d in _diagnostics(world)]
