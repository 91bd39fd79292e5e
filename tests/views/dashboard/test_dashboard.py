"""The dashboard as a person meets it: events and keys in, and what is on the terminal then."""

from __future__ import annotations

import re

import pytest

from hotrun.core.model import events
from hotrun.core.model.inputs import Request
from hotrun.core.model.project import Ui
from hotrun.core.model.requests import Action
from hotrun.core.state.snapshot import Snapshot
from hotrun.keys.actions import DEFAULT_KEYS, bindings
from hotrun.views.dashboard.dashboard import FRAME_MS, Dashboard
from hotrun.views.dashboard.pinned import SPIN_MS, Pinned
from hotrun.views.dashboard.screen.full_screen import FullScreen
from hotrun.views.dashboard.ui_requests import CopyToClipboard, OpenInEditor, Wish
from hotrun.views.lines.plain import ASCII, UNICODE
from tests.views.dashboard.terminal import Screen
from tests.views.streams import EXAMPLES, STAMP, diagnostic

TIME = re.compile(r"\d\d:\d\d:\d\d")
KEYS = "r restart  b build  e errors  n next  p pause  i type  f full  ? help  q quit"


class Session:
    """A dashboard on a terminal that is written to whenever it wants to be."""

    def __init__(self, columns: int = 80, rows: int = 24, *, processes: tuple[str, ...] = ("web",), **how: object):
        self.terminal = Screen(columns, rows)
        self.dashboard = Dashboard((columns, rows), bindings({}), Snapshot(), **{"colored": False, **how})  # type: ignore[arg-type]
        self.now_ms = 1000
        self.frames: list[bytes] = []
        self.show(events.SessionStarted("0.1.0", 1, "/p", "hotrun.toml", (), processes, None))
        self.dashboard.pin()
        self.draw()

    def show(self, *shown: events.Event) -> None:
        """Tell it events."""
        for event in shown:
            self.dashboard.snapshot.apply(event)
            self.dashboard.show(event, 1, STAMP)
        self.dashboard.flush()

    def draw(self) -> list[str]:
        """Let time pass until it wants nothing more, or only to tick; returns what is on the terminal."""
        while (due := self.dashboard.deadline_ms) is not None and due < self.now_ms + SPIN_MS:
            self.now_ms = max(due, self.now_ms)
            self.frames.append(self.dashboard.frame(self.now_ms))
            self.terminal.feed(self.frames[-1])
        return [TIME.sub("12:34:56", line) for line in self.terminal.lines]

    def press(self, *actions: Action) -> list[Wish]:
        """Press keys, and draw."""
        wishes = [wish for action in actions for wish in self.dashboard.press(action, self.now_ms)]
        self.draw()
        return wishes

    @property
    def printed(self) -> list[str]:
        """What is in the scrollback, without the first line and without the pinned rows."""
        lines = self.draw()
        below = next(n for n, line in enumerate(lines) if line.startswith(("● watching", "◐", "◓", "‖", "■")))
        return lines[1:below]


def output(text: str, source: str = "run:web") -> events.Output:
    return events.Output(source, "stdout", text)


def red(number: int, *problems: events.Diagnostic) -> list[events.Event]:
    """A build that fails with these problems."""
    return [
        events.BuildStarted(number, ("app",), ()),
        events.StepStarted(number, "app", ("make",)),
        *problems,
        events.StepFinished(number, "app", "failed", 1, None, 90),
        events.BuildFinished(number, "failed", len(problems), 0, 96, ("app",), ()),
    ]


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


# --- keys ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "request_"),
    [
        ("restart", Request("restart")),
        ("build", Request("build")),
        ("pause", Request("pause")),
        ("attach", Request("attach")),
    ],
)
def test_a_key_asks_the_engine(action: Action, request_: Request) -> None:
    assert Session().press(action) == [request_]


def test_q_asks_for_the_end() -> None:
    (wish,) = Session().press("stop")
    assert isinstance(wish, Request)
    assert wish.verb == "stop"
    assert wish.exit_code == 0


def test_pausing_twice_is_going_on_also_where_somebody_else_has_paused() -> None:
    session = Session()
    assert session.press("pause", "pause") == [Request("pause"), Request("resume")]
    session.show(events.StateChanged("paused", ""))
    assert session.press("pause") == [Request("resume")]


def test_a_number_shows_the_output_of_one_process_alone_and_zero_that_of_all() -> None:
    session = Session(processes=("web", "api"))
    session.press("process-2")
    session.show(output("hidden"), output("shown", "run:api"), output("built", "step:app"))
    assert session.printed == ["api │ shown", "app │ built"]
    assert "showing only api (0 shows all)" in session.draw()[-2]
    assert session.press("restart") == [Request("restart", "api")]
    session.press("all-output")
    session.show(output("again"))
    assert session.printed[-1] == "web │ again"
    assert "only" not in session.draw()[-2]


def test_a_number_without_a_process_says_so() -> None:
    session = Session()
    session.press("process-7")
    assert session.draw()[-1] == "no process 7"
    session.press("back")
    assert session.draw()[-1] == KEYS


def test_errors_are_printed_once_more_those_of_processes_too() -> None:
    session = Session()
    crash = diagnostic("crashed", step=None, process="web", path=None, file=None)
    session.show(*red(2, diagnostic("one"), diagnostic("old", new=False)), crash)
    session.press("errors")
    assert session.printed[-4:] == [
        "3 errors",
        "  src/a.c:3:7: error: one",
        "  error: crashed",
        "  src/a.c:3:7: error: old",
    ]
    green = Session()
    green.press("errors")
    assert green.printed == ["no problems"]


def test_an_error_can_be_chosen_opened_and_copied() -> None:
    session = Session()
    first, second = diagnostic("one"), diagnostic("two", line=9)
    session.show(*red(2, first, second))
    session.press("next-error")
    assert session.draw()[-1] == "1/2 src/a.c:3:7: error: one  (o open, y copy, esc clear)"
    session.press("next-error")
    assert session.draw()[-1] == "2/2 src/a.c:9:7: error: two  (o open, y copy, esc clear)"
    assert session.press("open") == [OpenInEditor(second)]
    assert session.press("copy") == [CopyToClipboard("src/a.c:9:7: error: two")]
    session.press("next-error", "previous-error", "back")
    assert session.draw()[-1] == KEYS


def test_a_message_with_line_breaks_and_escapes_is_copied_without_them() -> None:
    session = Session()
    session.show(*red(2, diagnostic("one\nrm -rf x\x1b[2J")))
    assert session.press("copy") == [CopyToClipboard("src/a.c:3:7: error: one\\nrm -rf x")]


def test_an_error_that_is_gone_is_chosen_no_more() -> None:
    session = Session()
    session.show(*red(2, diagnostic("one")))
    session.press("previous-error")
    session.show(events.BuildStarted(3, ("app",), ()), events.StepStarted(3, "app", ("make",)))
    assert session.draw()[-1] == KEYS


def test_without_a_choice_the_first_error_is_opened_and_without_errors_nothing() -> None:
    session = Session()
    assert session.press("open", "select", "down") == []
    session.show(*red(2, diagnostic("one")))
    assert session.press("open") == [OpenInEditor(diagnostic("one"))]


def test_whoever_asks_gets_the_keyboard() -> None:
    session = Session(processes=("web", "api"))
    session.show(events.ProcessPrompt("api", 1, "name? "))
    assert session.press("attach") == [Request("attach", "api")]
    session.show(events.InputAttached("api"))
    assert session.draw()[-1] == "input goes to api, Ctrl-] detaches"
    session.show(events.InputAttached(None))
    assert session.draw()[-1] == KEYS


def test_clear_draws_a_line_and_erases_nothing() -> None:
    session = Session()
    session.show(output("one"))
    session.press("clear")
    assert session.printed == ["one", "── 12:34:56 " + "─" * 60]


def test_each_build_but_the_first_starts_on_an_empty_screen_where_the_settings_say_so() -> None:
    session = Session(rows=8)
    session.dashboard.use_settings(Ui(clear=True))
    session.show(events.ChangesDetected(1, (), 0, "start"), output("one\ntwo"))
    session.draw()
    assert session.terminal.cursor == (0, 4), "the pinned rows begin under four lines"
    session.show(events.ChangesDetected(2, (), 0, "files"), output("three"))
    lines = session.draw()
    assert lines[-4].startswith("[hotrun] build #2 started")
    assert lines[-3:] == ["three", "● watching", "· web waiting"]
    assert session.terminal.cursor == (0, 2), "they begin under the two lines of the build"
    assert [line for line in lines if line in ("one", "two")] == ["one", "two"], "nothing is lost"


def test_the_screen_is_emptied_only_where_the_settings_say_so() -> None:
    session = Session(rows=8)
    session.show(output("one"), events.ChangesDetected(2, (), 0, "files"))
    session.draw()
    assert session.terminal.cursor == (0, 3)


def test_help_prints_each_key_once_as_the_project_has_it() -> None:
    session = Session()
    session.dashboard.use_settings(Ui(keys={"restart": ("R", "f5"), "copy": ()}))
    session.press("help")
    text = "\n".join(session.printed)
    assert "  R f5    Restart the processes without a build." in text
    assert "opy" not in text
    assert "  1 .. 9  Show only the output of this process." in text


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
