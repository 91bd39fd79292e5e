"""The whole screen as a person reads it, pane by pane, in terminals of every size."""

from __future__ import annotations

import random

import pytest

from hotrun.core.model import events
from hotrun.core.model.requests import Action
from hotrun.core.model.usage import Usage
from hotrun.keys.actions import DEFAULT_KEYS
from tests.views.dashboard.screen.shown import Shown, fixed, problem


def test_the_errors_are_listed_with_everything_about_the_chosen_one() -> None:
    shown = Shown(60, 18)
    related = events.Related("src/b.py", "/p/src/b.py", 7, 1, "declared here")
    source = events.SourceExcerpt(2, ("def f():", "    g()"))
    shown.has(
        problem("no such name", column=5, detail=("help: import it",), related=(related,), source=source),
        problem("odd", line=4, new=False),
        fixed=(fixed("gone"),),
    )
    assert shown.rows() == [
        "* watching",
        "[errors 2] processes output builds 1",
        "> new src/app.py:3:5: error: no such name",
        "  src/app.py:4:9: error: odd",
        "-- 1 of 2 --------------------------------------------------",
        "src/app.py:3:5",
        "error: no such name",
        "[E1], in app, new, parser lint",
        "  2 | def f():",
        "> 3 |     g()",
        "    |     ^",
        "  help: import it",
        "  src/b.py:7:1: declared here",
        "fixed: src/c.py:1: error: gone",
        *[""] * 3,
        "tab next pane  esc close  enter details  o open  ? help",
    ]


def test_another_error_is_chosen_by_keys_and_is_the_one_to_open() -> None:
    shown = Shown()
    shown.has(*(problem(f"number {n}", line=n) for n in range(1, 40)))
    assert shown.press("down", "down", "up") == [True] * 3
    chosen = shown.full.problem(shown.snapshot)
    assert chosen is not None
    assert chosen.message == "number 2"
    shown.press("bottom")
    assert any(row.startswith("> src/app.py:39:9") for row in shown.body())
    shown.press("next-error", "top", "next-error")
    chosen = shown.full.problem(shown.snapshot)
    assert chosen is not None
    assert chosen.message == "number 2"


def test_when_there_are_fewer_errors_than_before_the_last_one_is_chosen() -> None:
    shown = Shown()
    shown.has(*(problem(f"number {n}", line=n) for n in range(1, 9)))
    shown.press("bottom")
    shown.has(problem("alone"))
    assert any(row.startswith("> src/app.py:3:9: error: alone") for row in shown.body())


def test_details_fill_the_pane_and_can_be_read_to_their_end() -> None:
    shown = Shown(60, 10)
    shown.has(problem("long", detail=tuple(f"line {n}" for n in range(30))))
    shown.press("select")
    assert shown.body()[0] == "src/app.py:3:9"
    assert "more rows" in shown.body()[-1]
    shown.press("bottom")
    assert shown.body()[-1] == "  line 29"
    shown.press("up")
    assert shown.body()[-1] == "... 2 more rows", "the way back begins at the end"
    assert shown.press("back", "back") == [True, False], "the second one closes the screen"


def test_without_an_error_what_was_fixed_is_said() -> None:
    shown = Shown()
    shown.start()
    shown.builds(1, "src/c.py")
    shown.ends(1, fixed=(fixed("x"),))
    assert shown.body()[:2] == ["ok: no problems", "fixed: src/c.py:1: error: x"]


def test_processes_are_shown_with_what_they_cost() -> None:
    shown = Shown(100, 12)
    shown.start("web", "job")
    shown.starts("web")
    shown.full.usage = {"web": Usage(12.4, 34 << 20)}
    shown.now_ms = 65_400
    shown.tell(events.ProcessReady("web", 1, 1, "tcp", 90), events.ProcessStale("web", 1, 1))
    shown.press("processes")
    assert shown.body()[:3] == [
        "  process  state      uptime  cpu  memory  pid  restarts  build  port",
        "> 1 web    ! stale    1m 05s  12%  34 MB   77             #1",
        "  2 job    . waiting",
    ]


def test_what_a_process_cost_is_not_shown_when_it_is_down() -> None:
    shown = Shown(100, 12)
    shown.start("web")
    shown.starts("web")
    shown.full.usage = {"web": Usage(1, 1 << 20)}
    shown.tell(events.ProcessExited("web", 1, 1, 3, None, False, 900))
    shown.press("processes")
    assert "KB" not in "".join(shown.body())
    assert "x exited" in shown.body()[1]


def test_the_output_of_all_is_told_apart_and_that_of_one_is_not() -> None:
    shown = Shown(40, 8)
    shown.start("web", "job")
    shown.record.log.add("run:web", "one\ntwo")
    shown.record.log.add("run:job", "three")
    shown.press("all-output")
    assert shown.body() == ["", "", "web | one", "web | two", "job | three"]
    shown.press("process-1")
    assert shown.body()[-2:] == ["one", "two"]
    assert shown.full.process(shown.snapshot) == "web"
    shown.press("process-2", "process-9")
    assert shown.body()[-1:] == ["three"], "there is no ninth process"


def test_output_can_be_read_back_while_more_comes_and_followed_again() -> None:
    shown = Shown(40, 8)
    shown.record.log.add("run:web", "\n".join(f"line {n}" for n in range(100)))
    shown.press("process-1", "all-output", "up", "up")
    assert shown.body()[-1] == "web | line 97"
    shown.record.log.add("run:web", "more")
    assert shown.body()[-1] == "web | line 97"
    shown.press("page-up")
    assert shown.body()[-1] == "web | line 93"
    shown.press("top")
    assert shown.body()[0] == "web | line 0" or shown.body()[-1] == "web | line 3"
    shown.press("bottom")
    assert shown.body()[-1] == "web | more"
    shown.press("follow")
    shown.record.log.add("run:web", "last")
    assert shown.body()[-1] == "web | more"
    shown.press("follow")
    assert shown.body()[-1] == "web | last"


def test_going_down_to_the_end_follows_again() -> None:
    shown = Shown(40, 8)
    shown.record.log.add("run:web", "\n".join(f"line {n}" for n in range(20)))
    shown.press("all-output", "up", "up", "down", "down")
    shown.record.log.add("run:web", "new")
    assert shown.body()[-1] == "web | new"


def test_a_search_goes_back_from_the_end_and_marks_what_it_finds() -> None:
    shown = Shown(40, 8)
    shown.record.log.add("run:web", "\n".join(f"GET /{n}" if n % 10 == 0 else "." for n in range(100)))
    shown.press("search")
    assert shown.rows()[-1] == "search: _"
    shown.type("get", "enter")
    assert shown.body()[-1] == "web | GET /90"
    rows = shown.full.rows(shown.snapshot, (), shown.size, 0)
    assert any("\x1b[7mGET\x1b[27m" in row for row in rows if isinstance(row, str))
    shown.press("previous-error")
    assert shown.body()[-1] == "web | GET /80"
    shown.press("next-error")
    assert shown.body()[-1] == "web | GET /90"
    shown.press("next-error")
    assert shown.body()[-1] == "web | GET /90", "there is none after it"
    assert shown.press("back", "back") == [True, False]


def test_a_search_that_finds_nothing_says_so() -> None:
    shown = Shown(80, 8)
    shown.record.log.add("run:web", "hello")
    shown.press("search")
    shown.type("bye", "enter")
    assert "nothing found for 'bye'" in shown.rows()[1]
    shown.press("search")
    shown.type("hell", "enter")
    assert "search 'hell', 0 lines back" in shown.rows()[1]


def test_all_keys_can_be_read_on_a_low_screen() -> None:
    shown = Shown(80, 10)
    shown.press("all-output", "help")
    seen = set(shown.body())
    for _ in range(len(DEFAULT_KEYS)):
        shown.press("down")
        seen.update(shown.body())
    assert {row.split()[0] for row in seen} >= {"tab", "e", "/", "o", "f", "?", "q", "Ctrl-C"}


def test_a_filter_leaves_only_the_lines_that_hold_it() -> None:
    shown = Shown(40, 8)
    shown.record.log.add("run:web", "a 1\nb 2\n\x1b[31mA\x1b[0m 3\nb 4")
    shown.press("filter")
    shown.type("xa", "backspace", "backspace", "a", "enter")
    assert shown.body()[-2:] == ["web | a 1", "web | A 3"]
    shown.press("up")
    assert shown.body()[-1] == "web | a 1"


def test_an_entry_that_is_given_up_changes_nothing() -> None:
    shown = Shown(40, 8)
    shown.record.log.add("run:web", "a\nb")
    shown.press("filter")
    assert shown.full.is_typing
    shown.type("a", "esc")
    assert not shown.full.is_typing
    assert shown.body()[-2:] == ["web | a", "web | b"]


def test_long_lines_are_wrapped_with_their_colors_or_cut() -> None:
    shown = Shown(20, 8)
    shown.start("w")
    shown.record.log.add("run:w", f"\x1b[31m{'x' * 30}\x1b[0m")
    shown.press("process-1")
    assert shown.body()[-2:] == ["x" * 20, "x" * 10]
    rows = [row for row in shown.full.rows(shown.snapshot, (), shown.size, 0) if isinstance(row, str)]
    assert rows == [f"\x1b[31m{'x' * 20}\x1b[0m", f"\x1b[31m{'x' * 10}\x1b[0m"]
    shown.press("wrap")
    assert shown.body()[-1] == "x" * 19 + "…"


def test_builds_are_told_with_what_changed_and_how_long_each_part_took() -> None:
    shown = Shown(80, 22)
    shown.start("web")
    shown.builds(1, reason="start")
    shown.tell(
        events.StepStarted(1, "app", ("make",)),
        events.StepFinished(1, "app", "failed", 2, None, 1000),
        events.StepStarted(1, "css", ("css",)),
        events.StepFinished(1, "css", "passed", 0, None, 500),
    )
    shown.ends(1, "failed", errors=2, ms=1400)
    shown.builds(2, "src/a.go", "src/b.go", more=3)
    shown.tell(events.StepStarted(2, "app", ("make",)), events.StepFinished(2, "app", "passed", 0, None, 90, True))
    shown.tell(events.StepCached(2, "css", 1))
    shown.starts("web", build=2)
    shown.tell(events.ProcessReady("web", 1, 2, "tcp", 120))
    shown.ends(2, ms=100)
    shown.press("history")
    body = shown.body()
    assert body[0].startswith("> #2  passed  100ms")
    assert body[0].endswith("src/a.go and 4 more")
    assert body[1].startswith("  #1  failed  1.4s")
    assert body[1].endswith("first build")
    assert body[3:] == [
        "reason: files changed",
        "  ~ src/a.go",
        "  ~ src/b.go",
        "  and 3 more",
        "  app  unchanged  90ms  ####################",
        "  css  kept",
        "  started web, ready after 120ms (tcp)",
        *[""] * (len(body) - 10),
    ]
    shown.press("down")
    assert "  app  failed (exit 2)  1s     ####################" in shown.body()
    assert "  css  passed           500ms  ##########" in shown.body()
    assert "reason: first build, 2 errors" in shown.body()


def test_on_a_high_screen_processes_and_output_are_beside_the_errors() -> None:
    shown = Shown(100, 40)
    shown.start("web")
    shown.starts("web")
    shown.has(problem("bad"))
    shown.record.log.add("run:web", "hello")
    rows = shown.rows()
    assert any("error: bad" in row for row in rows)
    assert any(row.startswith("-- processes") for row in rows)
    assert any("1 web" in row for row in rows)
    assert any(row.startswith("-- output of all, follows") for row in rows)
    assert rows[-2] == "web | hello"


@pytest.mark.parametrize("size", [(200, 60), (80, 24), (40, 10), (40, 8), (20, 5), (12, 3), (5, 2), (1, 1), (80, 1)])
@pytest.mark.parametrize("unicode", [True, False])
def test_every_pane_fits_into_every_terminal(size: tuple[int, int], unicode: bool) -> None:
    shown = Shown(*size, unicode=unicode)
    shown.start(*(f"prozess-{n}-\u65e5\u672c" for n in range(500)))
    shown.has(*(problem(f"\u65e5\u672c\u8a9e {n} " * 20, line=n) for n in range(50)))
    shown.starts("prozess-3-\u65e5\u672c")
    shown.record.log.add("run:x", "\u65e5\u672c" * 100 + "\t\u0301e")
    for action in ("errors", "select", "processes", "history", "select", "all-output", "search"):
        shown.press(action)
        assert len(shown.rows()) == (size[1] if size[1] >= 3 and size[0] >= 10 else min(1, size[1]))


def test_the_keys_are_shown_on_a_key_and_go_on_the_next() -> None:
    shown = Shown(80, 40)
    shown.press("help")
    assert any(row.split() == ["/", "Search", "in", "the", "output."] for row in shown.body())
    assert shown.press("back") == [True]
    assert shown.press("back") == [False]
    shown.press("help", "bottom")
    assert any(row.startswith("  Ctrl-C") for row in shown.body())
    shown.press("history")
    assert shown.body()[0] == "no build yet"


def test_the_next_pane_is_a_key_away_and_the_last_one_leads_to_the_first() -> None:
    shown = Shown()
    seen = []
    for _ in range(4):
        seen.append(shown.full.state.pane)
        shown.full.turn(1)
    shown.full.turn(-1)
    seen.append(shown.full.state.pane)
    assert seen == ["errors", "processes", "output", "history", "history"]


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_pressed_there_is_a_screen(seed: int) -> None:
    chance = random.Random(seed)
    shown = Shown(chance.choice((40, 80)), chance.choice((8, 24, 40)))
    shown.start("a", "b")
    actions: list[Action] = list(DEFAULT_KEYS)
    for step in range(300):
        match chance.randrange(6):
            case 0:
                shown.record.log.add(chance.choice(("run:a", "step:app")), f"line {step} \x1b[32mgreen\x1b[0m")
            case 1:
                shown.has(*(problem(f"p {n}", line=n) for n in range(chance.randrange(5))))
            case 2 if shown.full.is_typing:
                shown.type(chance.choice("abc 1"), chance.choice(("enter", "esc", "backspace")))
            case _:
                shown.press(chance.choice(actions))
        assert len(shown.rows()) == shown.size[1]
