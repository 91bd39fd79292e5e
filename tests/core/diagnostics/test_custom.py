"""Custom parsers: first in the table, checked by their examples, and switched off when they are slow."""

from __future__ import annotations

from typing import Any

import pytest

from hotrun.core.diagnostics.custom import example_problems, patterns_of, with_custom
from hotrun.core.diagnostics.parser import Parser
from hotrun.core.model.project import CustomParser, ParserExample
from tests.core.diagnostics.reading import brief, table

MATCH = r"(?P<severity>ERR|WRN) (?P<file>\S+)@(?P<line>\d+): (?P<message>.+)$"


def mine(**more: Any) -> CustomParser:
    return CustomParser(**{"name": "mytool", "match": MATCH, **more})


def read(own: CustomParser, *lines: str, program: str = "") -> list[Any]:
    reader = Parser(with_custom(table(), [own]), ("auto",), program)
    found = [finding for line in lines for finding in reader.feed("stdout", line)] + reader.finish()
    return [brief(finding) for finding in found]


@pytest.mark.parametrize("program", ["", "go", "mytool"])
def test_it_is_part_of_auto_for_every_program(program: str) -> None:
    assert read(mine(), "ERR a.x@3: oops", program=program) == [("a.x", 3, None, "error", None, "oops")]


def test_it_comes_before_the_built_in_rules() -> None:
    own = mine(match=r"(?P<file>\S+?):(?P<line>\d+):(?P<message>.*)$", severity="hint")
    assert read(own, "a.c:3:4: error: oops") == [("a.c", 3, None, "hint", None, "4: error: oops")]


def test_it_sets_severity_column_and_tool() -> None:
    own = mine(
        match=r"(?P<severity>\w+) (?P<file>\S+)@(?P<column>\d+): (?P<message>.+)$",
        severity={"BAD": "warning"},
        column_base=0,
    )
    assert read(own, "BAD a.x@0: oops") == [("a.x", None, 1, "warning", None, "oops")]


def test_lines_that_complete_it_and_lines_that_follow() -> None:
    own = mine(
        match=r"in (?P<file>\S+):$",
        match_next=(r" +(?P<line>\d+)$", r" +(?P<message>\D.*)$"),
        max_lines=4,
        continuation="> ",
    )
    reader = Parser(with_custom(table(), [own]))
    lines = ["in a.x:", "", " 3", " oops", "> why", "else"]
    found = [finding for line in lines for finding in reader.feed("stdout", line)] + reader.finish()
    assert [(f.file, f.line, f.message, f.detail[-1]) for f in found] == [("a.x", 3, "oops", "> why")]


def test_an_invalid_line_number_is_omitted() -> None:
    own = mine(match=r"(?P<file>\S+)@(?P<line>\S+) (?P<message>.+)$")
    assert read(own, "a.x@here oops", "b.x@² oops") == [
        ("a.x", None, None, "error", None, "oops"),
        ("b.x", None, None, "error", None, "oops"),
    ]


def test_correct_examples_are_no_problem() -> None:
    good = ParserExample("ERR a.x@3: oops", file="a.x", line=3, severity="error", message="oops")
    assert list(example_problems(mine(examples=(good,)))) == []


@pytest.mark.parametrize(
    ("example", "key", "said"),
    [
        (ParserExample("ERR"), (), "expected one problem in this text, got none"),
        (ParserExample("ERR a@1: x\nERR b@1: x"), (), "expected one problem in this text, got 2"),
        (ParserExample("ERR a@1: x", line=2), ("line",), "expected 2, got 1"),
        (ParserExample("ERR a@1: x", severity="hint"), ("severity",), "expected 'hint', got 'error'"),
        (ParserExample("ERR a@1: x", code="E1"), ("code",), "expected 'E1', got None"),
    ],
)
def test_an_incorrect_example_is_named(example: ParserExample, key: tuple[str, ...], said: str) -> None:
    own = mine(examples=(ParserExample("WRN a@1: x"), example))
    assert list(example_problems(own)) == [(("examples", 1, *key), said)]


def test_all_patterns_of_a_parser_have_keys() -> None:
    assert [key for key, _ in patterns_of(mine(match_next=("a", "b"), continuation="c"))] == [
        ("match",),
        ("match_next", 0),
        ("match_next", 1),
        ("continuation",),
    ]
    assert [key for key, _ in patterns_of(CustomParser("x", errorformat=("%f:%m,%f-%m",)))] == [("errorformat",)] * 2


def test_a_slow_pattern_is_switched_off_and_the_others_continue() -> None:
    custom = mine(match=r"(?:y|yy)+(?P<message>$)"), mine(name="good")
    reader = Parser(with_custom(table(), custom))
    lines = ("yyy", "y" * 500 + "!", "yyy", "ERR a.x@3: oops")
    found = [finding.message for line in lines for finding in reader.feed("stdout", line)]
    assert found == ["mytool", "oops"], "the rule has no words of its own"
