"""Problems under a build result: which are shown, with their source, and how the rest is counted."""

from __future__ import annotations

import msgspec

from hotrun.core.model import events
from hotrun.views.lines.plain import MOST_ERRORS, MOST_EXCERPTS
from tests.views.lines.shown import Screen, finished
from tests.views.streams import diagnostic


def test_the_problems_follow_the_build_result_errors_first() -> None:
    shown = Screen().shows(
        events.StepStarted(7, "app", ("make",)),
        diagnostic("unused", severity="warning", line=9, column=None, code="W1"),
        diagnostic("expected ';'", code="E2"),
        diagnostic("it failed", path=None, file=None, line=None, column=None),
        finished("failed", 2, 1),
    )
    assert shown == (
        "✗ build #7 failed in 1.23s: 2 errors, 1 warning\n"
        "  src/a.c:3:7: error: expected ';' [E2]\n"
        "  error: it failed\n"
        "  src/a.c:9: warning: unused [W1]\n"
    )


def test_the_first_problems_have_their_source_under_them() -> None:
    source = events.SourceExcerpt(2, ("def f():", "\tretrn 1"))
    here: dict[str, object] = {"source": source, "column": 2, "end_column": 7}
    shown = Screen().shows(
        diagnostic("one", **here),
        diagnostic("two", detail=("        retrn 1", "        ^"), **here),
        *(diagnostic(f"more {number}", **here) for number in range(MOST_EXCERPTS)),
        finished("failed", 7),
    )
    excerpt = "      2 │ def f():\n    > 3 │     retrn 1\n        │     ^~~~~\n"
    assert shown.startswith(
        "✗ build #7 failed in 1.23s: 7 errors\n"
        f"  src/a.c:3:2: error: one\n{excerpt}"
        "  src/a.c:3:2: error: two\n"
        f"  src/a.c:3:2: error: more 0\n{excerpt}"
    )
    assert shown.count("def f():") == MOST_EXCERPTS
    assert shown.endswith("\n  src/a.c:3:2: error: more 4\n")


def test_the_source_is_dim_but_for_its_line_and_the_caret() -> None:
    problem = diagnostic(source=events.SourceExcerpt(2, ("\x1b[31ma", "b")), column=1)
    assert Screen(colored=True).shows(problem, finished("failed", 1)).splitlines()[2:] == [
        "    \x1b[2m  2 │ \ufffd[31ma\x1b[0m",
        "    \x1b[1m> 3 │ b\x1b[0m",
        "    \x1b[31m    │ ^\x1b[0m",
    ]


def test_the_build_result_says_what_is_fixed_and_how_many_are_new() -> None:
    def result(*news: bool, fixed: int = 0, status: events.Status = "failed", warnings: int = 0) -> str:
        problems = [diagnostic(f"{number}", new=new) for number, new in enumerate(news)]
        problems += [diagnostic("w", severity="warning", new=number == 0) for number in range(warnings)]
        new = sum(problem.new for problem in problems)
        end = msgspec.structs.replace(finished(status, len(news), warnings), new=new, fixed=fixed)
        return Screen().shows(events.StepStarted(7, "app", ("make",)), *problems, end).splitlines()[0]

    assert result(True, False, False, fixed=1) == "✗ build #7 failed in 1.23s: 3 errors (1 new), 1 fixed"
    assert result(False, fixed=2) == "✗ build #7 failed in 1.23s: 1 error, 2 fixed"
    assert result(True, True, fixed=1) == "✗ build #7 failed in 1.23s: 2 errors (2 new), 1 fixed"
    assert result(True, True) == "✗ build #7 failed in 1.23s: 2 errors", "that all are new goes without saying"
    assert result(False, warnings=2) == "✗ build #7 failed in 1.23s: 1 error, 2 warnings (1 new)"
    assert result(status="passed", fixed=2) == "✔ build #7 passed in 1.23s: 2 fixed"


def test_what_is_wrong_with_a_process_is_shown_when_it_happens_and_under_no_build_result() -> None:
    crash = msgspec.structs.replace(diagnostic(), step=None, process="web")
    assert Screen().shows(crash, finished()) == "  src/a.c:3:7: error: bad\n✔ build #7 passed in 1.23s\n"


def test_a_prompt_is_shown_while_its_process_has_the_keyboard() -> None:
    screen = Screen()
    screen.shows(events.InputAttached("web"))
    assert screen.shows(events.ProcessPrompt("web", 2, "name")) == "web │ name\n"


def test_the_problems_of_a_step_that_runs_again_are_forgotten() -> None:
    screen = Screen()
    screen.shows(diagnostic("old"), finished("failed", 1))
    assert screen.shows(events.StepStarted(8, "app", ("make",)), finished()) == "✔ build #7 passed in 1.23s\n"


def test_a_canceled_build_lists_no_problems() -> None:
    assert Screen().shows(diagnostic("old"), finished("canceled", 1)) == "· build #7 canceled in 1.23s: 1 error\n"


def test_a_long_list_is_cut_and_counted() -> None:
    problems = [diagnostic(f"problem {number}") for number in range(MOST_ERRORS + 3)]
    lines = Screen().shows(*problems, finished("failed", len(problems))).splitlines()
    assert len(lines) == 1 + MOST_ERRORS + 1
    assert lines[-1] == "  and 3 more"
