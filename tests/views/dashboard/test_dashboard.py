"""The dashboard as a person meets it: events and keys in, and what is on the terminal then."""

from __future__ import annotations

import pytest

from hotrun.core.model import events
from hotrun.core.model.inputs import Request
from hotrun.core.model.requests import Action
from hotrun.core.state.snapshot import Snapshot
from hotrun.keys.actions import DEFAULT_KEYS, bindings
from hotrun.views.dashboard.dashboard import FRAME_MS, Dashboard
from hotrun.views.dashboard.pinned import SPIN_MS, Pinned
from hotrun.views.dashboard.screen.full_screen import FullScreen
from hotrun.views.dashboard.ui_requests import CopyToClipboard, Wish
from hotrun.views.lines.plain import ASCII, UNICODE
from tests.views.dashboard.dashboard_session import KEYS, Session, output, red
from tests.views.dashboard.terminal import Screen
from tests.views.streams import EXAMPLES, STAMP, diagnostic


def test_output_goes_to_the_scrollback_and_the_rows_stay_under_it() -> None:
    session = Session()
    session.show(output("one\ntwo"))
    assert session.draw() == [
        "hotrun 0.1.0 · /p · hotrun.toml",
        *("one", "two"),
        *("● watching", "· web waiting", KEYS),
    ]


def test_output_of_one_source_has_no_name_in_front_and_that_of_two_has() -> None:
    alone, many = Session(), Session(processes=("web", "api"))
    for session in (alone, many):
        session.show(output("hello"))
    assert alone.printed == ["hello"]
    assert many.printed == ["web │ hello"]


def test_a_second_source_that_a_new_configuration_brings_gets_its_name() -> None:
    session = Session()
    session.show(events.ConfigReloaded("hotrun.toml", (), ("api",)), output("hello", "run:api"))
    assert session.printed[-1] == "api │ hello"


def test_a_red_build_prints_its_errors_as_a_block_and_its_count_stays_until_green() -> None:
    session = Session()
    session.show(*red(2, diagnostic("expected ';'")))
    assert session.printed[-4:] == [
        "app failed (exit 1)",
        "✗ build #2 failed in 96ms: 1 error",
        "  src/a.c:3:7: error: expected ';'",
        "[hotrun] build #2 finished: failed, 1 errors, 0 warnings",
    ]
    session.show(events.BuildStarted(3, ("app",), ()), events.BuildFinished(3, "canceled", 1, 0, 5, (), ()))
    assert "✗ #2 failed in 96ms: 1 error" in session.draw()[-3]
    session.show(events.BuildStarted(4, ("app",), ()), events.BuildFinished(4, "passed", 0, 0, 5, ("app",), ()))
    assert session.draw()[-3] == "● watching  ✔ #4 passed in 5ms"


def test_everything_that_plain_prints_is_printed_but_what_the_rows_say() -> None:
    session = Session(processes=("app", "web"))
    session.show(*EXAMPLES[1:])
    printed = "\n".join(session.printed)
    assert "build #2 started" in printed
    assert "build #2 finished" in printed


def test_a_line_that_has_begun_is_pinned_until_it_is_complete() -> None:
    session = Session()
    session.show(events.ProcessPrompt("web", 1, "(Pdb) "))
    assert session.draw()[1:3] == ["web │ (Pdb)", "● watching"]
    session.show(output("(Pdb) p 1\n1"))
    assert session.draw()[1:4] == ["(Pdb) p 1", "1", "● watching"]


def test_the_prompt_of_a_run_that_ended_goes() -> None:
    session = Session()
    session.show(events.ProcessStarting("web", 1, 1), events.ProcessPrompt("web", 1, "(Pdb) "))
    session.show(events.ProcessExited("web", 1, 1, 1, None, False, 5))
    assert not any("(Pdb)" in line for line in session.draw())


# --- frames ----------------------------------------------------------------------------------------------------------


def test_the_first_frame_after_quiet_is_wanted_at_once_and_the_next_one_later() -> None:
    session = Session()
    session.now_ms += 5000
    session.show(output("one"))
    due = session.dashboard.deadline_ms
    assert due is not None
    assert due <= session.now_ms
    session.dashboard.frame(session.now_ms)
    session.show(output("two"))
    assert session.dashboard.deadline_ms == session.now_ms + FRAME_MS


def test_while_nothing_happens_no_frame_is_wanted() -> None:
    session = Session()
    session.draw()
    assert session.dashboard.deadline_ms is None
    assert session.dashboard.frame(session.now_ms + 60_000) == b""


def test_an_event_that_changes_nothing_to_be_seen_writes_nothing() -> None:
    session = Session()
    session.show(events.UpToDate(1))
    assert session.draw()[1] == "● watching"
    assert session.frames[-1] == b""


def test_while_a_build_runs_its_time_is_told_five_times_a_second() -> None:
    session = Session()
    session.show(events.BuildStarted(2, ("app",), ()))
    assert session.draw()[1] == "◐ building #2 0.0s"
    start_ms = session.now_ms
    seen = []
    for _ in range(5):
        due = session.dashboard.deadline_ms
        assert due is not None
        session.terminal.feed(session.dashboard.frame(due))
        seen.append(session.terminal.lines[1])
    assert due == start_ms + 5 * SPIN_MS
    assert seen[-1] == "◓ building #2 1.0s"


def test_before_it_is_pinned_there_are_lines_and_no_rows_and_no_ticks() -> None:
    dashboard = Dashboard((80, 24), bindings({}), Snapshot(), colored=False)
    terminal = Screen()
    dashboard.show(events.BuildStarted(1, ("app",), ()), 1, STAMP)
    dashboard.show(output("one"), 2, STAMP)
    terminal.feed(dashboard.frame(0))
    assert terminal.lines == ["one"]
    assert not terminal.is_cursor_hidden
    assert dashboard.deadline_ms is None


def test_leaving_prints_what_is_left_and_takes_the_rows_away_and_the_next_frame_is_back() -> None:
    session = Session()
    session.show(output("last"))
    session.terminal.feed(session.dashboard.leave())
    assert session.terminal.lines == ["hotrun 0.1.0 · /p · hotrun.toml", "last"]
    assert not session.terminal.is_cursor_hidden
    assert session.draw()[2:] == ["● watching", "· web waiting", KEYS]
    assert session.terminal.is_cursor_hidden


def test_in_the_background_nothing_is_pinned() -> None:
    session = Session()
    session.dashboard.show_rows(False)
    session.draw()
    assert not session.terminal.is_cursor_hidden
    session.show(output("one"))
    assert session.draw()[1:] == ["one"]
    assert b"\x1b[J" not in session.frames[-1], "another program's line may stand there"


def test_a_resize_draws_the_rows_for_the_new_size() -> None:
    session = Session()
    session.dashboard.resize(40, 8)
    assert session.draw()[1:] == ["● watching", "· web waiting"]


def test_a_line_of_ten_megabytes_wide_characters_and_bytes_that_are_no_text_leave_the_rows_in_place() -> None:
    session = Session(40, 8)
    pieces = ["x" * 65_536] * 4 + ["日本語 " * 100, "\ufffd\ufffd", "e\u0301" * 50, "👩‍💻 end", "\x1b[31mred", "\ttab"]
    for piece in pieces:
        session.show(output(piece))
        lines = session.draw()
        assert lines[-2:] == ["● watching", "· web waiting"]
    assert sum(line.count("x") for line in lines) == 4 * 16_384, "each is shown cut"
    assert sum("watching" in line for line in lines) == 1


@pytest.mark.parametrize("colored", [True, False])
def test_a_terminal_that_shows_nothing_but_ascii_gets_nothing_else(colored: bool) -> None:
    session = Session(colored=colored, marks=ASCII, encoding="ascii", processes=("app", "web"))
    session.show(*EXAMPLES[1:], output("日本"))
    session.draw()
    text = b"".join(session.frames).decode("ascii")
    assert "?" in text
    assert ("\x1b[3" in text) is colored


# --- the whole screen ------------------------------------------------------------------------------------------------


class Panes(FullScreen):
    """A whole screen that counts the lines of output that it was told."""

    def __init__(self) -> None:
        super().__init__({}, colored=False, is_ascii=False)

    def takes(self, key: str) -> bool:
        return key == "tab"

    def press(self, action: Action, snapshot: Snapshot, height: int) -> list[Wish] | None:
        return None if action == "back" else []

    def rows(self, snapshot: Snapshot, pinned: Pinned, size: tuple[int, int], now_ms: int) -> list[str]:
        return [f"{self.record.log.end} lines", *[""] * (size[1] - 1)]


def test_while_the_whole_screen_is_used_output_waits_for_the_scrollback() -> None:
    session = Session(full=Panes())
    session.press("full")
    session.show(output("one"), output("two"))
    session.draw()
    assert b"2 lines" in session.frames[-1]
    assert b"one" not in b"".join(session.frames)
    assert session.press("build") == [Request("build")]
    session.press("back")
    assert b"\x1b[?1049l" in session.frames[-1]
    assert b"".join(session.frames).count(b"\x1b[?1049h") == 1
    assert b"one\r\ntwo" in session.frames[-1]


def test_leaving_while_the_whole_screen_is_used_gives_it_back_first() -> None:
    session = Session(full=Panes())
    session.press("full")
    session.show(output("one"))
    left = session.dashboard.leave()
    assert left.index(b"\x1b[?1049l") < left.index(b"one")


def test_without_panes_the_key_says_so() -> None:
    session = Session(marks=UNICODE)
    session.press("full")
    assert session.draw()[-1] == "the full screen is not ready yet"


def test_the_whole_screen_says_what_was_copied_and_that_there_is_nothing_to_open() -> None:
    session = Session(full=FullScreen(DEFAULT_KEYS, colored=False, is_ascii=True))
    session.press("full", "open")
    assert b"no problems" in session.frames[-1].rpartition(b"\n")[2]
    session.show(*red(2, diagnostic("one")))
    session.press("errors")
    assert session.press("copy") == [CopyToClipboard("src/a.c:3:7: error: one")]
    assert b"copied src/a.c:3:7: error: one" in session.frames[-1].rpartition(b"\n")[2]
