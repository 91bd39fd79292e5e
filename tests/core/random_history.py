"""Random histories of an engine: whatever happens in whatever order, with what must hold at each input."""

from __future__ import annotations

import random

from hotrun.core.build.diagnostics_diff import MAX_FIXED
from hotrun.core.engine import Engine
from hotrun.core.model import commands, events, inputs
from hotrun.core.model.inputs import Request
from hotrun.core.model.project import Process, Project, Ready, Reload, Step
from tests.core.simulated_session import Parsers, process, project, step

PATHS = ("a.go", "b.go", "x.css", "gen.proto", "README", "tmp/out", "t.html")


HISTORIES = 300


FACTS = 250


def random_project(rng: random.Random) -> Project:
    """Up to four steps and three processes that need each other at random, without cycles."""
    steps: list[Step] = []
    for number in range(rng.randrange(5)):
        steps.append(
            step(
                f"s{number}",
                paths=rng.choice([None, ("*.go",), ("*.css", "*.proto"), ()]),
                needs=tuple(s.name for s in steps if rng.random() < 0.4),
                outputs=rng.choice([(), ("tmp/",)]),
                timeout_ms=rng.choice([None, None, 300]),
                on_busy=rng.choice(["cancel", "cancel", "finish"]),
            )
        )
    processes: list[Process] = []
    for number in range(rng.randrange(4)):
        needs = [s.name for s in steps if rng.random() < 0.4] + [p.name for p in processes if rng.random() < 0.3]
        taken = tuple(s.name for s in steps if s.name not in needs and rng.random() < 0.5)
        processes.append(
            process(
                f"p{number}",
                paths=rng.choice([None, ("*.html",), ()]),
                needs=tuple(needs),
                stop_timeout_ms=rng.choice([0, 100, 1000]),
                on_exit=rng.choice(["wait", "wait", "restart", "restart", "quit"]),
                on_failed_build=rng.choice(["keep", "stop"]),
                ready=Ready(
                    by=rng.choice(["auto", "tcp", "log", "notify"]), target="y", timeout_ms=rng.choice([50, 5000])
                ),
                overlap=rng.random() < 0.4,
                reload=rng.choice(
                    [None, None, Reload(("t.html",)), Reload(needs=taken), Reload(("t.html",), needs=taken)]
                ),
            )
        )
    return project(*steps, *processes, auto=rng.random() < 0.8)


class Machine:
    """The world as adapters would make it: runs are started, end at random or when told to, and answer in any order."""

    def __init__(self, rng: random.Random, once: bool) -> None:
        self.rng = rng
        self.project = random_project(rng)
        self.jobs = rng.choice([1, 2, 4])
        self.engine = Engine(self.project, cores=self.jobs, once=once, postpone=rng.random() < 0.1)
        self.parsers = Parsers()
        self.traces: list[inputs.TraceFound] = []  # not answered yet
        self.now_ms = 0
        self.phases: dict[int, str] = {}  # of living runs: spawning, up, exited
        self.owners: dict[int, str] = {}
        self.open_build: int | None = None
        self.finished_code: int | None = None
        self.walks = 0  # asked for and not yet answered
        self.overlapping: set[str] = set()
        self.ready: set[int] = set()
        self.asked: set[int] = set()  # the runs whose ports are asked for
        self.history: list[object] = []

    def send(self, fact: inputs.Input) -> None:
        for one in self.parsers.with_findings(fact):
            self._send(one)

    def _send(self, fact: inputs.Input) -> None:
        self.history.append((self.now_ms, fact))
        before = self.engine.project.processes  # a configuration may be taken over in the middle of it
        effects = self.engine.handle(fact, self.now_ms)
        both = (*before.values(), *self.engine.project.processes.values())
        self.overlapping = {process.name for process in both if process.overlap}
        self.history.extend(effects)
        for effect in effects:
            self.check(effect)
            if not isinstance(effect, events.Event):
                self.traces.extend(one for one in self.parsers.answers(effect) if isinstance(one, inputs.TraceFound))
        deadline = self.engine.deadline_ms
        assert deadline is None or deadline > self.now_ms, "a deadline that has passed is a busy loop"

    def check(self, effect: object) -> None:
        assert self.finished_code is None, "nothing comes after Finish"
        match effect:
            case commands.Spawn():
                living = [run for run in self.phases if self.owners[run] == effect.name]
                if effect.name in self.overlapping:
                    assert len(living) <= 1, f"three runs of {effect.name}"
                    assert all(run in self.ready for run in living), "only what serves is worth a successor"
                else:
                    assert not living, f"two runs of {effect.name}"
                self.phases[effect.run] = "spawning"
                self.owners[effect.run] = effect.name
                steps = [run for run in self.phases if self.owners[run].startswith("s")]
                assert len(steps) <= self.jobs
            case events.ProcessReady():
                assert effect.run not in self.ready, "ready twice"
                self.ready.add(effect.run)
            case commands.StartProbe():
                assert self.phases[effect.run] != "spawning"
            case commands.SendKeys():
                assert self.phases[effect.run] == "up"
            case commands.FindPortOwners():
                self.asked.add(effect.run)
            case commands.Signal(alone=True):
                assert effect.run in self.ready, "a reload of what is not ready"
                assert self.phases[effect.run] in ("up", "exited")
            case commands.Signal() | commands.Kill():
                assert effect.run in self.phases, "a signal to a dead run"
                assert self.phases[effect.run] != "spawning", "a signal to a run that is not up"
            case commands.Finish():
                assert not self.phases, "finished while something lives"
                assert self.open_build is None
                self.finished_code = effect.exit_code
            case commands.Rescan():
                assert self.walks == 0, "one walk at a time"
                self.walks += 1
            case events.UpToDate():
                assert self.open_build is None, "settled while a build runs"
                assert "spawning" not in self.phases.values()
            case events.BuildStarted():
                assert self.open_build is None, "two builds at once"
                self.open_build = effect.build
            case events.BuildFinished():
                assert self.open_build == effect.build, "finished, but not started"
                assert effect.new <= effect.errors + effect.warnings
                assert len(effect.fixed_problems) == min(effect.fixed, MAX_FIXED)
                assert effect.status != "canceled" or effect.new == effect.fixed == 0
                self.open_build = None
            case events.StepStarted():
                assert self.open_build == effect.build
            case _:
                pass

    def random_fact(self) -> None:
        runs = list(self.phases)
        choice = self.rng.random()
        if choice < 0.25:
            paths = self.rng.sample(PATHS, self.rng.choice([1, 1, 2, 3]))
            kinds: list[events.ChangeKind] = ["added", "modified", "deleted"]
            changes = tuple(inputs.Change(path, self.rng.choice(kinds)) for path in paths)
            self.send(inputs.FilesChanged(changes))
        elif choice < 0.28:
            self.send(inputs.FilesTouched(("a.go",)))
        elif choice < 0.65 and runs:
            self.answer(self.rng.choice(runs))
        elif choice < 0.68:
            self.send(inputs.Exited(self.rng.randrange(1, 500) + 1000, 0))
        elif choice < 0.70:
            self.send(inputs.ConfigLoaded(random_project(self.rng)))
        elif choice < 0.72:
            names = [*self.engine.project.steps]
            self.send(Request("build", name=self.rng.choice([None, *names])))
        elif choice < 0.74:
            self.send(Request("restart", name=self.rng.choice([None, *self.engine.project.processes])))
        elif choice < 0.76:
            self.send(Request(self.rng.choice(["pause", "resume"])))
        elif choice < 0.81 and self.walks:
            self.walks = 0
            self.send(inputs.Rescanned(0))
        elif choice < 0.82:
            self.type_or_tell()
        elif choice < 0.86 and self.traces:
            self.find_traces()
        elif choice < 0.83:
            self.send(
                inputs.VcsOperationsChanged(self.rng.choice([(), ("git rebase",), ("git index.lock", "git rebase")]))
            )
        else:
            self.pass_time(self.rng.choice([1, 5, 40, 600, 3000]))

    def find_traces(self) -> None:
        """The traces of the processes that have failed, which may have been started since."""
        traces, self.traces = self.traces, []
        for trace in traces:
            self.send(trace)

    def type_or_tell(self) -> None:
        """Keys, the keyboard's owner, and an answer about ports."""
        names = [None, "p9", *self.engine.project.processes]
        self.send(Request(self.rng.choice(["attach", "detach"]), name=self.rng.choice(names)))
        self.send(inputs.KeysTyped(self.rng.choice([b"x", b"y\x1dz"])))
        for run in self.asked:
            self.send(inputs.PortOwnersFound(run, (inputs.PortOwner(8000),)))
        self.asked.clear()

    def answer(self, run: int) -> None:
        """The next thing that can happen to a run."""
        phase = self.phases[run]
        if phase == "spawning":
            if self.rng.random() < 0.1:
                del self.phases[run]
                self.send(inputs.SpawnFailed(run, "no"))
            else:
                self.phases[run] = "up"
                self.send(inputs.Spawned(run, run))
        elif phase == "up" and self.rng.random() < 0.6:
            text = self.rng.choice(["error: x", "y", "bind :8000: address already in use"])
            facts = [
                inputs.OutputRead(run, "stderr", (text,)),
                inputs.ProbePassed(run, "tcp"),
                inputs.ProbeFailed(run, "no"),
                inputs.Notified(run, ready=True),
                inputs.Notified(run, stopping=True),
                inputs.Notified(run, extend_ms=100, status="s"),
                inputs.Prompted(run, "? "),
            ]
            is_step = self.owners[run].startswith("s")
            self.send(self.rng.choice(facts[:1] if is_step else facts))
        elif phase == "up":
            self.phases[run] = "exited"
            code = self.rng.choice([0, 0, 1, None])
            signal = "SIGKILL" if code is None else None
            self.send(inputs.Exited(run, code, signal, left=self.rng.random() < 0.3))
        else:
            del self.phases[run]
            self.send(inputs.Emptied(run, content=self.rng.choice([None, "1", "1", "2"])))

    def pass_time(self, ms: int) -> None:
        end = self.now_ms + ms
        while (deadline := self.engine.deadline_ms) is not None and deadline <= end:
            self.now_ms = deadline
            self.send(inputs.Tick())
        self.now_ms = end

    def end(self) -> None:
        """Quit, and let everything that lives end."""
        self.send(Request("stop"))
        for _ in range(200):
            if self.finished_code is not None:
                break
            self.find_traces()
            if self.phases:
                self.answer(self.rng.choice(list(self.phases)))
            else:
                self.pass_time(10_000)
