"""Frames, looked at through a terminal: output goes up into the scrollback, the rows stay under it."""

from __future__ import annotations

import pytest

from hotrun.views.dashboard.painter import HIDE_CURSOR, frame, leave, screen
from tests.views.dashboard.terminal import Screen


def test_rows_are_pinned_under_what_was_printed() -> None:
    terminal = Screen()
    terminal.feed(frame("one\ntwo\n", ["state", "keys"]).encode())
    assert terminal.lines == ["one", "two", "state", "keys"]


def test_the_cursor_waits_on_the_first_cell_of_the_pinned_rows() -> None:
    terminal = Screen()
    terminal.feed(frame("one\ntwo\n", ["state", "processes", "keys"]).encode())
    assert terminal.cursor == (0, 2)


def test_the_next_frame_takes_the_rows_away_however_many_there_were() -> None:
    terminal = Screen()
    for rows in (["a", "b", "c"], ["d"], ["e", "f"], [], ["g"]):
        terminal.feed(frame("line\n", rows).encode())
    assert terminal.lines == ["line"] * 5 + ["g"]


def test_a_thousand_frames_leave_every_line_once_and_no_row_in_the_scrollback() -> None:
    terminal = Screen(40, 8)
    printed = [f"line {number}" for number in range(1000)]
    for number, line in enumerate(printed):
        terminal.feed(frame(f"{line}\n", ["state", "processes", "keys"][: number % 4]).encode())
    terminal.feed(frame("", ["state"]).encode())
    assert terminal.lines == [*printed, "state"]


@pytest.mark.parametrize("length", [39, 40, 41, 80, 100])
def test_long_lines_wrap_and_nothing_is_lost_around_them(length: int) -> None:
    terminal = Screen(40, 8)
    for _ in range(10):
        terminal.feed(frame("x" * length + "\nend\n", ["state", "keys"]).encode())
    text = "".join(terminal.lines)
    assert text == ("x" * length + "end") * 10 + "statekeys"


def test_a_row_that_is_too_long_is_cut_by_the_terminal_and_wraps_nothing() -> None:
    terminal = Screen(40, 8)
    for _ in range(3):
        terminal.feed(frame("line\n", ["x" * 60, "keys"]).encode())
    assert [line[:4] for line in terminal.lines] == ["line", "line", "line", "xxxx", "keys"]


def test_no_color_of_a_line_or_row_reaches_what_follows() -> None:
    terminal = Screen()
    terminal.feed(frame("\x1b[31mred\n", ["state", "\x1b[32mgreen", "keys"]).encode())
    assert [terminal.color(text) for text in ("red", "state", "green", "keys")] == [
        "red",
        "default",
        "green",
        "default",
    ]


def test_leaving_takes_the_rows_away_and_shows_the_cursor() -> None:
    terminal = Screen()
    terminal.feed((HIDE_CURSOR + frame("one\n", ["state", "keys"])).encode())
    assert terminal.is_cursor_hidden
    terminal.feed(leave(False).encode())
    assert terminal.lines == ["one"]
    assert not terminal.is_cursor_hidden


def test_what_is_shown_at_once_is_written_at_once() -> None:
    for text in (frame("one\n", ["state"]), screen(["a", "b"])):
        assert text.startswith("\x1b[?2026h")
        assert text.endswith("\x1b[?2026l")


def test_the_whole_screen_is_drawn_over_itself() -> None:
    terminal = Screen(20, 4)
    for rows in (["aaaa", "bbbb", "cccc", "dddd"], ["a", "b"]):
        terminal.feed(screen(rows).encode())
    assert terminal.lines == ["a", "b"]
