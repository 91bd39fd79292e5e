"""Custom parsers: add them to the rules, and check their examples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from hotrun.core.diagnostics.parser import Parser
from hotrun.core.diagnostics.text_rules.rules import AnyRule, BlockRule, ErrorformatRule, LineRule, RuleTable
from hotrun.core.model.finding import Finding
from hotrun.core.model.project import CustomParser, ParserExample

Key = tuple[str | int, ...]


def with_custom(table: RuleTable, parsers: Sequence[CustomParser]) -> RuleTable:
    """The `table` with `parsers` first, so that they win over all other rules."""
    return msgspec.structs.replace(table, rules=(*map(rule_of, parsers), *table.rules))


def rule_of(parser: CustomParser) -> AnyRule:
    """The rule of a custom parser."""
    name, tool, severity = parser.name, parser.tool, parser.severity
    base: Literal[0, 1] = 0 if parser.column_base == 0 else 1
    if parser.errorformat:
        return ErrorformatRule(
            name=name,
            tool=tool,
            severity=severity,
            column_base=base,
            always=True,
            is_custom=True,
            errorformat=parser.errorformat,
        )
    if parser.match_next:
        return BlockRule(
            name=name,
            tool=tool,
            severity=severity,
            column_base=base,
            always=True,
            is_custom=True,
            match=parser.match,
            match_next=parser.match_next,
            max_lines=max(parser.max_lines, len(parser.match_next)),
            continuation=parser.continuation,
        )
    return LineRule(
        name=name,
        tool=tool,
        severity=severity,
        column_base=base,
        always=True,
        is_custom=True,
        match=parser.match,
        continuation=parser.continuation,
    )


def patterns_of(parser: CustomParser) -> Iterator[tuple[Key, str]]:
    """All regular expressions of a custom parser, with their keys."""
    if parser.errorformat:
        from hotrun.core.diagnostics.text_rules.errorformat import formats

        for format in formats(parser.errorformat):
            yield ("errorformat",), format.pattern
        return
    yield ("match",), parser.match
    for place, text in enumerate(parser.match_next):
        yield ("match_next", place), text
    if parser.continuation:
        yield ("continuation",), parser.continuation


def example_problems(parser: CustomParser) -> Iterator[tuple[Key, str]]:
    """The problems of a custom parser's examples, by their key, in words."""
    table = RuleTable(rules=(rule_of(parser),))
    for place, example in enumerate(parser.examples):
        reader = Parser(table, (parser.name,))
        found = [finding for line in example.text.split("\n") for finding in reader.feed("stdout", line)]
        found += reader.finish()
        if len(found) != 1:
            yield ("examples", place), f"expected one problem in this text, got {len(found) or 'none'}"
            continue
        for key, expected, got in _differences(example, found[0]):
            yield ("examples", place, key), f"expected {expected!r}, got {got!r}"


def _differences(example: ParserExample, finding: Finding) -> Iterator[tuple[str, object, object]]:
    got = {
        "file": finding.file,
        "line": finding.line,
        "column": finding.column,
        "end_line": finding.end_line,
        "end_column": finding.end_column,
        "severity": finding.severity,
        "code": finding.code,
        "message": finding.message,
    }
    for key, value in got.items():
        expected = getattr(example, key)
        if expected is not None and expected != value:
            yield key, expected, value
