"""Finds the problems in what programs print: parses it beside the reader, and has the files looked for in a thread.

All that a step's run has found is posted before its last word, which waits for that; a disk that does not answer
makes it wait for some seconds, and then a problem is told as it was printed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from hotrun.core.model.inputs import DiagnosticsFound, Emptied, Input, Noticed, OutputRead, SpawnFailed, TraceFound
from hotrun.session.parsers import MAX_MS, Key

if TYPE_CHECKING:
    import asyncio

    from hotrun.adapters.diagnostics.locate import Locator
    from hotrun.adapters.diagnostics.patient_thread import PatientThread
    from hotrun.core.diagnostics.collected import PlacedFindings
    from hotrun.core.diagnostics.model.finding import Finding
    from hotrun.core.diagnostics.parser import Parser
    from hotrun.core.model.commands import FindTrace, Spawn
    from hotrun.core.model.project import CustomParser, Program

Post = Callable[[Input], None]
PlaceOf = Callable[[Key], str]
LocatorFor = Callable[["Program", bool], "Locator"]


class DiagnosticsService:
    """Stands between the programs and the inbox: `take` hands on what they report, and adds what it has found."""

    def __init__(
        self, post: Post, locator_for: LocatorFor, custom: tuple[CustomParser, ...], place_of: PlaceOf
    ) -> None:
        """`locator_for` is asked before a program starts, and whether the run is a step's, whose sources have lines.

        `custom`: the parsers of the configuration. `place_of`: where a key of it stands, as "hotrun.toml:9: key"; may
        read that file.
        """
        self.custom = custom  # also of a configuration that is loaded later
        self._post = post
        self._place_of = place_of
        self._told: set[Key] = set()  # patterns that are switched off
        self._locator_for = locator_for
        self._outputs: dict[int, _StepOutput] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: PatientThread | None = None

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """From now on `loop` takes the answers. Nothing is read before."""
        self._loop = loop

    def begin(self, spawn: Spawn) -> None:
        """A program is about to be started."""
        if spawn.parsers:
            locator = self._locator_for(spawn.program, True)
            self._outputs[spawn.run] = _StepOutput(spawn, self._new_parser, locator, self._places, self._post)

    def take(self, input: Input) -> None:
        """Hand on what a program reports."""
        match input:
            case OutputRead():
                self._post(input)
                output = self._outputs.get(input.run)
                if output is not None:
                    output.feed(input)
                    self._tell_switched_off()
            case Emptied() if input.run in self._outputs:
                self._outputs.pop(input.run).finish(input)
            case SpawnFailed():
                self._outputs.pop(input.run, None)
                self._post(input)
            case _:
                self._post(input)

    def give_up(self, run: int) -> None:
        """The run is killed: look for its files no longer."""
        if self._thread is not None:
            self._thread.give_up(run)

    def find_trace(self, command: FindTrace) -> None:
        """Answer with the trace that the lines end with."""
        from hotrun.core.diagnostics.last_trace import last_trace
        from hotrun.core.diagnostics.text_rules.rules import RUNTIME

        trace = last_trace(command.lines, self._new_parser((RUNTIME,), command.program))
        if trace is None:
            self._post(TraceFound(command.run, command.what))
            return
        locator = self._locator_for(command.program, False)

        def answer(placed: list[Finding]) -> None:
            self._post(TraceFound(command.run, command.what, placed[0] if placed else trace))

        self._places().map(command.run, locator.locate, [trace], answer)

    def on_slow_ready_log(self, process: str) -> None:
        """Warn that the pattern for the log of a process took too long."""
        self._warn(("run", process, "ready", "log"))

    def _tell_switched_off(self) -> None:
        """Warn once of each custom pattern that took too long."""
        if self.custom:
            from hotrun.session.parsers import switched_off

            off = switched_off(self.custom)
            for key in off:
                if key not in self._told:
                    self._warn(key)
            self._told = set(off)

    def _warn(self, key: Key) -> None:
        name = ".".join(map(str, key))

        def answer(places: list[str]) -> None:
            place = places[0] if places else name
            text = f"{place}: took more than {MAX_MS} ms on one line: this pattern is switched off"
            self._post(Noticed("warning", text))

        self._places().map(None, lambda _: self._place_of(key), [name], answer)

    def close(self) -> None:
        """Answer nothing any more."""
        if self._thread is not None:
            self._thread.close()

    def _new_parser(self, names: tuple[str, ...], program: Program) -> Parser:
        from hotrun.session.parsers import parser_for

        return parser_for(names, program.argv, self.custom)

    def _places(self) -> PatientThread:
        """The thread that looks for files; there is none before there is something to look for."""
        from hotrun.adapters.diagnostics.patient_thread import PatientThread

        assert self._loop is not None
        self._thread = self._thread or PatientThread(self._loop)
        return self._thread


class _StepOutput:
    """The output of one run. Costs nothing until there is some."""

    def __init__(
        self,
        spawn: Spawn,
        new_parser: Callable[[tuple[str, ...], Program], Parser],
        locator: Locator,
        thread: Callable[[], PatientThread],
        post: Post,
    ) -> None:
        self._spawn = spawn
        self._new_parser = new_parser
        self._locator = locator
        self._thread = thread
        self._post = post
        self._parser: Parser | None = None
        self._placed: PlacedFindings | None = None  # where something has been found

    def feed(self, read: OutputRead) -> None:
        """Parse what has been read."""
        parser = self._parser
        if parser is None:
            parser = self._parser = self._new_parser(self._spawn.parsers, self._spawn.program)
        found = [finding for line in read.lines for finding in parser.feed(read.stream, line)]
        if found:
            self._locate(found, None)

    def finish(self, last: Emptied) -> None:
        """There is no more: post `last` when everything has been told that was found."""
        found = self._parser.finish() if self._parser is not None else []
        if found or self._placed is not None:
            self._locate(found, last)
        else:
            self._post(last)

    def _locate(self, found: list[Finding], last: Emptied | None) -> None:
        from hotrun.core.diagnostics.collected import PlacedFindings

        findings = self._placed = self._placed or PlacedFindings()

        def answer(placed: list[Finding]) -> None:
            pairs = zip(found, [*placed, *found[len(placed) :]], strict=True)  # the others are told as they are printed
            self._tell(findings.add(pairs) if last is None else findings.finish(pairs))
            if last is not None:
                self._post(last)

        self._thread().map(self._spawn.run, self._locator.locate, found, answer)

    def _tell(self, findings: Iterable[Finding]) -> None:
        told = tuple(findings)
        if told:
            self._post(DiagnosticsFound(self._spawn.run, told))
