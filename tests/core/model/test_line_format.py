"""The format of an exported record, filled."""

from __future__ import annotations

import pytest

from hotrun.core.model.line_format import PLACEHOLDERS, LineFormat, Unbalanced, UnknownField
from tests.views.streams import diagnostic

BACON = "{kind} {path}:{line}:{column} {message}"


def test_every_placeholder_is_filled() -> None:
    known = diagnostic(build=7, severity="note", code="E1", end_line=4, end_column=2)
    text = "|".join(f"{{{name}}}" for name in PLACEHOLDERS)
    assert LineFormat(text).record(known) == "note|note|/p/src/a.c|src/a.c|3|7|4|2|E1|gcc|bad|7\n"


def test_what_is_not_known_of_a_place_is_its_beginning() -> None:
    text = LineFormat("{line}:{column}-{end_line}:{end_column} [{code}]")
    assert text.record(diagnostic(line=None, column=None)) == "1:1-1:1 []\n"
    assert text.record(diagnostic(line=5, column=None)) == "5:1-5:1 []\n"


@pytest.mark.parametrize(
    ("text", "record"),
    [("{{{message}}}", "{bad}\n"), ("{{message}}", "{message}\n"), ("a\\n{message}\nb", "a\\nbad\nb\n"), ("x", "x\n")],
)
def test_doubled_braces_are_braces_and_all_else_is_itself(text: str, record: str) -> None:
    assert LineFormat(text).record(diagnostic()) == record


def test_a_format_that_names_a_place_leaves_out_what_has_none() -> None:
    without = diagnostic("step app failed", file=None, path=None, line=None, column=None)
    assert LineFormat(BACON).record(without) is None
    assert LineFormat(BACON).record(diagnostic(file="gone.c", path=None)) is None
    assert LineFormat(BACON).record(diagnostic(file="/p/a\nb", path="a\nb")) is None
    assert LineFormat("{severity}: {message}").record(without) == "error: step app failed\n"


def test_what_a_tool_says_adds_no_line() -> None:
    assert LineFormat("{tool} {message}").record(diagnostic("a\r\nb\u2028c{line}", tool="x\ny")) == "x y a b c{line}\n"


@pytest.mark.parametrize(
    ("text", "name"), [("{pth}", "pth"), ("{}", ""), ("{ path }", " path "), ("{path!r}", "path!r")]
)
def test_what_is_no_placeholder_is_refused_by_its_name(text: str, name: str) -> None:
    with pytest.raises(UnknownField) as caught:
        LineFormat(text)
    assert caught.value.name == name


@pytest.mark.parametrize("text", ["{path", "path}", "{", "}", "{path}}", "{a{b}}"])
def test_a_brace_without_its_other_half_is_refused(text: str) -> None:
    with pytest.raises((Unbalanced, UnknownField)):
        LineFormat(text)
