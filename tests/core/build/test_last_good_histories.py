"""Random histories of edits that are put back: the build result is always that of a full build."""

from __future__ import annotations

import random

import pytest

from hotrun.core.model import commands, events, inputs
from hotrun.core.model.project import Process, Project, Step
from tests.core.build.stories import A, B, C, snapshot
from tests.core.simulated_session import World, process, project, step

pytestmark = pytest.mark.slow

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
