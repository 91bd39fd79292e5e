"""Check a table of rules: patterns, groups, literals and examples."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from hotrun.core.diagnostics.parser import Parser
from hotrun.core.diagnostics.text_rules.errorformat import InvalidErrorformat, formats
from hotrun.core.diagnostics.text_rules.rules import (
    AnyRule,
    BlockRule,
    ErrorformatRule,
    LineRule,
    RuleTable,
    StickyRule,
    TraceRule,
    compiled,
)


def problems(table: RuleTable) -> list[str]:
    """A line for each mistake in `table`, as "rule NAME: problem". None for a valid table."""
    found = [f"rule {rule.name}: {problem}" for rule in table.rules for problem in _rule_problems(rule, table)]
    names = [rule.name for rule in table.rules]
    found += [f"rule {name}: defined twice" for name in sorted(set(names)) if names.count(name) > 1]
    known = {*names, *(rule.family for rule in table.rules)}
    for program, tools in table.programs.items():
        found += [f"program {program}: no such rule or tool: {tool}" for tool in tools if tool not in known]
    return found


def _rule_problems(rule: AnyRule, table: RuleTable) -> list[str]:
    bad = [f"{key}: {error}" for key, pattern in patterns(rule) if (error := _pattern_problem(pattern))]
    if bad:
        return bad
    groups = {name for _, pattern in patterns(rule) for name in compiled(pattern).groupindex}
    if isinstance(rule, StickyRule) and rule.verdict:
        bad += [f"header: needs the group {name}" for name in sorted({"verdict", "code"} - groups)]
    if isinstance(rule, ErrorformatRule):
        bad += _format_problems(rule)
    elif "message" not in groups:
        bad.append("no group message")
    return bad or [f"example {number}: {problem}" for number, problem in _example_problems(rule, table)]


def _format_problems(rule: ErrorformatRule) -> list[str]:
    try:
        formats(rule.errorformat)
    except InvalidErrorformat as error:
        return [f"errorformat: {error}"]
    return []


def patterns(rule: AnyRule) -> Iterator[tuple[str, str]]:
    """All patterns of a rule with their keys."""
    keys: tuple[str, ...] = ("continuation", "note", "note_at", "wrapped", "owner")
    match rule:
        case LineRule():
            keys += ("match", "above", "context")
        case BlockRule():
            keys += ("match", "match_next")
        case StickyRule():
            keys += ("header", "item", "until")
        case TraceRule():
            keys += (
                "begin",
                "frame",
                "other",
                "end",
                "messages",
                "chain",
                "foreign",
                "lead",
                "mention",
                "stop",
                "mute",
            )
    for key in keys:
        value = getattr(rule, key, "")
        for pattern in (value,) if isinstance(value, str) else value:
            if pattern:
                yield key, pattern


def _pattern_problem(pattern: str) -> str:
    try:
        compiled(pattern)
    except re.error as error:
        return str(error)
    return ""


def _example_problems(rule: AnyRule, table: RuleTable) -> Iterator[tuple[int, str]]:
    single = msgspec.structs.replace(table, rules=(rule,), programs={})
    for number, example in enumerate(rule.example, start=1):
        parser = Parser(single, (rule.name,))
        for line in example.split("\n"):
            parser.feed("stdout", line)
        parser.finish()
        if len(parser.collected.findings) != 1:
            yield number, f"{len(parser.collected.findings)} findings instead of one"
