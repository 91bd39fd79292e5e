"""Stories of watch.auto = false, where changes wait until somebody asks for a build, and of --postpone."""

from __future__ import annotations

from hotrun.core.model import commands, events, inputs
from hotrun.core.model.inputs import Request
from tests.core.simulated_session import World, process, project, step

BUILD = Request("build")


def manual(**watch: object) -> World:
    """Steps `app` and `css` and the process `web` behind `app`; all is built, up and settled."""
    world = World(
        project(
            step("app", paths=("*.go",), outputs=("tmp/app",)),
            step("css", paths=("*.css",)),
            process("web", needs=("app",), paths=("*.html",)),
            auto=False,
            **watch,
        )
    )
    world.send(inputs.WatchStarted(1, 1, 0, "test", 0)).begin()
    world.does("app", stamp="1").does("css").up("web").ready("web").settles().take_commands()
    return world


def state(world: World) -> tuple[str, str, int]:
    found = world.told(events.StateChanged)[-1]
    assert isinstance(found, events.StateChanged)
    return found.state, found.why, found.pending


def changed(world: World) -> list[tuple[str, list[str]]]:
    """Why each build was made: the reason, and the paths."""
    found = [event for event in world.events if isinstance(event, events.ChangesDetected)]
    return [(event.reason, [path.path for path in event.paths]) for event in found]


def test_changes_are_collected_and_shown_and_nothing_is_built() -> None:
    world = manual()
    world.change("a.go").wait(10_000)
    assert state(world) == ("watching", "1 pending change", 1)
    world.change("b.go", "c.css").change("a.go").wait(10_000)
    assert state(world) == ("watching", "3 pending changes", 3)
    assert world.take_commands() == []
    assert world.snapshot().pending == 3


def test_a_request_builds_exactly_what_the_pending_changes_touch_and_lists_them() -> None:
    world = manual().change("b.css").wait(500).change("a.css").wait(500).send(BUILD)
    assert world.take_commands() == ["spawn css"]
    assert changed(world)[-1] == ("request", ["a.css", "b.css"])
    (*_, record) = (command for command in world.all_commands if isinstance(command, commands.RecordChanges))
    assert record.paths == ("a.css", "b.css")
    world.does("css")
    assert state(world) == ("watching", "", 0)
    assert world.statuses() == ["passed", "passed"]
    world.settles()
    assert world.events[-1] == events.UpToDate(2)


def test_a_request_without_pending_changes_builds_everything() -> None:
    world = manual().send(BUILD)
    assert world.take_commands() == ["spawn app", "spawn css"]
    assert changed(world)[-1] == ("request", [])


def test_what_means_nothing_to_anybody_is_not_pending_and_does_not_stay() -> None:
    world = manual().change("README").wait(1000)
    assert state(world)[2] == 0
    assert "verify" in world.take_commands(), "all is still known to be built"
    world.change("LICENSE", "a.css").wait(1000)
    assert state(world)[2] == 1
    world.send(BUILD).wait(30)
    assert world.take_commands() == ["spawn css"]


def test_a_request_builds_what_is_pending_and_the_step_that_it_names() -> None:
    world = manual().change("a.css").wait(100).send(Request("build", name="app"))
    assert world.take_commands() == ["spawn app", "spawn css"]


def test_a_process_is_restarted_and_a_reload_sent_when_hotrun_is_told_to_and_not_before() -> None:
    world = manual().change("x.html").wait(10_000)
    assert world.take_commands() == []
    world.send(BUILD)
    assert world.take_commands() == ["SIGTERM web"]
    assert world.statuses() == ["passed", "passed"]


def test_a_change_during_a_build_does_not_cancel_it_and_is_pending_after_it() -> None:
    world = manual().change("a.go").send(BUILD).up("app").wait(100).change("a.go").wait(100)
    assert world.take_commands() == ["spawn app"]
    assert state(world) == ("building", "build 2", 1)
    world.ends("app").ends("web", signal="SIGTERM").up("web").take_commands()
    assert world.statuses() == ["passed", "passed"]
    assert state(world) == ("watching", "1 pending change", 1)
    world.send(BUILD)
    assert world.take_commands() == ["spawn app"]


def test_a_request_during_a_build_cancels_what_the_pending_changes_touch() -> None:
    world = manual().change("a.go").send(BUILD).up("app").wait(100).change("a.go").wait(100).send(BUILD)
    assert world.take_commands() == ["spawn app", "SIGTERM app"]
    world.ends("app", signal="SIGTERM").does("app")
    assert world.statuses() == ["passed", "canceled", "passed"]
    assert changed(world)[1:] == [("request", ["a.go"])] * 2


def test_a_burst_that_is_not_over_is_waited_for() -> None:
    world = manual().change("a.go", "b.go").send(BUILD)
    assert world.take_commands() == []
    world.wait(10).change("c.go").wait(29)
    assert world.take_commands() == []
    world.wait(1)
    assert world.take_commands() == ["spawn app"]
    assert changed(world)[-1][1] == ["a.go", "b.go", "c.go"]
    world.does("app").change("d.go").wait(1000)
    assert state(world)[2] == 1, "told once, built once"


def test_a_red_build_is_shown_together_with_what_is_pending() -> None:
    world = manual().change("a.css").send(BUILD).does("css", exit_code=1).change("b.css", "c.css")
    assert state(world) == ("watching", "1 error, 2 pending changes", 2)
    world.wait(100).take_commands()
    assert world.send(BUILD).take_commands() == ["spawn css"]


def test_an_edit_that_is_taken_back_while_it_is_pending_needs_no_build() -> None:
    world = manual().save("a.go", b"0", b"1").wait(100).save("a.go", b"1", b"0").wait(100).send(BUILD)
    assert [command for command in world.take_commands() if command.startswith("spawn")] == []
    assert world.told(events.Message)[-1] == events.Message("info", "a.go: same as in build #1, nothing to build")
    assert state(world) == ("watching", "", 0)


def test_pause_holds_what_is_pending_and_a_request_then_builds_all_as_it_always_does() -> None:
    world = manual().send(Request("pause")).change("a.css").wait(100).send(BUILD)
    assert world.take_commands() == ["spawn app", "spawn css"]
    world.does("app").does("css").ends("web", signal="SIGTERM").up("web").take_commands()
    world.send(Request("resume")).wait(100)
    assert world.take_commands() == []
    assert state(world)[2] == 1
    world.send(BUILD)
    assert world.take_commands() == ["spawn css"]


def test_a_configuration_that_turns_it_on_builds_what_is_pending() -> None:
    world = manual().change("a.css").wait(100)
    parts = world.engine.project.parts.values()
    world.send(inputs.ConfigLoaded(project(*parts)))
    assert world.take_commands() == ["rewatch", "spawn css"]


def test_a_changed_configuration_is_taken_over_untold() -> None:
    world = manual().change("a.css").wait(100)
    app, _, web = world.engine.project.parts.values()
    world.send(inputs.ConfigLoaded(project(app, step("css", paths=("*.css",), timeout_ms=9), web, auto=False)))
    assert world.take_commands() == ["spawn css"]


def test_a_version_control_operation_does_not_hide_what_is_pending() -> None:
    world = manual().send(inputs.VcsOperationsChanged(("git rebase",))).change("a.css").wait(100)
    assert state(world) == ("watching", "1 pending change", 1)
    world.send(BUILD)
    assert state(world) == ("deferred", "git rebase", 0)
    world.send(inputs.VcsOperationsChanged(())).wait(30)
    assert world.take_commands() == ["spawn css"]


def test_why_is_told_that_a_change_waits_and_what_came_of_it() -> None:
    world = manual().change("a.css", "README").wait(100).send(BUILD)
    told = [(found.text, found.build) for found in world.engine.history_of("a.css")]
    assert told == [("pending until a build is requested", None), ("modified: builds css", 2)]
    assert "pending" not in str([found.text for found in world.engine.history_of("README")])


def test_a_session_can_end_while_changes_are_pending() -> None:
    world = manual().change("a.css").wait(100).send(Request("stop"))
    world.ends("web", signal="SIGTERM")
    assert world.take_commands() == ["SIGTERM web", "finish 0"]


# --- postponed -----------------------------------------------------------------------------------------------------


def postponed(**watch: object) -> World:
    parts = (step("app", paths=("*.go",)), process("web", needs=("app",), paths=()), process("db", paths=("*.sql",)))
    world = World(project(*parts, **watch), postpone=True).begin()
    return world.send(inputs.WatchStarted(1, 1, 0, "test", 0)).settles()


def test_nothing_is_started_before_the_first_change_and_that_starts_everything() -> None:
    world = postponed().wait(120_000)
    assert {command for command in world.take_commands() if command != "verify"} == set()
    assert state(world) == ("watching", "waiting for the first change", 0)
    assert world.told(events.UpToDate) == [], "nothing is built yet, so it cannot cover any change"
    assert world.change("README").wait(1000).take_commands() in ([], ["verify"])
    world.change("a.go")
    assert world.take_commands() == ["spawn app", "spawn db"]
    assert changed(world) == [("files", ["a.go"])]
    world.up("db").does("app")
    assert world.take_commands() == ["spawn web"]
    world.up("web").ready("web")
    assert state(world) == ("watching", "", 0)


def test_a_change_for_one_process_starts_everything_as_well() -> None:
    world = postponed()
    world.take_commands()
    world.change("x.sql")
    assert world.take_commands() == ["spawn app", "spawn db"]


def test_whoever_asks_for_a_build_or_a_restart_or_changes_the_configuration_starts_everything() -> None:
    parts = (step("app", timeout_ms=9), process("web", needs=("app",), paths=()), process("db", paths=()))
    for fact in (
        BUILD,
        Request("build", name="app"),
        Request("restart", name="db"),
        inputs.ConfigLoaded(project(*parts)),
    ):
        world = postponed()
        world.take_commands()
        world.send(fact)
        assert world.take_commands() == ["spawn app", "spawn db"], fact


def test_a_configuration_that_changes_nothing_that_runs_starts_nothing() -> None:
    world = postponed()
    world.take_commands()
    world.send(inputs.ConfigLoaded(world.engine.project))
    assert world.take_commands() in ([], ["verify"])


def test_what_is_postponed_waits_to_be_told_where_changes_alone_start_nothing() -> None:
    world = postponed(auto=False)
    world.take_commands()
    world.change("a.go").wait(1000)
    assert world.take_commands() == []
    assert state(world) == ("watching", "1 pending change", 1)
    world.send(BUILD)
    assert world.take_commands() == ["spawn app", "spawn db"]
    assert changed(world) == [("request", ["a.go"])]


def test_a_postponed_session_ends_when_it_is_told_to() -> None:
    world = postponed()
    world.take_commands()
    assert world.send(Request("stop")).take_commands() == ["finish 0"]
