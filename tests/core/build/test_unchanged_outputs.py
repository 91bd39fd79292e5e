"""Where a step makes what it made before, the wave of work behind it stops; and in the end all is as if built anew."""

from __future__ import annotations

import random

import pytest

from hotrun.core.model import commands, events, inputs
from hotrun.core.model.inputs import Request
from tests.core.simulated_session import World, process, project, step


def chain() -> World:
    """A generator, a compiler behind it and a server behind that, all green and up."""
    gen = step("gen", paths=("*.proto",), outputs=("gen/",))
    app = step("app", paths=("*.go",), needs=("gen",), outputs=("tmp/app",))
    world = World(project(gen, app, process("web", needs=("app",), paths=())))
    world.begin().does("gen", content="g1").does("app", content="a1").up("web").ready("web").take_commands()
    return world


def finished(world: World) -> list[tuple[str, str, bool]]:
    """How the steps of the newest build ended: name, status, unchanged."""
    told = [event for event in world.told(events.StepFinished) if isinstance(event, events.StepFinished)]
    newest = max(event.build for event in told)
    return [(event.step, event.status, event.unchanged) for event in told if event.build == newest]


def test_nothing_behind_unchanged_outputs_runs_or_restarts() -> None:
    world = chain()
    world.change("api.proto").does("gen", content="g1")
    assert world.take_commands() == ["spawn gen"]
    assert finished(world) == [("gen", "passed", True)]
    assert [(e.step, e.of) for e in world.told(events.StepCached)] == [("app", 1)]  # type: ignore[attr-defined]
    assert [e.process for e in world.told(events.ProcessUpToDate)] == ["web"]  # type: ignore[attr-defined]
    assert world.statuses() == ["passed", "passed"]


def test_what_changed_goes_on_until_something_is_as_before() -> None:
    world = chain()
    world.change("api.proto").does("gen", content="g2").does("app", content="a1")
    assert world.take_commands() == ["spawn gen", "spawn app"]
    assert finished(world) == [("gen", "passed", False), ("app", "passed", True)]
    world.change("api.proto").does("gen", content="g3").does("app", content="a2")
    assert world.take_commands() == ["spawn gen", "spawn app", "SIGTERM web"]


def test_an_own_edit_builds_whatever_the_needed_step_has_made() -> None:
    world = chain()
    world.change("api.proto", "main.go").wait(30).does("gen", content="g1")
    assert world.take_commands() == ["spawn gen", "spawn app"]


def test_a_step_that_declares_no_outputs_always_counts_as_changed() -> None:
    world = World(project(step("gen", paths=("*.proto",)), step("app", paths=("*.go",), needs=("gen",))))
    world.begin().does("gen").does("app").take_commands()
    world.change("api.proto").does("gen").does("app")
    assert world.take_commands() == ["spawn gen", "spawn app"]


def test_a_red_run_between_does_not_hide_that_the_green_ones_made_the_same() -> None:
    world = chain()
    world.change("api.proto").does("gen", 1, content="half")
    assert finished(world) == [("gen", "failed", False), ("app", "skipped", False)]
    world.change("api.proto").does("gen", content="g1")
    assert world.take_commands() == ["spawn gen", "spawn gen"]
    assert world.statuses() == ["passed", "failed", "passed"]
    assert not world.snapshot().processes["web"].stale


def test_a_canceled_build_forgets_no_change() -> None:
    world = chain()
    world.change("api.proto").does("gen", content="g2").up("app").take_commands()
    world.change("api.proto")
    assert world.take_commands() == ["SIGTERM app"]
    world.ends("app", signal="SIGTERM").does("gen", content="g2").does("app", content="a2")
    assert world.take_commands() == ["spawn gen", "spawn app", "SIGTERM web"]


def test_a_red_step_is_tried_again_when_what_it_needs_was_built() -> None:
    world = chain()
    world.change("main.go").does("app", 1).take_commands()
    world.change("api.proto").does("gen", content="g1").does("app", content="a1")
    assert world.take_commands() == ["spawn gen", "spawn app"]
    assert world.statuses()[-1] == "passed"


def test_a_process_that_was_restarted_for_another_reason_is_not_restarted_again() -> None:
    world = chain()
    world.change("api.proto").up("gen").send(Request("restart")).take_commands()
    world.ends("gen", content="g1")
    assert world.take_commands() == ["SIGTERM web"], "the restart was asked for, and waited for the build"


def test_a_request_builds_the_step_and_what_changed_behind_it() -> None:
    world = chain()
    world.send(Request("build", name="gen")).does("gen", content="g1")
    assert world.take_commands() == ["spawn gen"]


# --- as if built anew ----------------------------------------------------------------------------------------------

LAYERS, WIDTH = 10, 10


class Mill:
    """A diamond of steps; each makes a digest of its own source, reduced so that it often stays the same, and of what
    the steps that it needs have made. A step of the newest layer may fail, run long or be canceled.
    """

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.needs: dict[str, list[str]] = {}
        for layer in range(LAYERS):
            for number in range(WIDTH):
                above = [f"s{layer - 1}x{n}" for n in range(WIDTH) if rng.random() < 0.25] if layer else []
                self.needs[f"s{layer}x{number}"] = above
        steps = [
            step(name, paths=(f"{name}.c",), needs=tuple(needs), outputs=(f"{name}.o",) if rng.random() < 0.9 else ())
            for name, needs in self.needs.items()
        ]
        self.declares = {one.name for one in steps if one.outputs}
        last = tuple(f"s{LAYERS - 1}x{n}" for n in range(WIDTH))
        self.world = World(project(*steps, process("web", needs=last, paths=())), cores=4)
        self.sources = dict.fromkeys(self.needs, 0)
        self.made: dict[str, int] = {}
        self.reading: dict[int, int | None] = {}  # by run: what it will make, None: it fails
        self.served: int | None = None
        self.starts = 0
        self._done = 0

    def wanted(self, name: str, known: dict[str, int | None]) -> int | None:
        """What a build from scratch would make of a step; None: it, or one that it needs, fails."""
        if name not in known:
            below = [self.wanted(need, known) for need in self.needs[name]]
            source = self.sources[name]
            known[name] = None if None in below or source % 7 == 6 else hash((name, source // 3, tuple(below)))
        return known[name]

    def outcome(self, name: str) -> int | None:
        source = self.sources[name]
        below = tuple(self.made[need] for need in self.needs[name])
        return None if source % 7 == 6 else hash((name, source // 3, below))

    def edit(self) -> None:
        names = self.rng.sample(sorted(self.needs), self.rng.choice((1, 1, 2, 5)))
        for name in names:
            self.sources[name] = self.rng.randrange(30)
        self.world.change(*(f"{name}.c" for name in names))

    def work(self, most: int) -> None:
        """Let runs that were asked for begin and end, in any order."""
        for _ in range(most):
            while self._done < len(self.world.all_commands):
                self._done += 1
                self._begin(self.world.all_commands[self._done - 1])
            if self.reading:
                self._end(self.rng.choice(sorted(self.reading)))
            elif self.is_busy():
                self.world.wait(50)
            else:
                return

    def is_busy(self) -> bool:
        found = self.world.engine.inspect()
        return found.has_pending or found.is_building

    def _begin(self, command: commands.Command) -> None:
        if isinstance(command, commands.Spawn) and command.kind == "step":
            self.starts += 1
            self.reading[command.run] = self.outcome(command.name)
            self.world.send(inputs.Spawned(command.run, command.run))
        elif isinstance(command, commands.Spawn):
            self.served = hash(tuple(self.made[f"s{LAYERS - 1}x{n}"] for n in range(WIDTH)))
            self.world.send(inputs.Spawned(command.run, command.run), inputs.ProbePassed(command.run, "listen"))
        elif isinstance(command, commands.Signal):
            name = self.world.names[command.run]
            self.reading.pop(command.run, None)
            signaled = inputs.Exited(command.run, None, "SIGTERM")
            content = None if name == "web" else "half"
            self.made.pop(name, None) if name != "web" else None
            self.world.send(signaled, inputs.Emptied(command.run, None, content))

    def _end(self, run: int) -> None:
        name, made = self.world.names[run], self.reading.pop(run)
        if made is None:
            self.world.send(inputs.Exited(run, 1), inputs.Emptied(run, None, "half"))
        else:
            self.made[name] = made
            content = str(made) if name in self.declares else None
            self.world.send(inputs.Exited(run, 0), inputs.Emptied(run, None, content))


@pytest.mark.slow
def test_a_diamond_of_100_steps_ends_as_if_it_had_been_built_from_scratch() -> None:
    for seed in range(6):
        mill = Mill(random.Random(seed))
        mill.world.begin()
        for _ in range(40):
            mill.edit()
            mill.work(mill.rng.choice((0, 3, 30, 10_000)))
        mill.work(100_000)
        known: dict[str, int | None] = {}
        steps = mill.world.engine.inspect().steps
        for name in mill.needs:
            wanted = mill.wanted(name, known)
            assert (steps[name].status == "passed") == (wanted is not None), f"seed {seed}: {name}"
            if wanted is not None:
                assert mill.made[name] == wanted, f"seed {seed}: {name} is not made of what is there"
        for name in mill.needs:  # and in the end all is repaired
            mill.sources[name] = 0
        mill.world.change(*(f"{name}.c" for name in mill.needs))
        mill.work(100_000)
        assert all(step.status == "passed" for step in mill.world.engine.inspect().steps.values()), f"seed {seed}"
        newest = hash(tuple(mill.made[f"s{LAYERS - 1}x{n}"] for n in range(WIDTH)))
        assert mill.served == newest, f"seed {seed}: the process runs what is there"
