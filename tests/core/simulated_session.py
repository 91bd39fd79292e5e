"""A world for the engine: carries out its commands in memory, with a clock that only the test moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hotrun.core.diagnostics.collected import PlacedFindings
from hotrun.core.diagnostics.last_trace import LineParser, last_trace
from hotrun.core.engine import Engine
from hotrun.core.model import commands, events, inputs
from hotrun.core.model.finding import Finding
from hotrun.core.model.project import ListedFile, Process, Program, Project, Step, Watch
from hotrun.core.state.snapshot import Snapshot

ROOT = "/p"


def program(*argv: str) -> Program:
    return Program(argv or ("x",), ROOT)


def step(name: str, **fields: object) -> Step:
    return Step(name, program(name), **fields)  # type: ignore[arg-type]


def process(name: str, **fields: object) -> Process:
    return Process(name, program(name), **fields)  # type: ignore[arg-type]


def project(*parts: Step | Process, **watch: object) -> Project:
    return Project(
        ROOT,
        f"{ROOT}/hotrun.toml",
        Watch((ROOT,), **watch),  # type: ignore[arg-type]
        {part.name: part for part in parts if isinstance(part, Step)},
        {part.name: part for part in parts if isinstance(part, Process)},
    )


class GccParser:
    """Finds `error: TEXT` and `warning: TEXT` lines; enough for stories."""

    def feed(self, stream: str, line: str) -> list[Finding]:
        severity, colon, message = line.partition(": ")
        if not colon or severity not in ("error", "warning"):
            return []
        return [Finding(severity=severity, message=message, tool="test", file="a.c", line=1)]  # type: ignore[arg-type]

    def finish(self) -> list[Finding]:
        return []


class Parsers:
    """Parses the output of steps and of failed processes as the session does, but answers at once."""

    def __init__(self, new: Callable[[], LineParser] = GccParser) -> None:
        """`new` makes the parser of each run."""
        self._new = new
        self._runs: dict[int, tuple[LineParser, PlacedFindings]] = {}

    def with_findings(self, fact: inputs.Input) -> Iterator[inputs.Input]:
        """What reaches the engine: `fact`, and what is found in it."""
        if isinstance(fact, inputs.Emptied) and fact.run in self._runs:
            parser, placed = self._runs.pop(fact.run)
            yield from self._found(fact.run, placed.finish((found, found) for found in parser.finish()))
        yield fact
        if isinstance(fact, inputs.OutputRead) and fact.run in self._runs:
            parser, placed = self._runs[fact.run]
            found = [finding for line in fact.lines for finding in parser.feed(fact.stream, line)]
            yield from self._found(fact.run, placed.add((finding, finding) for finding in found))

    def answers(self, command: commands.Command) -> Iterator[inputs.Input]:
        """What is answered to a command."""
        match command:
            case commands.Spawn(kind="step"):
                self._runs[command.run] = self._new(), PlacedFindings()
            case commands.FindTrace():
                yield inputs.TraceFound(command.run, command.what, last_trace(command.lines, self._new()))
            case _:
                pass

    def _found(self, run: int, findings: list[Finding]) -> Iterator[inputs.Input]:
        if findings:
            yield inputs.DiagnosticsFound(run, tuple(findings))


class World:
    """Drives one engine. Nothing answers by itself: the story says when a run is spawned, exits and is empty."""

    def __init__(self, project: Project, parsers: Parsers | None = None, **options: object) -> None:
        self.engine = Engine(project, **options)  # type: ignore[arg-type]
        self.parsers = parsers or Parsers()
        self.now_ms = 1000
        self.events: list[events.Event] = []
        self.commands: list[commands.Command] = []  # since the last take_commands
        self.all_commands: list[commands.Command] = []
        self.names: dict[int, str] = {}

    def send(self, *facts: inputs.Input) -> World:
        for fact in facts:
            for one in self.parsers.with_findings(fact):
                self._handle(one)
        return self

    def _handle(self, fact: inputs.Input) -> None:
        answers: list[inputs.Input] = []
        for effect in self.engine.handle(fact, self.now_ms):
            if isinstance(effect, events.Event):
                self.events.append(effect)
            else:
                self.commands.append(effect)
                self.all_commands.append(effect)
                answers.extend(self.parsers.answers(effect))
                if isinstance(effect, commands.Spawn):
                    self.names[effect.run] = effect.name
        for answer in answers:
            self._handle(answer)

    # --- the story's verbs -------------------------------------------------------------------------------------

    def begin(self) -> World:
        return self.send(inputs.Begin("0", 1))

    def change(self, *paths: str) -> World:
        return self.send(inputs.FilesChanged(tuple(inputs.Change(path, "modified") for path in paths)))

    def wait(self, ms: int) -> World:
        """Let time pass; the engine is told whenever it asked to be."""
        end = self.now_ms + ms
        while (deadline := self.engine.deadline_ms) is not None and deadline <= end:
            self.now_ms = max(self.now_ms, deadline)
            self.send(inputs.Tick())
        self.now_ms = end
        return self

    def up(self, name: str) -> World:
        return self.send(inputs.Spawned(self.run(name), 100 + self.run(name)))

    def ready(self, name: str, via: str = "listen") -> World:
        """A probe finds the newest run of `name` ready."""
        return self.send(inputs.ProbePassed(self.run(name), via))

    def save(self, path: str, before: bytes | None, after: bytes | None) -> World:
        """A file whose bytes are known is saved."""
        return self.send(inputs.FilesChanged((inputs.Change(path, "modified", after, before),)))

    def ends(
        self,
        name: str,
        exit_code: int = 0,
        signal: str | None = None,
        *,
        stamp: str | None = None,
        content: str | None = None,
        said: str = "",
    ) -> World:
        """The newest run of `name` ends with all its group."""
        run = self.run(name)
        code = None if signal else exit_code
        if said:
            self.send(inputs.OutputRead(run, "stderr", (said,)))
        return self.send(inputs.Exited(run, code, signal), inputs.Emptied(run, stamp, content))

    def does(
        self, name: str, exit_code: int = 0, *, stamp: str | None = None, content: str | None = None, said: str = ""
    ) -> World:
        """A whole run: spawned, ended."""
        return self.up(name).ends(name, exit_code, stamp=stamp, content=content, said=said)

    def lists(self, name: str, *paths: str, error: str | None = None, folders: tuple[str, ...] = ()) -> World:
        """What was asked last about the inputs of `name` is answered."""
        asked = [c for c in self.all_commands if isinstance(c, commands.ListInputs) and c.step.name == name]
        files = {path: ListedFile(0, f"package {path.rpartition('/')[0]}") for path in paths}
        return self.send(inputs.InputsListed(asked[-1].request, name, files, folders, error))

    def settles(self) -> World:
        """Walks find nothing new, until that proves something."""
        return self.send(inputs.Rescanned(0), inputs.Rescanned(0))

    def stopping(self) -> set[int]:
        """The runs that the engine wants to end."""
        return {run.id for run in self.engine.inspect().runs.values() if run.asked_to_stop}

    # --- what happened -----------------------------------------------------------------------------------------

    def run(self, name: str) -> int:
        """The id of the newest run of `name`."""
        return max(run for run, owner in self.names.items() if owner == name)

    def told(self, kind: type[events.Event]) -> list[events.Event]:
        return [event for event in self.events if isinstance(event, kind)]

    def snapshot(self) -> Snapshot:
        """What a view knows after all that was told."""
        snapshot = Snapshot()
        for event in self.events:
            snapshot.apply(event)
        return snapshot

    def statuses(self) -> list[str]:
        return [event.status for event in self.events if isinstance(event, events.BuildFinished)]

    def take_commands(self) -> list[str]:
        """The commands since the last call, in short: "spawn app", "SIGTERM web", "kill web", "finish 0".

        Without the automatic probes, of which every process has one.
        """
        found = [text for text in self._short() if not text.endswith("by auto") and not text.startswith("unprobe")]
        self.commands.clear()
        return found

    def _short(self) -> Iterator[str]:
        for command in self.commands:
            match command:
                case commands.Spawn():
                    yield f"spawn {command.name}"
                case commands.Signal():
                    yield f"{command.signal} {self.names[command.run]}"
                case commands.Kill():
                    yield f"kill {self.names[command.run]}"
                case commands.StartProbe():
                    yield f"probe {self.names[command.run]} by {command.ready.by}"
                case commands.StopProbe():
                    yield f"unprobe {self.names[command.run]}"
                case commands.FindPortOwners():
                    yield f"who holds {', '.join(map(str, command.ports))}"
                case commands.HoldSockets():
                    yield f"hold {', '.join(command.addresses) or 'nothing'}"
                case commands.SendKeys():
                    yield f"type {command.data!r} into {self.names[command.run]}"
                case commands.Finish():
                    yield f"finish {command.exit_code}"
                case commands.Rewatch():
                    yield "rewatch"
                case commands.Rescan():
                    yield "verify"
                case _:
                    pass
