"""The pinned rows, in words: what they say in which state, and what they leave out where there is no room."""

from __future__ import annotations

import re

import msgspec
import pytest
from rich.cells import cell_len

from hotrun.core.model import events
from hotrun.core.state.snapshot import ProcessPhase, ProcessView, Snapshot, Successor
from hotrun.keys.actions import bindings
from hotrun.views.dashboard.cells import Renderer, Row
from hotrun.views.dashboard.pinned import Pinned, Progress
from hotrun.views.dashboard.status import ASCII_SIGNS, UNICODE_SIGNS, Signs, rows
from tests.views.streams import diagnostic

WIDE, NARROW = (100, 24), (40, 8)
PHASES: tuple[ProcessPhase, ...] = ("waiting", "starting", "ready", "stopping", "stopped", "exited")
GREEN = events.BuildFinished(7, "passed", 0, 0, 388, ("app",), ())
RED = events.BuildFinished(8, "failed", 2, 1, 1800, ("app",), ())
STYLES = {"green", "bold red", "yellow", "cyan", "bold cyan", "dim", "bold", ""}


def process(name: str = "web", state: ProcessPhase = "ready", **fields: object) -> ProcessView:
    return ProcessView(name, state, build=6, **fields)  # type: ignore[arg-type]


def snapshot(*processes: ProcessView, **fields: object) -> Snapshot:
    return Snapshot(processes={one.name: one for one in processes}, **fields)  # type: ignore[arg-type]


def pinned(**fields: object) -> Pinned:
    return msgspec.structs.replace(Pinned(bindings({})), **fields)


def said(
    state: Snapshot, rest: Pinned, size: tuple[int, int] = WIDE, now_ms: int = 0, signs: Signs = UNICODE_SIGNS
) -> list[str]:
    return ["".join(text for text, _ in row) for row in rows(state, rest, size, now_ms, signs)]


def test_an_idle_session_says_its_state_its_build_result_its_processes_and_its_keys() -> None:
    assert said(snapshot(process()), pinned(result=GREEN)) == [
        "● watching  ✔ #7 passed in 388ms",
        "● web ready",
        "r restart  b build  e errors  n next  p pause  i type  f full  ? help  q quit",
    ]


def test_a_red_build_result_stays_with_its_counts_while_the_next_build_runs() -> None:
    progress = Progress(9, 1000, 3, 1, {"compile": None, "lint": None})
    first, second, _ = said(snapshot(process(stale=True)), pinned(result=RED, progress=progress), now_ms=4250)
    assert first == "◐ building #9 3.2s 1/3 compile, lint  ✗ #8 failed in 1.8s: 2 errors, 1 warning"
    assert second == "▲ web stale (#6)"


def test_the_spinner_turns_with_the_time() -> None:
    progress = Progress(9, 0, 1)
    signs = [said(snapshot(), pinned(progress=progress), now_ms=ms)[0][0] for ms in (0, 199, 200, 400, 600, 800)]
    assert "".join(signs) == "◐◐◓◑◒◐"


@pytest.mark.parametrize(
    ("state", "why", "expected"),
    [
        ("watching", "2 errors", "● watching"),
        ("restarting", "build 3", "↻ restarting"),
        ("deferred", "git rebase", "… deferred: git rebase"),
        ("paused", "", "‖ paused"),
        ("stopping", "SIGINT", "■ stopping (SIGINT)"),
    ],
)
def test_each_state_has_its_sign_and_its_word(state: events.State, why: str, expected: str) -> None:
    assert said(snapshot(state=state, why=why), pinned())[0] == expected


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (process(state="waiting"), "· web waiting"),
        (process(state="starting"), "◌ web starting"),
        (process(state="running"), "● web running"),
        (process(state="ready"), "● web ready"),
        (process(state="ready", stale=True), "▲ web stale (#6)"),
        (process(state="ready", successor=Successor(2, 7)), "◌ web ready, next one starting"),
        (process(state="stopping"), "◌ web stopping"),
        (process(state="stopped"), "○ web stopped"),
        (process(state="exited"), "✗ web exited"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_process_has_the_sign_and_the_word_of_its_state(view: ProcessView, expected: str) -> None:
    assert said(snapshot(view), pinned())[1] == expected


def test_while_a_process_has_the_keyboard_the_last_row_says_how_to_get_it_back() -> None:
    state = snapshot(process(), attached="web")
    assert said(state, pinned())[-1] == "input goes to web, Ctrl-] detaches"
    assert said(state, pinned(), NARROW)[-1] == "input goes to web, Ctrl-] detaches"
    assert said(state, pinned(), (30, 8))[-1] == "input: web (Ctrl-])"


def test_the_chosen_problem_stands_in_place_of_the_keys() -> None:
    problem = diagnostic("expected ';'")
    state = snapshot(diagnostics={"app": [problem, diagnostic("other")]})
    assert said(state, pinned(selected=(1, problem)))[-1] == (
        "1/2 src/a.c:3:7: error: expected ';'  (o open, y copy, esc clear)"
    )


def test_a_line_that_has_begun_is_a_row_above_with_its_end_in_view() -> None:
    asked = pinned(prompts={"web": "x" * 100 + " (Pdb) "})
    first, *_ = said(snapshot(process()), asked, (41, 8))
    assert first.startswith("web │ …xxx")
    assert first.endswith("x (Pdb) ")
    assert cell_len(first) == 40


def test_the_prompt_of_the_process_that_has_the_keyboard_goes_first() -> None:
    asked = pinned(prompts={"web": "name? ", "api": "(Pdb) "})
    processes = process("web"), process("api")
    assert said(snapshot(*processes), asked)[0] == "api │ (Pdb) "
    assert said(snapshot(*processes, attached="web"), asked)[0] == "web │ name? "


def test_the_keys_are_missed_first_where_it_is_low() -> None:
    state, rest = snapshot(process()), pinned(result=RED)
    assert len(said(state, rest, (100, 10))) == 3
    assert said(state, rest, (100, 9)) == ["● watching  ✗ #8 failed in 1.8s: 2 errors, 1 warning", "● web ready"]
    assert said(state, rest, (100, 5)) == ["● watching  ✗ #8 failed in 1.8s: 2 errors, 1 warning"]
    assert said(state, rest, (100, 2)) == []


def test_forty_columns_and_eight_rows_say_what_matters() -> None:
    state = snapshot(process("web"), process("worker", "exited"), process("frontend"), process("mail"))
    assert said(state, pinned(result=RED), NARROW) == ["● watching  ✗ 2 errors", "✗ 1 of 4 down  ✗ worker exited  +3"]


def test_of_five_hundred_processes_those_that_are_down_are_named_as_far_as_there_is_room() -> None:
    views = [process(f"service-{number}", "exited" if number % 200 == 7 else "ready") for number in range(500)]
    row = said(snapshot(*views), pinned())[1]
    assert row == "✗ 3 of 500 down  ✗ service-7 exited  ✗ service-207 exited  ✗ service-407 exited  +497"
    views = [process(f"service-{number}") for number in range(500)]
    assert said(snapshot(*views), pinned(), NARROW)[1] == "● 500 of 500 up"


def test_the_row_says_whose_output_alone_is_printed() -> None:
    state = snapshot(process("web"), process("api"))
    assert said(state, pinned(only="web"))[1] == "● web ready  ● api ready  showing only web (0 shows all)"
    assert said(state, pinned(only="web"), NARROW)[1] == "● web ready  ● api ready  only web"


@pytest.mark.parametrize("height", [1, 2, 3, 6, 8, 10, 30])
@pytest.mark.parametrize("signs", [UNICODE_SIGNS, ASCII_SIGNS], ids=["unicode", "ascii"])
def test_rows_are_always_narrower_and_fewer_than_the_terminal(height: int, signs: Signs) -> None:
    names = ("web", "日本語のサービス", "e\u0301tude", "x" * 200, "👩‍💻")
    states: tuple[ProcessPhase, ...] = ("ready", "exited", "starting", "waiting", "stopped")
    state = snapshot(*map(process, names, states))
    problem = diagnostic("誤り" * 50)
    state.diagnostics["app"] = [problem]
    for rest in (
        pinned(result=RED, progress=Progress(10, 0, 3, 1, dict.fromkeys(names)), prompts={"web": "日本" * 100}),
        pinned(result=GREEN, only=names[1], selected=(1, problem), note="x" * 300),
    ):
        for columns in range(1, 130):
            shown = said(state, rest, (columns, height), 5000, signs)
            assert all(cell_len(text) < columns for text in shown)
            assert len(shown) < max(height, 1)


def every_row() -> list[Row]:
    views = [process(phase, phase) for phase in PHASES]
    problem = diagnostic()
    state = snapshot(*views, process("old", stale=True), diagnostics={"app": [problem]})
    found: list[Row] = []
    for what in ("watching", "restarting", "deferred", "paused", "stopping"):
        state.state = what
        for rest in (
            pinned(result=RED, progress=Progress(9, 0, 2, 1, {"a": None})),
            pinned(result=GREEN, only="ready"),
            pinned(result=RED, selected=(1, problem), prompts={"ready": "?"}),
            pinned(note="copied"),
        ):
            found += rows(state, rest, (200, 24), 0, UNICODE_SIGNS) + rows(state, rest, (60, 24), 0, UNICODE_SIGNS)
    return found


def test_only_colors_that_can_be_read_on_any_background_are_used() -> None:
    assert {style for row in every_row() for _, style in row} <= STYLES


def test_with_ascii_signs_there_is_nothing_but_ascii_and_each_state_looks_different() -> None:
    views = [process("p", phase) for phase in PHASES]
    texts = [said(snapshot(view), pinned(result=RED), signs=ASCII_SIGNS) for view in views]
    assert "".join("".join(lines) for lines in texts).isascii()
    assert len({lines[1] for lines in texts}) == len(views)


def test_without_colors_there_is_no_escape_sequence_and_the_same_text() -> None:
    plain, colored = Renderer(colored=False).render(every_row()), Renderer(colored=True).render(every_row())
    assert "\x1b" not in "".join(plain)
    assert [re.sub(r"\x1b\[[0-9;]*m", "", text) for text in colored] == plain
    codes = {code for text in colored for found in re.findall(r"\x1b\[([0-9;]*)m", text) for code in found.split(";")}
    assert codes <= {"0", "1", "2", "31", "32", "33", "36"}


@pytest.mark.parametrize("bad", ["\x1b[2Jx", "x\x07", "\u202ex", "a\nb", "a\rb", "\x9b2J"])
def test_no_name_or_text_reaches_the_terminal_with_its_escapes(bad: str) -> None:
    problem = diagnostic(bad, path=bad)
    state = snapshot(
        process(bad), process("web"), attached=None, state="deferred", why=bad, diagnostics={"app": [problem]}
    )
    for rest in (pinned(prompts={bad: bad}, only=bad), pinned(selected=(1, problem)), pinned(note=bad)):
        progress = msgspec.structs.replace(rest, progress=Progress(1, 0, 1, 0, {bad: None}))
        for shown in (said(state, rest), said(state, progress)):
            assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202e]", "".join(shown))
