"""Lines are stripped of escape sequences before matching."""

from __future__ import annotations

import pytest

from hotrun.core.diagnostics.model.text_lines import MAX_CHARACTERS, plain


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("as it is", "as it is"),
        ("trailing \t ", "trailing"),
        ("\tindented", "\tindented"),
        ("\x1b[1m\x1b[38;5;9mred\x1b[0m", "red"),
        ("\x1b]8;;https://example.com\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b(Btext\x1b7\x1b=", "text"),
        ("\x1b", ""),
        ("cut \x1b[3", "cut"),
        ("10%\r20%\r100%", "100%"),
        ("windows\r", "windows"),
        ("nul\x00 bell\x07 del\x7f", "nul bell del"),
        ("‘quotes’ ━ ✖", "‘quotes’ ━ ✖"),  # noqa: RUF001
        ("", ""),
    ],
)
def test_escapes_and_control_characters_are_removed(line: str, expected: str) -> None:
    assert plain(line) == expected


def test_a_long_line_is_cut() -> None:
    assert plain("x" * 10_000_000) == "x" * MAX_CHARACTERS
    assert plain("\x1b[31mx\x1b[0m" * 500) == "x" * 500
