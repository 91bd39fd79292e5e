"""What each key of the dashboard does."""

from __future__ import annotations

import pytest

from hotrun.core.model import events
from hotrun.core.model.inputs import Request
from hotrun.core.model.project import Ui
from hotrun.core.model.requests import Action
from hotrun.views.dashboard.ui_requests import CopyToClipboard, OpenInEditor
from tests.views.dashboard.dashboard_session import KEYS, Session, output, red
from tests.views.streams import diagnostic


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
