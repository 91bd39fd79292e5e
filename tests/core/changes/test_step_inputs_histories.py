"""Random histories of a step whose files are listed: in the end it has made what building everything would make.

The listing takes time and sometimes fails, changes are told late, runs read their files at any moment of theirs.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable

import pytest

from hotrun.core.engine import Engine
from hotrun.core.model import commands, events, inputs
from hotrun.core.model.inputs import Change
from hotrun.core.model.project import ListedFile
from tests.core.simulated_session import project, step

pytestmark = pytest.mark.slow

HISTORIES = 400
FOUND = (4010, 5210, 5436, 8033, 10585)  # found in longer searches: each has broken a promise once
EDITS = 25
PACKAGES = "abcd"
LATEST_MS = 15  # a change is told after that at the latest

# A file: which version of its text, and which packages (Go) or files (C) it names.
File = tuple[int, frozenset[str]]
Disk = dict[str, File]


def go_closure(disk: Disk) -> set[str]:
    """The files that package "a" is made of: all of each package that is named, texts where one embeds them."""
    packages, todo = {"a"}, ["a"]
    found: set[str] = set()
    while todo:
        package = todo.pop()
        sources = [path for path in disk if path.startswith(f"{package}/") and path.endswith(".go")]
        named = set().union(*(disk[path][1] for path in sources))
        found.update(sources)
        if "embed" in named:
            found.update(path for path in disk if path.startswith(f"{package}/") and path.endswith(".txt"))
        new = named - packages - {"embed"}
        packages |= new
        todo.extend(new)
    return found


def go_is_red(disk: Disk) -> bool:
    """Whether a package that is named has no source."""
    sources = [path for path in go_closure(disk) if path.endswith(".go")]
    named = {"a"}.union(*(disk[path][1] for path in sources)) - {"embed"}
    return not all(any(path.startswith(f"{name}/") for path in sources) for name in named)


def c_closure(disk: Disk) -> set[str]:
    """The files that "a/x.go" includes, directly or not; those that are missing, too."""
    found, todo = {"a/x.go"}, ["a/x.go"]
    while todo:
        for name in disk.get(todo.pop(), (0, frozenset()))[1]:
            path = f"{name}/x.go" if name != "embed" else "a/t.txt"
            if path not in found:
                found.add(path)
                todo.append(path)
    return found


def c_is_red(disk: Disk) -> bool:
    return not c_closure(disk) <= disk.keys()


class Machine:
    """A disk with somebody at work on it, a watcher, a build tool and a listing tool, all as slow as they like."""

    def __init__(self, rng: random.Random, is_go: bool) -> None:
        self.rng = rng
        self.is_go = is_go
        text = "go:./a" if is_go else "depfile:*.d"
        part = step("app", inputs=(text,), outputs=("out/app",), on_busy=rng.choice(["cancel", "finish"]))
        self.engine = Engine(project(part))
        self.now_ms = 1000
        self.disk: Disk = {}
        self.known: Disk = {}  # as the watcher has told of it
        self.untold: set[str] = set()
        self.made: object = None
        self.stamp = 0
        self.result: str | None = None
        self.depfile: set[str] = set()
        self.runs: dict[int, int] = {}  # living -> how often it has begun to end
        self.queue: list[tuple[int, int, Callable[[], None]]] = []
        self.count = 0
        self.errors_left = rng.choice([0, 0, 1, 3])
        self.starts = 0

    def closure(self) -> set[str]:
        return go_closure(self.disk) if self.is_go else c_closure(self.disk)

    def is_red(self) -> bool:
        return go_is_red(self.disk) if self.is_go else c_is_red(self.disk)

    def after(self, ms: int, act: Callable[[], None]) -> None:
        self.count += 1
        heapq.heappush(self.queue, (self.now_ms + ms, self.count, act))

    def send(self, fact: inputs.Input) -> None:
        for effect in self.engine.handle(fact, self.now_ms):
            match effect:
                case commands.Spawn():
                    self.runs[effect.run] = 0
                    self.starts += 1
                    self.send_later(1, inputs.Spawned(effect.run, 1))
                    self.after(2, lambda run=effect.run: self.read(run, {}))  # type: ignore[misc]
                case commands.Signal() | commands.Kill():
                    self.after(self.rng.randrange(10), lambda run=effect.run: self.end(run, "canceled", None))  # type: ignore[misc]
                case commands.ListInputs():
                    self.after(self.rng.randrange(30), lambda asked=effect: self.list(asked))  # type: ignore[misc]
                case commands.Rescan():
                    self.after(LATEST_MS + 1, lambda: self.send(inputs.Rescanned(0)))
                case events.StepFinished():
                    self.result = effect.status

    def send_later(self, ms: int, fact: inputs.Input) -> None:
        self.after(ms, lambda: self.send(fact))

    # --- the tools ---------------------------------------------------------------------------------------------

    def read(self, run: int, seen: dict[str, File]) -> None:
        """One part of the run: it reads files as it gets to know of them, each once, at some moment."""
        if run not in self.runs:
            return
        view = {**self.disk, **seen}
        closure = go_closure(view) if self.is_go else c_closure(view)
        new = sorted(path for path in closure - seen.keys() if path in self.disk)
        for path in new[: self.rng.randrange(1, 4)]:
            seen[path] = self.disk[path]
        if new:
            self.after(self.rng.randrange(15), lambda: self.read(run, seen))
            return
        red = go_is_red(seen) if self.is_go else c_is_red(seen)
        if not red:
            self.depfile = set(seen)
        self.end(run, "failed" if red else "passed", None if red else dict(seen))

    def end(self, run: int, status: str, made: object) -> None:
        if self.runs.pop(run, None) is None:
            return
        if status != "failed":  # one that is canceled leaves half of something
            self.made, self.stamp = made, self.stamp + 1
        ending = {"passed": (0, None), "failed": (1, None), "canceled": (None, "SIGTERM")}[status]
        self.send(inputs.Exited(run, *ending))
        self.send(inputs.Emptied(run, str(self.stamp), None if made is None else repr(sorted(seen_of(made)))))

    def list(self, asked: commands.ListInputs) -> None:
        """The tool reads the disk now, and answers later."""
        error: str | None = None
        folders: tuple[str, ...] = ()
        if self.is_go:
            found = {path for path in self.closure() if path in self.disk}
            folders = tuple({f"{path[0]}/" for path in found if "embed" in self.disk[path][1]})
            if go_is_red(self.disk):
                error = "a package is missing"
        else:
            found = set(self.depfile)
            error = None if found else "nothing yet"
        if self.errors_left and self.rng.random() < 0.2:
            self.errors_left -= 1
            found, folders, error = set(), (), "no answer"
        files = {path: ListedFile(0, "x") for path in found}
        self.send_later(self.rng.randrange(40), inputs.InputsListed(asked.request, "app", files, folders, error))

    # --- the person and the watcher ----------------------------------------------------------------------------

    def edit(self) -> None:
        rng = self.rng
        path = f"{rng.choice(PACKAGES)}/{rng.choice(['x.go', 'x.go', 'y.go', 't.txt'])}"
        if rng.random() < 0.15 and path != "a/x.go":
            self.disk.pop(path, None)
        else:
            named = rng.sample(PACKAGES, rng.choice([0, 1, 1, 2])) + ["embed"] * (rng.random() < 0.3)
            old = self.disk.get(path, (0, frozenset()))[1]
            is_source = path.endswith(".go")
            names = frozenset() if not is_source else old if rng.random() < 0.5 else frozenset(named)
            self.disk[path] = (rng.randrange(3), names)
        self.untold.add(path)
        self.after(rng.randrange(LATEST_MS), self.tell)

    def tell(self) -> None:
        """The watcher compares what it has heard of."""
        changes, touched = [], []
        for path in sorted(self.untold):
            before, now = self.known.get(path), self.disk.get(path)
            kind = "added" if before is None else "deleted" if now is None else "modified"
            if before == now:
                touched += [path] if now is not None else []
                continue
            changes.append(Change(path, kind, digest_of(now), digest_of(before)))  # type: ignore[arg-type]
        self.untold.clear()
        self.known = dict(self.disk)
        if changes:
            self.send(inputs.FilesChanged(tuple(changes)))
        if touched:
            self.send(inputs.FilesTouched(tuple(touched)))

    def play(self, until_ms: int) -> None:
        """Let everything happen that happens until then."""
        while True:
            deadline = self.engine.deadline_ms
            first = self.queue[0][0] if self.queue else None
            due = min((at for at in (deadline, first) if at is not None), default=None)
            if due is None or due > until_ms:
                break
            self.now_ms = max(self.now_ms, due)
            if first is not None and first <= self.now_ms:
                heapq.heappop(self.queue)[2]()
            else:
                self.send(inputs.Tick())
        self.now_ms = until_ms


def seen_of(made: object) -> list[tuple[str, File]]:
    assert isinstance(made, dict)
    return list(made.items())


def digest_of(file: File | None) -> bytes | None:
    return None if file is None else repr((file[0], sorted(file[1]))).encode()


@pytest.mark.parametrize("is_go", [True, False], ids=["go", "compiler"])
def test_in_the_end_the_step_has_made_what_building_everything_would_make(is_go: bool) -> None:
    for seed in (*range(HISTORIES), *FOUND):
        machine = Machine(random.Random(seed), is_go)
        machine.disk = {"a/x.go": (0, frozenset("b")), "b/x.go": (0, frozenset()), "c/x.go": (0, frozenset())}
        machine.known = dict(machine.disk)
        machine.send(inputs.Begin("0", 1))
        machine.send(inputs.WatchStarted(1, 1, 0, "inotify", 1))
        for _ in range(EDITS):
            pause = machine.rng.choice([0, 1, 5, 20, 60, 1500])
            machine.play(machine.now_ms + pause)
            machine.edit()
        machine.play(machine.now_ms + 120_000)
        disk = machine.disk
        red = machine.is_red()
        assert not machine.runs, seed
        assert (machine.engine.inspect().steps["app"].status == "failed") == red, seed
        if not red:
            assert machine.made == {path: disk[path] for path in machine.closure()}, seed


def test_files_that_are_not_used_start_far_fewer_runs_than_edits() -> None:
    machine = Machine(random.Random(1), True)
    machine.errors_left = 0
    machine.disk = {"a/x.go": (0, frozenset()), "c/x.go": (0, frozenset())}
    machine.known = dict(machine.disk)
    machine.send(inputs.Begin("0", 1))
    machine.send(inputs.WatchStarted(1, 1, 0, "inotify", 1))
    machine.play(machine.now_ms + 5000)
    for number in range(50):
        machine.disk["c/x.go"] = (number % 2 + 1, frozenset())
        machine.disk["d/t.txt"] = (number % 2 + 1, frozenset())
        machine.untold |= {"c/x.go", "d/t.txt"}
        machine.tell()
        machine.play(machine.now_ms + 2000)
    assert machine.starts == 1
