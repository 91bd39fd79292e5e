"""The parsers for what programs print: the built-in rules, and those of the configuration.

Custom parsers are tried before they are used: one that can hang would stop everything.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hotrun.core.diagnostics.parser import Parser
    from hotrun.core.diagnostics.text_rules.rules import RuleTable
    from hotrun.core.model.project import CustomParser, Project

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


def parser_for(names: tuple[str, ...], argv: tuple[str, ...], custom: tuple[CustomParser, ...]) -> Parser:
    """The parser for the output of the command `argv`; `names` choose the rules, `custom` are the project's own."""
    from hotrun.core.diagnostics.parser import Parser
    from hotrun.core.diagnostics.text_rules.programs import program_of

    table, off = _table_with(custom)
    return Parser(table, names, program_of(argv), time.thread_time_ns, off)


def _table_with(own: tuple[CustomParser, ...]) -> tuple[RuleTable, set[str]]:
    """The table with custom parsers, and the names of those that are switched off."""
    global _with_custom
    if _with_custom is None or _with_custom[0] != own:
        from hotrun.core.diagnostics.custom import with_custom

        _with_custom = own, with_custom(rules(), own), set()
    return _with_custom[1:]
