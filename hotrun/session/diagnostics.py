"""Gives the engine the parser for what a step or process prints; it is made when there is something to parse.
Custom parsers are tried before they are used: one that can hang would stop everything.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import msgspec

if TYPE_CHECKING:
    from hotrun.core.diagnostics.model.finding import Finding
    from hotrun.core.diagnostics.model.places import PlaceFinder
    from hotrun.core.diagnostics.parser import Parser
    from hotrun.core.diagnostics.text_rules.rules import RuleTable
    from hotrun.core.model.events import SourceExcerpt
    from hotrun.core.model.project import CustomParser, Process, Project, Step

Around = Callable[[str, int, bool], "SourceExcerpt | None"]
Key = tuple[str | int, ...]

_table: RuleTable | None = None
_with_custom: tuple[tuple[CustomParser, ...], RuleTable, set[str]] | None = None


def rules() -> RuleTable:
    """The built-in table."""
    global _table
    if _table is None:
        from importlib.resources import files

        from hotrun.core.diagnostics.text_rules.rules import RuleTable

        text = files("hotrun.core.diagnostics.text_rules").joinpath("rules.toml").read_text(encoding="utf-8")
        _table = RuleTable.parse(text)
    return _table


def known() -> tuple[str, ...]:
    """The built-in names that `parsers` may hold."""
    from hotrun.core.diagnostics.parser import known_parsers

    return known_parsers(rules())


def refused(project: Project) -> list[tuple[Key, str]]:
    """The patterns of the project's custom parsers that can hang, by their key in the configuration, with the reason.

    What was found to be fine before is not tried again; a try takes some 50 ms, and one that hangs seconds.
    """
    if not project.parsers:
        return []
    from hotrun.adapters.instance.state_folder import StateFolder
    from hotrun.adapters.patterns import Verdicts, too_slow

    verdicts = Verdicts(StateFolder(project.root).path)
    found = list(_patterns(project))
    untried = [one for one in found if not verdicts.is_fine(one[1])]
    if not untried:
        return []
    reasons = too_slow([(pattern, texts) for _, pattern, texts in untried])
    bad = {key: reason for (key, _, _), reason in zip(untried, reasons, strict=True) if reason is not None}
    verdicts.keep([pattern for key, pattern, _ in found if key not in bad])
    return list(bad.items())


def _patterns(project: Project) -> Iterator[tuple[Key, str, list[str]]]:
    from hotrun.core.diagnostics.custom import patterns_of

    for place, parser in enumerate(project.parsers):
        texts = [example.text for example in parser.examples]
        for key, pattern in patterns_of(parser):
            yield ("parser", place, *key), pattern, texts


def wrong_examples(project: Project) -> list[tuple[Key, str]]:
    """The examples of the project's custom parsers that these do not read as they say, by key, with what is wrong."""
    from hotrun.core.diagnostics.custom import example_problems

    return [
        (("parser", place, *key), text)
        for place, parser in enumerate(project.parsers)
        for key, text in example_problems(parser)
    ]


def _table_with(own: tuple[CustomParser, ...]) -> tuple[RuleTable, set[str]]:
    """The table with custom parsers, and the names of those that are switched off."""
    global _with_custom
    if _with_custom is None or _with_custom[0] != own:
        from hotrun.core.diagnostics.custom import with_custom

        _with_custom = own, with_custom(rules(), own), set()
    return _with_custom[1:]


class ProjectFiles(NamedTuple):
    """What there is on the disk; see core.diagnostics.places.Places."""

    root: str
    exists: Callable[[str], bool]
    watched: Callable[[], Iterable[str]]


class LazyParser:
    """A parser that costs nothing until there is something to parse."""

    def __init__(
        self,
        part: Step | Process,
        files: ProjectFiles | None = None,
        own: tuple[CustomParser, ...] = (),
        around: Around | None = None,
    ) -> None:
        """For a process: what a program that runs prints when it fails, and nothing of what a compiler would say.

        `files` tells which files there are; without it, paths are left as they were printed. `own` are the custom
        parsers of the project. `around` gives the lines around a place (file, line, and whether it is for an
        error), if the part has seen them so.
        """
        self._part = part
        self._files = files
        self._own = own
        self._around = around
        self._parser: Parser | None = None
        self._places: PlaceFinder | None = None

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
            from hotrun.core.diagnostics.model.places import PlaceFinder

            self._places = PlaceFinder(*self._files)
        finding = self._places.find(finding, self._part.program.cwd)
        if self._around is None or finding.file is None or finding.line is None or finding.is_lost:
            return finding
        source = self._around(finding.file, finding.line, finding.severity == "error")
        if source is None:
            return finding
        from hotrun.core.diagnostics.model.columns import in_characters

        line = source.lines[finding.line - source.line]
        return in_characters(msgspec.structs.replace(finding, source=source), line)

    def _make(self) -> Parser:
        from hotrun.core.diagnostics.parser import Parser
        from hotrun.core.diagnostics.text_rules.programs import program_of
        from hotrun.core.diagnostics.text_rules.rules import RUNTIME
        from hotrun.core.model.project import Step

        names = self._part.parsers if isinstance(self._part, Step) else (RUNTIME,)
        table, off = _table_with(self._own)
        program = program_of(self._part.program.argv)
        return Parser(table, names, program, self._place, time.thread_time_ns, off)
