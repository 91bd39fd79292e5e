"""The source under a problem, letter by letter: the caret stands under its character, whatever is in front of it."""

from __future__ import annotations

import random

import pytest
from rich.cells import cell_len

from hotrun.core.model.events import SourceExcerpt
from hotrun.views.text.excerpt import excerpt
from tests.views.streams import diagnostic


def shown(*lines: str, first: int = 1, line: int | None = 1, width: int = 80, **fields: object) -> list[str]:
    problem = diagnostic("bad", line=line, source=SourceExcerpt(first, lines), **fields)
    return [found.text for found in excerpt(problem, width)]


def test_the_line_is_marked_and_has_a_caret_and_two_lines_around_it() -> None:
    assert shown("import os", "def f():", "    retrn 1", "", "f()", first=8, line=10, column=5) == [
        "   8 | import os",
        "   9 | def f():",
        "> 10 |     retrn 1",
        "     |     ^",
        "  11 |",
        "  12 | f()",
    ]


def test_views_can_tell_the_lines_apart() -> None:
    problem = diagnostic(line=2, column=1, source=SourceExcerpt(1, ("a", "b", "c")))
    assert [line.kind for line in excerpt(problem, 80)] == ["around", "line", "caret", "around"]


def test_the_bar_is_the_one_of_the_view() -> None:
    assert excerpt(diagnostic(line=1, column=1, source=SourceExcerpt(1, ("a",))), 80, "│")[0].text == "> 1 │ a"


@pytest.mark.parametrize(
    ("line", "fields", "marked", "caret"),
    [
        ("retrn x", {"column": 1, "end_column": 6}, "retrn x", "^~~~~"),
        ("retrn x", {"column": 1, "end_column": 6, "end_line": 1}, "retrn x", "^~~~~"),
        ("retrn x", {"column": 7, "end_column": 3, "end_line": 2}, "retrn x", "      ^"),
        ("retrn x", {"column": 7, "end_column": 99}, "retrn x", "      ^"),
        ("retrn x", {"column": 7, "end_column": 7}, "retrn x", "      ^"),
        ("retrn x", {"column": 7, "end_column": 2}, "retrn x", "      ^"),
        ("\tretrn x", {"column": 2, "end_column": 7}, "    retrn x", "    ^~~~~"),
        ("\t\tx", {"column": 3}, "        x", "        ^"),
        ("\t\tx", {"column": 1}, "        x", "^"),
        ("ab\tx", {"column": 4}, "ab  x", "    ^"),
        ("日本 = x", {"column": 6}, "日本 = x", "       ^"),
        ("x = 日本", {"column": 5, "end_column": 7}, "x = 日本", "    ^~~~"),
        ("日\tx", {"column": 3}, "日  x", "    ^"),
        ("e\u0301 = x", {"column": 6}, "e\u0301 = x", "    ^"),
        ("f(1", {"column": 4}, "f(1", "   ^"),
        ("", {"column": 1}, "", "^"),
    ],
)
def test_the_caret_stands_under_its_character(line: str, fields: dict[str, object], marked: str, caret: str) -> None:
    assert shown(line, **fields) == [f"> 1 | {marked}".rstrip(), f"    | {caret}"]  # type: ignore[arg-type]


@pytest.mark.parametrize("column", [None, 0, 5, 400])
def test_without_a_column_in_the_line_there_is_no_caret(column: int | None) -> None:
    assert shown("f(1", column=column) == ["> 1 | f(1"]


@pytest.mark.parametrize(("first", "line"), [(1, 2), (3, 2), (1, None)])
def test_without_the_line_there_is_nothing(first: int, line: int | None) -> None:
    assert shown("x", first=first, line=line) == []


def test_without_a_source_there_is_nothing() -> None:
    assert excerpt(diagnostic(), 80) == []


@pytest.mark.parametrize(
    "detail",
    [
        ("    3 |   retrn x", "      |   ^~~~~"),
        ("retrn x",),
        ("  retrn x  ", "  ^"),
        ("> 3 |   retrn x",),
    ],
)
def test_what_the_tool_has_shown_itself_is_not_shown_twice(detail: tuple[str, ...]) -> None:
    assert shown("  retrn x", column=3, detail=detail) == []


def test_words_of_the_tool_that_end_like_the_line_are_not_the_line() -> None:
    assert shown("x", column=1, detail=("undefined: x", "")) == ["> 1 | x", "    | ^"]


def test_what_a_terminal_would_obey_is_replaced_and_moves_nothing() -> None:
    assert shown("\x1b[2J\u202ex = 1\x00", column=7) == ["> 1 | \ufffd[2J\ufffdx = 1\ufffd", "    |       ^"]


def test_a_long_line_is_shown_around_its_place() -> None:
    lines = shown("y = 1", "x" * 60 + "HERE" + "x" * 60, line=2, column=61, end_column=65, width=40)
    assert lines == [
        "  1 |",
        "> 2 | xxxxxxxxxxxxHERE" + "x" * 18,
        "    |             ^~~~",
    ]


def test_a_range_ends_with_the_room() -> None:
    assert shown("x" * 99, column=3, end_column=90, width=40)[1] == "    |   ^" + "~" * 31


def test_a_wide_character_that_is_cut_leaves_a_space() -> None:
    _, caret = lines = shown("日" * 30 + "x", column=31, width=26)
    assert cell_len(lines[0].partition("x")[0]) == caret.index("^")


def test_the_caret_lines_up_in_any_line() -> None:
    """With any tabs, wide and narrow characters in front: as many cells stand before the caret as before its place."""
    rng = random.Random(4)
    for _ in range(2000):
        before = "".join(rng.choice("\ta x日é.") for _ in range(rng.randrange(120)))
        line, caret = shown(before + "@" + "rest" * 20, column=len(before) + 1, width=60)
        assert cell_len(line.partition("@")[0]) == caret.index("^"), repr(before)
        assert max(cell_len(line), cell_len(caret)) <= 60
