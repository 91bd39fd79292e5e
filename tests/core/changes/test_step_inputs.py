"""Stories of steps whose files a tool lists: what counts, what waiting for the inputs, and that nothing is lost."""

from __future__ import annotations

import msgspec

from hotrun.core.model import commands, events, inputs
from hotrun.core.model.inputs import Change
from tests.core.simulated_session import World, process, project, step

GO = project(step("app", inputs=("go:./cmd/app",), outputs=("tmp/app",)))
C = project(step("app", inputs=("depfile:build/*.d",), outputs=("build/",)))
BOTH = project(step("app", inputs=("go:.",), paths=("*.tmpl",)))


def started(what: object = GO, *files: str) -> World:
    """A world in which the first build is green and these files are listed."""
    world = World(what).begin()  # type: ignore[arg-type]
    if what is C:
        world.lists("app", error="no dependency file is there")
    world.does("app").lists("app", *(files or ("cmd/app/main.go", "store/s.go", "go.mod")))
    world.send(inputs.WatchStarted(1, 1, 0, "inotify", 1)).settles()
    world.commands.clear()
    return world


def builds(world: World) -> int:
    return len(world.told(events.BuildStarted))


def runs(world: World) -> int:
    return len(world.told(events.StepStarted))


def asked(world: World) -> list[tuple[str, ...] | None]:
    """What has been asked for since the story looked last, by what had changed."""
    found = [command.changed for command in world.commands if isinstance(command, commands.ListInputs)]
    world.commands.clear()
    return found


def added(world: World, *paths: str) -> World:
    return world.send(inputs.FilesChanged(tuple(Change(path, "added") for path in paths)))


def deleted(world: World, *paths: str) -> World:
    return world.send(inputs.FilesChanged(tuple(Change(path, "deleted") for path in paths)))


# --- what counts -----------------------------------------------------------------------------------------------


def test_the_first_step_is_started_before_its_files_are_asked_for() -> None:
    world = World(GO).begin()
    kinds = [type(command) for command in world.commands]
    assert kinds.index(commands.Spawn) < kinds.index(commands.ListInputs)


def test_once_lists_nothing_since_nothing_is_watched() -> None:
    assert not any(isinstance(c, commands.ListInputs) for c in World(GO, once=True).begin().does("app").all_commands)


def test_an_edit_of_a_listed_file_is_built_without_waiting_for_a_list() -> None:
    world = started().change("store/s.go")
    assert builds(world) == 2
    assert asked(world) == [("store/s.go",)]


def test_a_source_that_no_target_uses_builds_nothing() -> None:
    world = started().change("other/o.go").lists("app", "cmd/app/main.go", "store/s.go", "go.mod").wait(5000)
    assert builds(world) == 1


def test_other_files_build_nothing_and_ask_nothing() -> None:
    world = started().change("README.md", "store/s_test.go").wait(5000)
    assert (builds(world), asked(world)) == (1, [])


def test_paths_come_on_top_of_what_is_listed() -> None:
    world = started(BOTH, "main.go").change("a.tmpl")
    assert builds(world) == 2
    assert builds(world.does("app").change("main.go")) == 3


def test_a_listed_file_that_is_an_output_of_a_step_never_triggers_but_is_listed_anew() -> None:
    shop = project(step("gen", paths=("*.proto",), outputs=("gen/",)), step("app", inputs=("go:.",), needs=("gen",)))
    world = World(shop).begin().does("gen").does("app").lists("app", "main.go", "gen/a.go")
    world.commands.clear()
    assert asked(world.change("gen/a.go")) == [("gen/a.go",)]
    assert builds(world.lists("app", "main.go", "gen/a.go", "lib/l.go").wait(1000)) == 1


# --- what waits for a list -------------------------------------------------------------------------------------


def test_a_file_that_is_added_to_a_package_is_built_when_it_is_listed() -> None:
    world = added(started(), "store/new.go")
    assert (builds(world.wait(100)), asked(world)) == (1, [("store/new.go",)])
    assert builds(world.lists("app", "cmd/app/main.go", "store/s.go", "store/new.go")) == 2


def test_a_file_that_is_taken_out_of_a_package_is_built_at_once() -> None:
    world = deleted(started(), "store/s.go")
    assert (builds(world), asked(world)) == (2, [("store/s.go",)])


def test_a_file_that_was_listed_when_it_went_counts_though_the_list_comes_before_the_burst_is_over() -> None:
    world = started().send(inputs.VcsOperationsChanged(("git rebase",)))
    deleted(world, "store/s.go").lists("app", "cmd/app/main.go", "go.mod")
    assert builds(world) == 1
    assert builds(world.send(inputs.VcsOperationsChanged(())).wait(100)) == 2


def test_a_file_that_a_list_knows_to_be_gone_before_its_change_is_told_counts() -> None:
    world = started().change("other/o.go").lists("app", "cmd/app/main.go", "go.mod")
    assert builds(deleted(world, "store/s.go")) == 2


def test_a_file_that_goes_after_a_run_has_read_it_and_before_any_list_named_it_counts() -> None:
    world = started().change("cmd/app/main.go").does("app")
    assert builds(deleted(world, "util/u.go")) == 3
    world = started().change("cmd/app/main.go").does("app").lists("app", "cmd/app/main.go", "util/v.go")
    assert builds(deleted(world, "util/u.go")) == 3, "the list was ahead of the watcher"


def test_a_file_that_is_used_no_more_builds_nothing_when_all_is_settled() -> None:
    world = started().change("cmd/app/main.go").does("app").lists("app", "cmd/app/main.go", "go.mod").settles()
    assert builds(world.change("store/s.go").lists("app", "cmd/app/main.go", "go.mod").wait(1000)) == 2


def test_an_edit_of_a_package_between_the_import_of_it_and_the_list_is_built() -> None:
    world = started().change("cmd/app/main.go").up("app").wait(20).change("util/u.go")
    assert builds(world) == 2
    world.lists("app", "cmd/app/main.go", "util/u.go").wait(0)  # the list was asked for before the second change
    assert world.stopping(), "the build in progress may have read the old util/u.go"
    world.ends("app", signal="SIGTERM").wait(100)
    assert builds(world) == 3


def test_a_run_covers_what_was_in_doubt_before_its_start() -> None:
    world = started().change("util/u.go").change("cmd/app/main.go").up("app")
    world.lists("app", "cmd/app/main.go", "util/u.go").lists("app", "cmd/app/main.go", "util/u.go").wait(1000)
    assert not world.stopping()
    assert builds(world.ends("app").wait(1000)) == 2


def test_an_embedded_file_of_a_newly_imported_package_that_changes_before_the_list_is_built() -> None:
    world = started().change("cmd/app/main.go").does("app").wait(20).change("web/page.html").wait(500)
    assert builds(world) == 2
    assert builds(world.lists("app", "cmd/app/main.go", "web/page.html", folders=("web/",))) == 3


def test_a_new_file_below_an_embedded_folder_is_listed_and_built() -> None:
    world = started().change("store/s.go").does("app").lists("app", "store/s.go", folders=("store/assets/",))
    world.commands.clear()
    assert asked(added(world, "store/assets/x.css")) == [("store/assets/x.css",)]
    assert builds(world.lists("app", "store/s.go", "store/assets/x.css")) == 3
    assert asked(added(world, "docs/x.css")) == []


def test_a_change_during_a_list_has_it_listed_again_and_stays_in_doubt_until_then() -> None:
    world = added(started(), "store/a.go")
    added(world, "store/b.go").lists("app", "store/s.go")
    assert (builds(world), asked(world)) == (1, [("store/a.go",), ("store/b.go",)])
    assert builds(world.lists("app", "store/s.go", "store/b.go")) == 2


def test_nothing_is_settled_while_a_list_is_due() -> None:
    world = started()
    before = len(world.told(events.UpToDate))
    world.change("other/o.go").settles().wait(1000)
    assert len(world.told(events.UpToDate)) == before
    world.lists("app", "store/s.go").settles()
    assert len(world.told(events.UpToDate)) == before + 1


def test_a_module_file_that_appears_or_goes_is_built() -> None:
    assert builds(added(started(), "store/go.mod")) == 2
    assert builds(deleted(started(), "go.work")) == 2
    assert builds(started().change("tools/go.mod").lists("app", "store/s.go").wait(1000)) == 1


def test_an_answer_to_an_older_question_is_dropped() -> None:
    world = started().change("other/o.go")
    stale = inputs.InputsListed(0, "app", {})
    assert builds(world.send(stale).change("store/s.go")) == 2


def test_a_configuration_with_other_inputs_lists_them() -> None:
    world = started()
    world.send(inputs.ConfigLoaded(project(step("app", inputs=("go:./cmd/other",)))))
    assert asked(world) == [None]


def test_variables_that_an_env_file_gives_to_go_are_heeded() -> None:
    part = step("app", inputs=("go:.",))
    part = msgspec.structs.replace(part, program=msgspec.structs.replace(part.program, env_files=("/p/build.env",)))
    world = started(project(part)).change("build.env")
    assert (builds(world), asked(world)) == (2, [("build.env",)])


# --- what is not known -----------------------------------------------------------------------------------------


def test_before_the_first_list_every_source_counts_and_others_are_in_doubt() -> None:
    world = World(GO).begin().does("app").change("any/x.go")
    assert builds(world) == 2
    world.does("app").change("web/page.html").wait(500)
    assert builds(world) == 2
    assert builds(world.lists("app", "web/page.html", "cmd/app/main.go").lists("app", "web/page.html")) == 3


def test_a_list_that_fails_loses_no_build_and_is_said_once() -> None:
    world = started().change("cmd/app/main.go").does("app", 1)
    world.lists("app", error="go list: broken").change("any/x.go")
    assert builds(world) == 3
    world.does("app", 1).lists("app", error="go list: broken")
    said = [event for event in world.told(events.Message) if "go list: broken" in event.text]  # type: ignore[attr-defined]
    assert len(said) == 1


def test_after_a_failure_the_end_of_a_run_asks_again() -> None:
    world = started().change("cmd/app/main.go").lists("app", error="no answer")
    world.commands.clear()
    assert asked(world.does("app")) == [None]
    world.lists("app", "cmd/app/main.go").settles()
    assert builds(world.change("any/x.go").lists("app", "cmd/app/main.go").wait(1000)) == 2


def test_what_is_in_doubt_when_a_list_fails_is_looked_at_when_one_succeeds() -> None:
    world = started().change("cmd/app/main.go").does("app").change("web/page.html")
    world.lists("app", error="no answer").wait(1000)
    assert builds(world) == 2
    world.lists("app", "cmd/app/main.go", "web/page.html")
    assert builds(world.change("store/s.go").does("app").lists("app", "web/page.html")) == 3


def test_while_lists_fail_a_new_file_below_an_embedded_folder_counts() -> None:
    world = started().change("store/s.go").does("app").lists("app", "store/s.go", folders=("store/assets/",))
    added(world, "store/assets/x.css").lists("app", error="no answer").wait(100)
    assert builds(world) == 3


def test_where_nothing_was_ever_listed_and_a_list_fails_every_file_counts() -> None:
    world = World(GO).begin().does("app").lists("app", error="go: not found")
    assert builds(world.change("README.md")) == 2


# --- what compilers write --------------------------------------------------------------------------------------


def test_a_compiler_s_list_is_read_after_each_run() -> None:
    world = started(C, "main.c", "a.h")
    assert asked(world.change("main.c")) == []
    assert asked(world.does("app")) == [None]


def test_until_a_compiler_has_written_something_every_file_counts_and_nobody_complains() -> None:
    world = World(C).begin().lists("app", error="no dependency file is there").change("notes.txt")
    assert world.stopping()
    assert not world.told(events.Message)


def test_a_compiler_that_writes_nothing_is_told_of() -> None:
    world = World(C).begin().lists("app", error="no file").does("app").lists("app", error="no file")
    assert [event.text.endswith("no file") for event in world.told(events.Message)] == [True]  # type: ignore[attr-defined]
    assert builds(world.change("notes.txt")) == 2


def test_a_header_that_changes_while_it_is_included_for_the_first_time_is_built() -> None:
    world = started(C, "main.c").change("main.c").up("app").change("p.h").wait(500)
    assert builds(world) == 2
    assert builds(world.ends("app").lists("app", "main.c", "p.h")) == 3


def test_after_a_red_run_every_file_counts_until_one_is_green() -> None:
    world = started(C, "main.c").change("main.c").does("app", 1).lists("app", "main.c").change("p.inc")
    assert builds(world) == 3
    assert builds(world.does("app").lists("app", "main.c").change("p.inc").wait(1000)) == 3


def test_a_new_file_of_a_kind_that_is_used_is_built_and_others_are_not() -> None:
    world = started(C, "main.c", "a.h")
    assert builds(added(world, "notes.md").wait(1000)) == 1
    assert builds(added(world, "include/a.h")) == 2


# --- with what else the engine does ----------------------------------------------------------------------------


def test_taking_back_an_edit_is_not_enough_where_another_list_was_made_in_between() -> None:
    world = (
        started().save("store/s.go", b"1", b"2").does("app", stamp="x").lists("app", "cmd/app/main.go", "store/s.go")
    )
    world.settles().save("cmd/app/main.go", b"uses store", b"alone").does("app", 1, stamp="x")
    world.lists("app", "cmd/app/main.go")
    world.settles().save("store/s.go", b"2", b"3").lists("app", "cmd/app/main.go")
    before = runs(world)
    world.save("cmd/app/main.go", b"alone", b"uses store")
    assert runs(world) == before + 1, "store/s.go differs from what the step was green with"


def test_what_turns_out_to_count_differs_from_what_the_step_was_green_with() -> None:
    world = World(GO).begin().send(inputs.WatchStarted(1, 1, 0, "inotify", 1)).does("app", stamp="x")
    world.save("web/page.html", b"1", b"2").lists("app", "main.go", "web/page.html").does("app", 1, stamp="x").settles()
    world.save("main.go", b"1", b"2").does("app", 1, stamp="x").lists("app", "main.go", "web/page.html")
    before = runs(world)
    world.save("main.go", b"2", b"1")
    assert runs(world) == before + 1


def test_what_was_in_doubt_is_told_apart_from_what_means_nothing() -> None:
    world = started().change("other/o.go")
    assert "waiting for the inputs" in world.engine.history_of("other/o.go")[-1].text
    world.lists("app", "store/s.go")
    assert "no step" in world.engine.history_of("other/o.go")[-1].text


def test_processes_follow_the_step_alone() -> None:
    shop = project(step("app", inputs=("go:.",)), process("web", needs=("app",), paths=()))
    world = World(shop).begin().does("app").lists("app", "main.go").up("web").change("main.go").does("app")
    assert len(world.told(events.ProcessStarting)) == 1
    assert world.told(events.ProcessStopping)
