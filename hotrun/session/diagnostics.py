"""Finds diagnostics in the output of programs. A thread locates their files.

All findings of a step's run are posted before its Emptied input. If a disk does not answer, Emptied waits for some
seconds, and then the findings are posted as they were printed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from hotrun.core.model.inputs import DiagnosticsFound, Emptied, Input, Noticed, OutputRead, SpawnFailed, TraceFound

if TYPE_CHECKING:
    import asyncio

    from hotrun.adapters.diagnostics.locate import Locator
    from hotrun.adapters.diagnostics.patient_thread import PatientThread
    from hotrun.core.diagnostics.collected import PlacedFindings
    from hotrun.core.diagnostics.parser import Parser
    from hotrun.core.model.commands import FindTrace, Spawn
    from hotrun.core.model.finding import Finding
    from hotrun.core.model.project import CustomParser, Program

Key = tuple[str | int, ...]
Post = Callable[[Input], None]
PlaceOf = Callable[[Key], str]
LocatorFor = Callable[["Program", bool], Callable[[], "Locator"]]


class DiagnosticsService:
    """Passes the inputs from programs on to the inbox, and adds the diagnostics in their output."""

    def __init__(
        self, post: Post, locator_for: LocatorFor, custom: tuple[CustomParser, ...], place_of: PlaceOf
    ) -> None:
        """`locator_for` makes the locator for a program, with source lines if the run is a step's.

        `custom`: the custom parsers. `place_of`: the place of a configuration key, such as "hotrun.toml:9: key". It may
        read that file.
        """
        self.custom = custom  # replaced when the configuration is reloaded
        self._post = post
        self._place_of = place_of
        self._reported: set[Key] = set()  # patterns that are switched off
        self._locator_for = locator_for
        self._outputs: dict[int, _StepOutput] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: PatientThread | None = None

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Post answers in this loop from now on. Nothing is read before."""
        self._loop = loop

    def begin(self, spawn: Spawn) -> None:
        """Get ready for the output of a program that is about to start."""
        if spawn.parsers:
            locator = self._locator_for(spawn.program, True)
            self._outputs[spawn.run] = _StepOutput(spawn, self._new_parser, locator, self._locating, self._post)

    def handle(self, input: Input) -> None:
        """Pass on an input about a run, and parse its output."""
        match input:
            case OutputRead():
                self._post(input)
                output = self._outputs.get(input.run)
                if output is not None:
                    output.feed(input)
                    self._warn_switched_off()
            case Emptied() if input.run in self._outputs:
                self._outputs.pop(input.run).finish(input)
            case SpawnFailed():
                self._outputs.pop(input.run, None)
                self._post(input)
            case _:
                self._post(input)

    def stop_locating(self, run: int) -> None:
        """Stop looking for the files of a run, because it is killed."""
        if self._thread is not None:
            self._thread.give_up(run)

    def find_trace(self, command: FindTrace) -> None:
        """Post the stack trace at the end of the lines, if there is one."""
        if not command.lines:
            self._post(TraceFound(command.run, command.what))
            return
        from hotrun.core.diagnostics.last_trace import last_trace
        from hotrun.core.diagnostics.text_rules.rules import RUNTIME

        trace = last_trace(command.lines, self._new_parser((RUNTIME,), command.program))
        if trace is None:
            self._post(TraceFound(command.run, command.what))
            return
        locator = self._locator_for(command.program, False)()

        def answer(placed: list[Finding]) -> None:
            self._post(TraceFound(command.run, command.what, placed[0] if placed else trace))

        self._locating().map(command.run, locator.locate, [trace], answer)

    def on_slow_ready_log(self, process: str) -> None:
        """Warn that the `ready.log` pattern of a process took too long."""
        self._warn(("run", process, "ready", "log"))

    def _warn_switched_off(self) -> None:
        """Warn once about each custom pattern that took too long."""
        if self.custom:
            from hotrun.session.parsers import switched_off

            off = switched_off(self.custom)
            for key in off:
                if key not in self._reported:
                    self._warn(key)
            self._reported = set(off)

    def _warn(self, key: Key) -> None:
        from hotrun.session.parsers import MAX_MS

        name = ".".join(map(str, key))

        def answer(places: list[str]) -> None:
            place = places[0] if places else name
            text = f"{place}: pattern switched off, it took more than {MAX_MS} ms on one line"
            self._post(Noticed("warning", text))

        self._locating().map(None, lambda _: self._place_of(key), [name], answer)

    def close(self) -> None:
        """Post nothing more."""
        if self._thread is not None:
            self._thread.close()

    def _new_parser(self, names: tuple[str, ...], program: Program) -> Parser:
        from hotrun.session.parsers import parser_for

        return parser_for(names, program.argv, self.custom)

    def _locating(self) -> PatientThread:
        """The thread that locates files. It starts when it is first needed."""
        from hotrun.adapters.diagnostics.patient_thread import PatientThread

        assert self._loop is not None
        self._thread = self._thread or PatientThread(self._loop)
        return self._thread


class _StepOutput:
    """The output of one run of a step. It loads its parser with the first output."""

    def __init__(
        self,
        spawn: Spawn,
        new_parser: Callable[[tuple[str, ...], Program], Parser],
        new_locator: Callable[[], Locator],
        thread: Callable[[], PatientThread],
        post: Post,
    ) -> None:
        self._spawn = spawn
        self._new_parser = new_parser
        self._new_locator = new_locator
        self._thread = thread
        self._post = post
        self._parser: Parser | None = None
        self._locator: Locator | None = None  # None until something is found
        self._placed: PlacedFindings | None = None  # None until something is found

    def feed(self, read: OutputRead) -> None:
        """Parse output."""
        parser = self._parser
        if parser is None:
            parser = self._parser = self._new_parser(self._spawn.parsers, self._spawn.program)
        found = [finding for line in read.lines for finding in parser.feed(read.stream, line)]
        if found:
            self._locate(found, None)

    def finish(self, last: Emptied) -> None:
        """Finish the output. Post `last` after all findings."""
        found = self._parser.finish() if self._parser is not None else []
        if found or self._placed is not None:
            self._locate(found, last)
        else:
            self._post(last)

    def _locate(self, found: list[Finding], last: Emptied | None) -> None:
        from hotrun.core.diagnostics.collected import PlacedFindings

        findings = self._placed = self._placed or PlacedFindings()
        locator = self._locator = self._locator or self._new_locator()

        def answer(placed: list[Finding]) -> None:
            pairs = zip(found, [*placed, *found[len(placed) :]], strict=True)  # the rest stays as it was printed
            self._post_findings(findings.add(pairs) if last is None else findings.finish(pairs))
            if last is not None:
                self._post(last)

        self._thread().map(self._spawn.run, locator.locate, found, answer)

    def _post_findings(self, findings: Iterable[Finding]) -> None:
        found = tuple(findings)
        if found:
            self._post(DiagnosticsFound(self._spawn.run, found))
