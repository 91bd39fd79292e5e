"""Stories of edits that are taken back: what was green passed again without a build, where that is certain."""

from __future__ import annotations

import random

import pytest

from hotrun.core.model import commands, events, inputs
from hotrun.core.model.inputs import Request
from hotrun.core.model.project import Process, Project, Step
from hotrun.core.state.snapshot import Snapshot
from tests.core.simulated_session import World, process, project, step

A, B, C = b"a", b"b", b"c"
OUT = ("tmp/app",)


def green_app(*, outputs: tuple[str, ...] = OUT, stamp: str | None = "1", **fields: object) -> World:
    """A step `app` that makes tmp/app, and a process `web` behind it; all is built, runs and is settled."""
    world = World(
        project(step("app", paths=("*.go",), outputs=outputs), process("web", needs=("app",), paths=(), **fields))
    )
    world.send(inputs.WatchStarted(1, 1, 0, "test", 0))
    world.begin().does("app", stamp=stamp, said="warning: old").up("web").settles().take_commands()
    return world


def snapshot(world: World) -> Snapshot:
    found = Snapshot()
    for event in world.events:
        found.apply(event)
    return found


def said(world: World) -> list[str]:
    return [event.text for event in world.events if isinstance(event, events.Message)]


def test_a_red_edit_that_is_taken_back_is_green_again_without_a_build() -> None:
    world = green_app().save("main.go", A, B).does("app", exit_code=1, stamp="1", said="error: bad")
    assert snapshot(world).processes["web"].stale
    world.take_commands()
    world.save("main.go", B, A)
    assert world.take_commands() == []
    assert said(world) == ["main.go: same as in build #1, nothing to build"]
    found = snapshot(world)
    assert found.last_build is not None
    assert (found.last_build.build, found.last_build.status, found.last_build.steps) == (3, "passed", ())
    assert (found.last_build.errors, found.last_build.warnings) == (0, 1)
    assert [problem.message for problem in found.problems()] == ["old"], "the warning of then, not the error since"
    assert not found.processes["web"].stale
    assert world.statuses() == ["passed", "failed", "passed"]


def test_the_state_says_no_error_any_more_when_the_red_edit_is_taken_back() -> None:
    world = green_app().save("main.go", A, B).does("app", 1, stamp="1", said="error: no such thing").settles()
    assert (snapshot(world).state, world.told(events.StateChanged)[-1].why) == ("watching", "1 error")  # type: ignore[attr-defined]
    world.save("main.go", B, A)
    assert (snapshot(world).state, world.told(events.StateChanged)[-1].why) == ("watching", "")  # type: ignore[attr-defined]


def test_an_edit_that_is_taken_back_while_it_is_built_cancels_that_build_and_makes_none() -> None:
    world = green_app().save("main.go", A, B).up("app").wait(50).save("main.go", B, A)
    assert world.take_commands() == ["spawn app", "SIGTERM app"]
    world.ends("app", signal="SIGTERM", stamp="1")
    assert world.take_commands() == ["verify"]
    assert world.statuses() == ["passed", "canceled", "passed"]
    world.settles()
    assert world.events[-1] == events.UpToDate(3)


def test_a_write_that_is_looked_at_in_its_middle_is_taken_back_all_the_same() -> None:
    """Truncated, looked at, written, read: the bytes are known at the first look, and the second finds a touch."""
    world = green_app().save("main.go", A, B).up("app").wait(50).save("main.go", B, A)
    world.send(inputs.FilesTouched(("main.go",))).take_commands()
    world.ends("app", signal="SIGTERM", stamp="1")
    assert world.take_commands() == ["verify"]
    assert world.statuses() == ["passed", "canceled", "passed"]
    world.save("main.go", A, B).take_commands()
    world.does("app", 1, stamp="1").save("main.go", B, A)
    assert world.statuses() == ["passed", "canceled", "passed", "failed", "passed"], "and nothing of it is left behind"


def test_a_file_that_is_moved_aside_and_written_anew_is_back() -> None:
    world = green_app().save("main.go", A, B).does("app", 1, stamp="1")
    world.send(inputs.FilesChanged((inputs.Change("main.go", "deleted"),))).up("app").take_commands()
    world.send(inputs.FilesChanged((inputs.Change("main.go", "added", A),)))
    world.ends("app", signal="SIGTERM", stamp="1")
    assert world.take_commands() == ["SIGTERM app"]
    assert world.statuses()[-2:] == ["canceled", "passed"]


def test_what_was_touched_while_a_step_ran_is_not_vouched_for_by_that_run() -> None:
    """It may have read the file half, however green it was."""
    world = World(project(step("app", outputs=OUT, on_busy="finish"))).send(inputs.WatchStarted(1, 1, 0, "test", 0))
    world.begin().does("app", stamp="1").settles().save("main.go", A, B).up("app").take_commands()
    world.send(inputs.FilesTouched(("main.go",))).ends("app", stamp="2")
    assert world.take_commands() == ["spawn app"]


def test_what_a_run_has_written_since_is_built_again() -> None:
    for code, signal in ((1, None), (0, "SIGTERM")):
        world = green_app().save("main.go", A, B).up("app").wait(50)
        if signal is None:
            world.ends("app", code, stamp="2")
            world.take_commands()
            world.save("main.go", B, A)
        else:
            world.save("main.go", B, A).take_commands()
            world.ends("app", signal=signal, stamp="2")
        assert world.take_commands() == ["spawn app"]


@pytest.mark.parametrize("outputs", [(), ("tmp/",), ("*.o",), ("tmp/app", "gen/**"), ("app",)])
def test_where_nobody_knows_what_a_step_writes_it_is_built_again(outputs: tuple[str, ...]) -> None:
    world = green_app(outputs=outputs, stamp=None)  # as the adapter would say
    world.save("main.go", A, B)
    assert [c.outputs for c in world.commands if isinstance(c, commands.Spawn)] == [outputs]
    world.does("app", exit_code=1).take_commands()
    world.save("main.go", B, A)
    assert world.take_commands() == ["spawn app"]


def test_a_green_build_is_what_the_next_edit_is_compared_with() -> None:
    world = green_app().save("main.go", A, B).does("app", stamp="2").ends("web", signal="SIGTERM").up("web")
    world.settles().take_commands()
    world.save("main.go", B, A)
    assert world.take_commands() == ["spawn app"]


def test_every_file_must_be_back() -> None:
    world = green_app().save("a.go", A, B).does("app", 1, stamp="1").save("b.go", A, B).does("app", 1, stamp="1")
    world.take_commands()
    world.save("a.go", B, A)
    assert world.take_commands() == ["spawn app"]
    world.does("app", 1, stamp="1").take_commands()
    world.save("b.go", B, A)
    assert world.take_commands() == []
    assert world.statuses()[-1] == "passed"


def test_an_added_file_that_is_deleted_again_is_back_and_a_deleted_one_is_not() -> None:
    world = green_app().send(inputs.FilesChanged((inputs.Change("new.go", "added"),))).does("app", 1, stamp="1")
    world.take_commands()
    world.send(inputs.FilesChanged((inputs.Change("new.go", "deleted"),)))
    assert world.take_commands() == []
    world.send(inputs.FilesChanged((inputs.Change("main.go", "deleted"),))).does("app", 1, stamp="1").take_commands()
    world.send(inputs.FilesChanged((inputs.Change("main.go", "added", A),)))
    assert world.take_commands() == ["spawn app"]


def test_bytes_that_are_not_known_are_built() -> None:
    world = green_app()
    world.save("main.go", None, B).does("app", 1, stamp="1").take_commands()
    world.save("main.go", B, A)
    assert world.take_commands() == ["spawn app"]


def test_a_change_before_settled_may_have_been_read_so_putting_it_back_builds() -> None:
    world = World(project(step("app", outputs=OUT))).send(inputs.WatchStarted(1, 1, 0, "test", 0))
    world.begin().does("app", stamp="1").take_commands()
    world.save("main.go", A, B).does("app", 1, stamp="1").take_commands()
    world.save("main.go", B, A)
    assert world.take_commands() == ["spawn app"]


def test_a_request_builds_whatever_is_known() -> None:
    world = green_app().save("main.go", A, B).does("app", 1, stamp="1").send(Request("build")).does("app", 1, stamp="1")
    world.take_commands()
    world.save("main.go", B, A)
    assert world.take_commands() == ["spawn app"]


def test_where_bytes_are_not_to_tell_everything_is_built() -> None:
    world = World(project(step("app", outputs=OUT), skip_unchanged=False))
    world.send(inputs.WatchStarted(1, 1, 0, "test", 0)).begin().does("app", stamp="1").settles().take_commands()
    world.save("main.go", A, B).does("app", 1, stamp="1").take_commands()
    world.save("main.go", B, A)
    assert world.take_commands() == ["spawn app"]


def test_a_process_that_was_stopped_by_the_red_build_starts_again() -> None:
    world = green_app(on_failed_build="stop").save("main.go", A, B).does("app", 1, stamp="1")
    world.ends("web", signal="SIGTERM").take_commands()
    world.save("main.go", B, A)
    assert world.take_commands() == ["spawn web"]


def test_a_process_whose_own_file_has_changed_is_restarted() -> None:
    world = World(project(step("app", paths=("*.go",), outputs=OUT), process("web", needs=("app",), paths=("*.html",))))
    world.send(inputs.WatchStarted(1, 1, 0, "test", 0))
    world.begin().does("app", stamp="1").up("web").settles()
    world.save("main.go", A, B).does("app", 1, stamp="1").save("x.html", A, B).take_commands()
    world.save("main.go", B, A)
    assert world.take_commands() == ["SIGTERM web"]


def test_a_step_behind_one_that_was_built_anew_is_built() -> None:
    """Its own files are as they were, but not what it gets from the other one."""
    world = World(
        project(
            step("gen", paths=("*.proto",), outputs=("gen/x",)),
            step("app", paths=("*.go",), needs=("gen",), outputs=OUT),
        )
    ).send(inputs.WatchStarted(1, 1, 0, "test", 0))
    world.begin().does("gen", stamp="1").does("app", stamp="1").settles()
    world.save("main.go", A, B).does("app", 1, stamp="1")
    world.save("x.proto", A, B).does("gen", stamp="2").does("app", 1, stamp="1").settles()
    world.take_commands()
    world.save("main.go", B, A)
    assert world.take_commands() == ["spawn app"]


def test_what_was_changed_and_put_back_while_paused_is_only_said() -> None:
    world = green_app(outputs=()).send(Request("pause")).save("main.go", A, B).save("main.go", B, A)
    world.send(Request("resume")).wait(100)
    assert world.take_commands() == ["verify"]
    assert world.statuses() == ["passed"]
    assert said(world) == ["main.go: same as in build #1, nothing to build"]


# --- random histories --------------------------------------------------------------------------------------------

FILES = ("a.go", "b.go", "x.proto")


class Model:
    """Files with contents, steps that are red where they read what is bad, and outputs that say what they are made of.

    A step reads when it is started. A red or canceled run writes its output now and then, too.
    """

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.project = _project(rng)
        self.world = World(self.project, cores=rng.choice((1, 3)))
        self.files = dict.fromkeys(FILES, A)
        self.outputs: dict[str, tuple[object, int]] = {}  # what it is made of, and how often it was written
        self.reading: dict[int, object] = {}
        self.serving: dict[str, object] = {}
        self.restored = 0

    def sources(self, name: str) -> dict[str, bytes]:
        part = self.project.steps[name]
        impact_of = self.world.engine.impact_of
        return {path: bytes_ for path, bytes_ in self.files.items() if part.name in impact_of(path).steps}

    def made_of(self, name: str) -> object:
        """What a run of this step reads: its files, and the outputs of what it needs."""
        needs = self.project.parts[name].needs
        files = self.sources(name) if name in self.project.steps else {}
        return files, {need: self.outputs.get(need, (None, 0))[0] for need in needs if need in self.project.steps}

    def is_good(self, name: str) -> bool:
        return C not in self.sources(name).values()

    def save(self) -> None:
        path = self.rng.choice(FILES)
        before, self.files[path] = self.files[path], self.rng.choice((A, A, A, B, C, C))
        if before != self.files[path]:
            self.world.save(path, before, self.files[path])
            self.note_starts()

    def touch(self) -> None:
        """A file was otherwise for a moment, and whoever read it then has read neither."""
        path = self.rng.choice(FILES)
        for name, state in self.world.engine.inspect().steps.items():
            if state.run is not None and path in self.sources(name):
                self.reading[state.run.id] = ({path: b"half"}, {})
        self.world.send(inputs.FilesTouched((path,)))
        self.note_starts()

    def note_starts(self) -> None:
        for command in self.world.commands:
            if isinstance(command, commands.Spawn):
                self.reading[command.run] = self.made_of(command.name)
                self.world.send(inputs.Spawned(command.run, command.run))
                if command.kind == "run":
                    self.serving[command.name] = self.reading[command.run]
        self.world.commands.clear()

    def pass_time(self) -> None:
        self.world.wait(self.rng.choice((1, 40)))

    def end_one(self) -> None:
        found = self.world.engine.inspect()
        stopping = self.world.stopping()
        steps = [(name, step.run) for name, step in found.steps.items() if step.run is not None]
        processes = [p for p in found.processes.values() if p.run is not None and p.run.id in stopping]
        if processes and (not steps or self.rng.random() < 0.5):
            run = self.rng.choice(processes).run
            assert run is not None
            self.world.send(inputs.Exited(run.id, None, "SIGTERM"), inputs.Emptied(run.id))
        elif steps:
            name, step_run = self.rng.choice(steps)
            self._end_step(name, step_run.id, step_run.id in stopping)
        self.note_starts()

    def _end_step(self, name: str, run: int, is_stopping: bool) -> None:
        files = self.reading[run][0]  # type: ignore[index]
        good = C not in files.values() and not is_stopping
        if good or self.rng.random() < 0.3:
            count = self.outputs.get(name, (None, 0))[1] + 1
            self.outputs[name] = (self.reading[run] if good else ("half", count), count)
        plain = self.project.steps[name].outputs == (f"out/{name}",)
        stamp = str(self.outputs.get(name, (None, 0))[1]) if plain else None
        code, signal = (None, "SIGTERM") if is_stopping else (0 if good else 1, None)
        self.world.send(inputs.Exited(run, code, signal), inputs.Emptied(run, stamp))

    def settle(self) -> None:
        """Let everything end, and check that it is what a full build would give."""
        for _ in range(200):
            if self.world.engine.inspect().is_quiet:
                break
            self.end_one()
            self.world.wait(40)
            self.note_starts()
        self.world.settles()
        self.note_starts()
        self.check()

    def check(self) -> None:
        known = self.world.engine.inspect()
        for name in self.project.steps:
            closure = (name, *known.steps[name].needed_steps)
            expected = all(self.is_good(step) for step in closure)
            assert (known.steps[name].status == "passed") == expected, name
            if expected:
                assert self.outputs[name][0] == self.made_of(name), f"{name} is not made of what is there"
        found = snapshot(self.world)
        assert found.last_build is not None
        green = all(self.is_good(step) for step in self.project.steps)
        assert (found.last_build.status == "passed") == green
        assert bool([p for p in found.problems() if p.severity == "error"]) != green
        for name in self.project.processes:
            if all(known.steps[step].status == "passed" for step in known.processes[name].needed_steps):
                assert self.serving[name] == self.made_of(name), f"{name} runs something else"
                assert not found.processes[name].stale
        assert isinstance(self.world.told(events.UpToDate)[-1], events.UpToDate)
        self.restored = len(self.world.told(events.StepCached))


def _project(rng: random.Random) -> Project:
    parts: list[Step | Process] = []
    for number in range(rng.choice((1, 2, 3))):
        name = f"s{number}"
        needs = tuple(part.name for part in parts if rng.random() < 0.5)
        paths = rng.choice((None, ("*.go",), ("*.proto",), ("a.go", "*.proto")))
        outputs = rng.choice(((f"out/{name}",), (f"out/{name}",), (), ("out/",)))
        parts.append(step(name, paths=paths, needs=needs, outputs=outputs, on_busy=rng.choice(("cancel", "finish"))))
    needs = tuple(part.name for part in parts if rng.random() < 0.7)
    if needs:
        parts.append(process("web", needs=needs, paths=()))
    return project(*parts)


def test_whatever_is_edited_and_put_back_the_build_result_is_that_of_a_full_build() -> None:
    restored = 0
    for seed in range(250):
        model = Model(random.Random(seed))
        model.world.send(inputs.WatchStarted(1, 1, 0, "test", 0)).begin()
        model.note_starts()
        try:
            model.settle()
            for _ in range(8):
                for _ in range(model.rng.choice((1, 2, 5, 12))):
                    model.rng.choice(
                        (model.save, model.save, model.touch, model.end_one, model.end_one, model.pass_time)
                    )()
                    model.note_starts()
                model.settle()
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}\n{model.project}") from error
        restored += model.restored
    assert restored > 40, "otherwise this says nothing"
