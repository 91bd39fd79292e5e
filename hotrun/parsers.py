"""Gives the engine the parser for what a step or process prints; it is made when there is something to parse."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from hotrun.core.diagnostics.finding import Finding
    from hotrun.core.diagnostics.parser import Parser
    from hotrun.core.diagnostics.places import Places
    from hotrun.core.diagnostics.rules import RuleTable
    from hotrun.core.spec import Process, Step

_table: RuleTable | None = None


def rules() -> RuleTable:
    """The built-in table."""
    global _table
    if _table is None:
        from importlib.resources import files

        from hotrun.core.diagnostics.rules import RuleTable

        text = files("hotrun.core.diagnostics").joinpath("rules.toml").read_text(encoding="utf-8")
        _table = RuleTable.parse(text)
    return _table


def known() -> tuple[str, ...]:
    """The names that `parsers` may hold."""
    from hotrun.core.diagnostics.parser import known_parsers

    return known_parsers(rules())


class Files(NamedTuple):
    """What there is on the disk; see core.diagnostics.places.Places."""

    root: str
    exists: Callable[[str], bool]
    watched: Callable[[], Iterable[str]]


class LateParser:
    """A parser that costs nothing until there is something to parse."""

    def __init__(self, part: Step | Process, files: Files | None = None) -> None:
        """For a process: what a program that runs prints when it fails, and nothing of what a compiler would say.

        `files` tells which files there are; without it, paths are left as they were printed.
        """
        self._part = part
        self._files = files
        self._parser: Parser | None = None
        self._places: Places | None = None

    def feed(self, stream: str, line: str) -> list[Finding]:
        """The problems that this line completes."""
        if self._parser is None:
            self._parser = self._make()
        return self._parser.feed(stream, line)

    def finish(self) -> list[Finding]:
        """The problems that were waiting for more lines."""
        return self._parser.finish() if self._parser is not None else []

    def _place(self, finding: Finding) -> Finding:
        if self._files is None:
            return finding
        if self._places is None:
            from hotrun.core.diagnostics.places import Places

            self._places = Places(*self._files)
        return self._places.find(finding, self._part.program.cwd)

    def _make(self) -> Parser:
        from hotrun.core.diagnostics.parser import Parser
        from hotrun.core.diagnostics.programs import program_of
        from hotrun.core.diagnostics.rules import RUNTIME
        from hotrun.core.spec import Step

        names = self._part.parsers if isinstance(self._part, Step) else (RUNTIME,)
        return Parser(rules(), names, program_of(self._part.program.argv), self._place)
