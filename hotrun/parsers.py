"""Gives the engine the parser for a step's output; the table of rules is read when the first line comes."""

from __future__ import annotations

from hotrun.core.diagnostics.finding import Finding
from hotrun.core.diagnostics.parser import Parser, RuleTable
from hotrun.core.spec import Step

_table: RuleTable | None = None


def rules() -> RuleTable:
    """The built-in table."""
    global _table
    if _table is None:
        from importlib.resources import files

        text = files("hotrun.core.diagnostics").joinpath("rules.toml").read_text(encoding="utf-8")
        _table = RuleTable.parse(text)
    return _table


class LateParser:
    """A parser that costs nothing until there is something to parse: a step is spawned before its rules are read."""

    def __init__(self, step: Step) -> None:
        self._step = step
        self._parser: Parser | None = None

    def feed(self, stream: str, line: str) -> list[Finding]:
        """The problems that this line completes."""
        if self._parser is None:
            self._parser = Parser(rules(), self._step.parsers, _program(self._step))
        return self._parser.feed(stream, line)

    def finish(self) -> list[Finding]:
        """The problems that were waiting for more lines."""
        return self._parser.finish() if self._parser is not None else []


def _program(step: Step) -> str:
    """The name of what the step runs; for a shell command its first word."""
    argv = step.program.argv
    word = argv[2].split()[0] if len(argv) == 3 and argv[1] == "-c" and argv[2].split() else argv[0]
    return word.rpartition("/")[2]
