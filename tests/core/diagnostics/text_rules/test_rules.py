"""The table of rules is valid: every rule finds its example, and no pattern backtracks without limit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

# The only parser of patterns. It is private, and only used in tests.
from re import _parser  # type: ignore[attr-defined]  # isort: skip

from hotrun.core.diagnostics.parser import known_parsers
from hotrun.core.diagnostics.text_rules.check import patterns, problems
from hotrun.core.diagnostics.text_rules.rules import AnyRule, RuleTable
from hotrun.errors import HotrunError
from tests.core.diagnostics.reading import table

ENDLESS = 100


def test_the_table_has_no_problems() -> None:
    assert problems(table()) == []


@pytest.mark.parametrize("rule", table().rules, ids=lambda rule: rule.name)
def test_every_rule_has_an_example_and_literals(rule: AnyRule) -> None:
    assert rule.example
    assert rule.literals


def repeats_within_repeats(tokens: Any, inside: bool = False) -> Iterator[str]:
    """All unbounded repetitions in a parsed pattern that are inside another one."""
    for operator, argument in tokens:
        name = str(operator)
        if name in ("MAX_REPEAT", "MIN_REPEAT"):
            _, most, body = argument
            is_endless = most > ENDLESS
            if is_endless and inside:
                yield str(body)
            yield from repeats_within_repeats(body, inside or is_endless)
        elif name == "SUBPATTERN":
            yield from repeats_within_repeats(argument[3], inside)
        elif name == "BRANCH":
            for branch in argument[1]:
                yield from repeats_within_repeats(branch, inside)
        elif name in ("ASSERT", "ASSERT_NOT"):
            yield from repeats_within_repeats(argument[1], inside)


def test_the_check_for_runaway_patterns_finds_one() -> None:
    assert list(repeats_within_repeats(_parser.parse(r"^(\s*\w+)*:$")))
    assert list(repeats_within_repeats(_parser.parse(r"(?:a|(?=(b+)c))*")))
    assert not list(repeats_within_repeats(_parser.parse(r"(?:a+|b+){1,3}c*")))


@pytest.mark.parametrize("rule", table().rules, ids=lambda rule: rule.name)
def test_no_pattern_can_run_away(rule: AnyRule) -> None:
    for key, pattern in patterns(rule):
        assert not list(repeats_within_repeats(_parser.parse(pattern))), f"{key}: {pattern}"


def test_known_parsers_are_the_special_names_then_tools_and_rules() -> None:
    names = known_parsers(table())
    assert names[:3] == ("auto", "none", "runtime")
    assert {"gnu", "go", "go-panic", "make", "pytest", "python", "rustc", "tsc"} <= set(names)
    assert list(names[3:]) == sorted(set(names[3:]))


def test_a_custom_rule_needs_no_literals() -> None:
    from hotrun.core.diagnostics.parser import Parser

    mine = RuleTable.parse(
        """
        [[rule]]
        name = "mytool"
        kind = "line"
        match = '(?P<severity>ERR|WRN) (?P<file>\\S+)@(?P<line>\\d+)~(?P<column>\\d+): (?P<message>.+)'
        severity = { ERR = "error", WRN = "warning" }
        continuation = ' {4}'
        column_base = 0
        example = ["ERR src/a.x@3~0: bad thing"]
        """
    )
    assert problems(mine) == []
    parser = Parser(mine)
    parser.feed("stdout", "WRN src/a.x@3~0: bad thing")
    parser.feed("stdout", "    and why")
    [finding] = parser.finish()
    assert (finding.severity, finding.tool, finding.column) == ("warning", "mytool", 1)
    assert finding.detail == ("    and why",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[rule]\n", "rules: .*line 1"),
        ('[[rule]]\nname = "x"\nkind = "line"\n', "rules: .*`match`"),
        ('[[rule]]\nname = "x"\nkind = "line"\nmatch = "a"\nmach = "b"\n', "rules: .*`mach`"),
        ('[[rule]]\nname = "x"\nkind = "poem"\n', "rules: .*'poem'"),
    ],
)
def test_an_invalid_table_is_an_error(text: str, said: str) -> None:
    with pytest.raises(HotrunError, match=said):
        RuleTable.parse(text)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("match = '('", "rule x: match: missing ), unterminated subpattern at position 0"),
        ("match = '(?P<file>a)'", "rule x: no group message"),
        ("match = '(?P<message>a)'\nexample = ['b']", "rule x: example 1: 0 findings instead of one"),
        ("match = '(?P<message>a)'\nliterals = ['b']\nexample = ['a']", "rule x: example 1: 0 findings instead of one"),
    ],
)
def test_the_problems_of_a_rule_are_named(rule: str, said: str) -> None:
    assert problems(RuleTable.parse(f'[[rule]]\nname = "x"\nkind = "line"\n{rule}')) == [said]


def test_a_program_with_unknown_rules_and_a_name_used_twice_are_problems() -> None:
    rule = '[[rule]]\nname = "x"\nkind = "line"\nmatch = "(?P<message>a)"\n'
    assert problems(RuleTable.parse(f'[programs]\ncc = ["y"]\n{rule}{rule}')) == [
        "rule x: defined twice",
        "program cc: no such rule or tool: y",
    ]
