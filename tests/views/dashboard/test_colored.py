"""Colored text, cut and broken by the cells that it takes."""

from __future__ import annotations

import random

import pytest

from hotrun.views.dashboard.colored import clip, spaced, width, wrap
from hotrun.views.text.clean import uncolored

RED = "\x1b[31m"
END = "\x1b[0m"


def test_wide_characters_take_two_cells_and_combining_ones_none() -> None:
    assert width("日本") == 4
    assert width("e\u0301") == 1
    assert width(f"{RED}ab{END}") == 2
    assert width("\x1b]8;;https://example.org\x1b\\ab\x1b]8;;\x1b\\") == 2


@pytest.mark.parametrize(
    ("text", "cells", "expected"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日…"),
        (f"{RED}abcd{END}", 3, f"{RED}ab{END}…"),
        (f"{RED}ab{END}cd", 3, f"{RED}ab{END}…"),
        ("abc", 1, "a"),
        ("abc", 0, ""),
    ],
)
def test_text_is_cut_with_its_colors_ended(text: str, cells: int, expected: str) -> None:
    assert clip(text, cells) == expected


def test_colors_go_on_in_the_next_row_and_end_with_each() -> None:
    assert wrap(f"{RED}abcd{END}ef", 3) == [f"{RED}abc{END}", f"{RED}d{END}ef"]
    assert wrap("日本語", 5) == ["日本", "語"]
    assert wrap("", 5) == [""]
    assert wrap("abc", 0) == []


def test_what_combines_stays_with_its_character() -> None:
    assert wrap("ae\u0301b", 2) == ["ae\u0301", "b"]
    assert clip("e\u0301e\u0301e\u0301", 2) == "e\u0301…"


def test_tabs_go_to_the_next_stop() -> None:
    assert spaced("a\tb") == "a       b"
    assert spaced(f"{RED}日\t{END}b") == f"{RED}日      {END}b"
    assert spaced("12345678\tb") == "12345678        b"


@pytest.mark.parametrize("seed", range(20))
def test_nothing_is_lost_by_wrapping_and_no_row_is_too_wide(seed: int) -> None:
    chance = random.Random(seed)
    text = "".join(chance.choice(("a", "日", "\u0301", RED, END, "\x1b[1;4m", " ")) for _ in range(200))
    cells = chance.randrange(2, 30)
    rows = wrap(text, cells)
    assert uncolored("".join(rows)) == uncolored(text)
    assert all(width(row) <= cells for row in rows)
    assert width(clip(text, cells)) <= cells
