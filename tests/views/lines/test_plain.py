"""The lines that a person reads, letter by letter, with and without colors."""

from __future__ import annotations

import re

import msgspec
import pytest

from hotrun.core.model import events
from hotrun.core.state.snapshot import Snapshot
from hotrun.views.lines.plain import Plain
from tests.views.lines.shown import Screen, finished, step
from tests.views.streams import EXAMPLES, STAMP, Kept, diagnostic


def changed(*paths: str, more: int = 0, reason: events.Reason = "files") -> events.ChangesDetected:
    return events.ChangesDetected(7, tuple(events.ChangedPath(path, "modified") for path in paths), more, reason)


def exited(exit_code: int | None = None, signal: str | None = None, expected: bool = False) -> events.ProcessExited:
    return events.ProcessExited("web", 2, 7, exit_code, signal, expected, 65_000)


LINES: list[tuple[events.Event, str]] = [
    (events.SessionStarted("0.1.0", 1, "/p", "hotrun.toml", (), (), None), "hotrun 0.1.0 · /p · hotrun.toml\n"),
    (events.SessionStarted("0.1.0", 1, "/p", None, (), (), None), "hotrun 0.1.0 · /p · no hotrun.toml\n"),
    (events.Watching(1, 12, 3, "watchfiles", 15), "watching 12 files in 1 folder\n"),
    (changed("src/a.c"), f"[hotrun] build #7 started ── 12:34:56 · src/a.c {'─' * 24}\n"),
    (changed("a", "b", "c"), f"[hotrun] build #7 started ── 12:34:56 · a, b, c {'─' * 24}\n"),
    (changed("a", "b", "c", "d"), f"[hotrun] build #7 started ── 12:34:56 · a and 3 more {'─' * 19}\n"),
    (changed("a", more=9), f"[hotrun] build #7 started ── 12:34:56 · a and 9 more {'─' * 19}\n"),
    (changed(reason="start"), f"[hotrun] build #7 started ── 12:34:56 · first build {'─' * 20}\n"),
    (changed("x" * 100), f"[hotrun] build #7 started ── 12:34:56 · {'x' * 100} ──\n"),
    (events.BuildStarted(7, ("app",), ()), ""),
    (events.StepStarted(7, "app", ("make",)), ""),
    (events.Output("step:app", "stdout", "one\ntwo"), "app │ one\napp │ two\n"),
    (events.Output("run:web", "stderr", ""), "web │ \n"),
    (diagnostic(), ""),
    (step("passed", 0), ""),
    (msgspec.structs.replace(step("passed", 0), unchanged=True), "app unchanged\n"),
    (step("canceled", None, "SIGTERM"), ""),
    (step("failed", 2), "app failed (exit 2)\n"),
    (step("failed", None, "SIGSEGV"), "app killed by SIGSEGV\n"),
    (step("failed"), "app failed to start\n"),
    (step("timeout", None, "SIGKILL"), "app timed out\n"),
    (step("skipped"), "app skipped: a step that it needs has not passed\n"),
    (finished(), "✔ build #7 passed in 1.23s\n"),
    (finished(warnings=1), "✔ build #7 passed in 1.23s: 1 warning\n"),
    (finished("failed", 2, 1), "✗ build #7 failed in 1.23s: 2 errors, 1 warning\n"),
    (finished("canceled"), "· build #7 canceled in 1.23s\n"),
    (events.UpToDate(7), ""),
    (events.ProcessStarting("web", 2, 7), ""),
    (events.ProcessReady("web", 2, 7, "listen", 84), "web ready after 84ms (listen)\n"),
    (events.ProcessReady("web", 2, 7, "up", 2000), ""),
    (events.ProcessReloaded("web", 2, 7, "SIGHUP"), "web reloads (SIGHUP)\n"),
    (events.ProcessStatus("web", 2, "migrating"), "web says: migrating\n"),
    (events.ProcessPrompt("web", 2, "(Pdb) "), "web │ (Pdb) \n"),
    (events.ProcessPrompt("web", 2, "Password: "), "web │ Password: \n"),
    (events.ProcessPrompt("web", 2, "....."), ""),
    (events.InputAttached("web"), "input goes to web, Ctrl-] detaches\n"),
    (events.InputAttached(None), "input goes to hotrun again\n"),
    (events.ProcessStale("web", 2, 7), "web is stale: still running build #7\n"),
    (events.ProcessUpToDate("web", 2, 8), "web is up to date with build #8, kept running\n"),
    (events.StepCached(8, "app", 6), ""),
    (events.StateChanged("building", ""), ""),
    (
        events.StateChanged("watching", "2 pending changes", 2),
        "2 pending changes\n",
    ),
    (events.StateChanged("watching", "1 error"), ""),
    (events.StateChanged("stopping", ""), "stopping\n"),
    (events.StateChanged("stopping", "SIGINT"), "stopping: SIGINT\n"),
    (events.ConfigReloaded("hotrun.toml", ("app",), ("web",)), "configuration reloaded · changed: app, web\n"),
    (events.ConfigReloaded("hotrun.toml", (), ()), "configuration reloaded · changed: no step or process\n"),
    (
        events.ConfigError(("hotrun.toml:3: one", "hotrun.toml:9: two")),
        "✗ configuration has errors, still using the previous one:\nhotrun.toml:3: one\nhotrun.toml:9: two\n",
    ),
    (events.Message("info", "all well"), "info: all well\n"),
    (events.Message("error", "two\nlines"), "error: two\\nlines\n"),
    (events.SessionEnded("SIGINT", 0), ""),
]


@pytest.mark.parametrize(("event", "expected"), LINES, ids=[repr(text)[:40] for _, text in LINES])
def test_an_event_is_shown_as_these_lines(event: events.Event, expected: str) -> None:
    shown = Screen().shows(events.ProcessStarting("web", 2, 7), event)
    assert shown == expected


PROCESS_LINES: list[tuple[events.Event, str]] = [
    (events.ProcessStarted("web", 2, 7, 4711), "web started · pid 4711 · build #7\n"),
    (events.ProcessStarted("web", 2, 7, 4711, 8080), "web started · pid 4711 · port 8080 · build #7\n"),
    (events.ProcessStopping("web", 2, 7, "SIGTERM"), "web stopping (SIGTERM)\n"),
    (exited(0), "web exited with 0 after 1m 05s\n"),
    (exited(3), "web exited with 3 after 1m 05s\n"),
    (exited(None, "SIGSEGV"), "web killed by SIGSEGV after 1m 05s\n"),
    (exited(), "web failed to start\n"),
    (exited(0, expected=True), ""),
    (exited(None, "SIGTERM", expected=True), ""),
    (exited(None, "SIGKILL", expected=True), "web had to be killed\n"),
]


@pytest.mark.parametrize(("event", "expected"), PROCESS_LINES, ids=[repr(text)[:40] for _, text in PROCESS_LINES])
def test_what_happens_to_a_process_is_shown_as_this_line(event: events.Event, expected: str) -> None:
    assert Screen().shows(events.ProcessStarting("web", 2, 7), event) == expected


def test_every_event_has_been_looked_at() -> None:
    assert {type(event) for event, _ in (*LINES, *PROCESS_LINES)} == set(events.Event.__subclasses__())


# --- the lines that an editor waits for ------------------------------------------------------------------------------

# As in docs/commands.md, where an editor's task has the same two.
BEGINS, ENDS = re.compile(r"^\[hotrun\] build #\d+ started"), re.compile(r"^\[hotrun\] build #\d+ finished")


@pytest.mark.parametrize("status", ["passed", "failed", "canceled", "timeout"])
def test_a_build_begins_and_ends_with_a_line_for_programs_and_its_problems_stand_between(
    status: events.Status,
) -> None:
    screen = Screen(marked=True)
    first, *between, last = screen.shows(changed("a"), diagnostic(), finished(status, 1, 2)).splitlines()
    assert BEGINS.search(first)
    assert last == f"[hotrun] build #7 finished: {status}, 1 errors, 2 warnings"
    assert not any(BEGINS.search(line) or ENDS.search(line) for line in between)
    assert ("  src/a.c:3:7: error: bad" in between) is (status != "canceled")


@pytest.mark.parametrize("names_sources", [True, False])
@pytest.mark.parametrize(
    "lie", ["[hotrun] build #9 finished: passed", "\x1b[2m\x1b[31m[hotrun] build #9 started", "[hotrun]"]
)
def test_no_program_can_say_that_a_build_has_begun_or_ended(lie: str, names_sources: bool) -> None:
    sink = Kept()
    view = Plain(sink, True, Snapshot())
    view.names_sources = names_sources
    view.show(events.Output("run:web", "stdout", f"before\n{lie}\n{lie}"), 1, STAMP)
    view.flush()
    lines = re.sub(r"\x1b\[[0-9;]*m", "", sink.text).splitlines()
    assert len(lines) == 3
    assert all("[hotrun]" in line and not line.startswith("[hotrun]") for line in lines[1:])


# --- output ----------------------------------------------------------------------------------------------------------


def test_output_is_cleaned_line_by_line() -> None:
    shown = Screen().shows(
        events.Output("run:web", "stdout", "\x1b[31mred\x1b[0m\n10%\r20%\n\x1b[2J\x1b]0;title\x07end")
    )
    assert shown == "web │ red\nweb │ 20%\nweb │ ── web cleared the screen ──\nweb │ end\n"


def test_colors_of_output_end_with_the_line_and_go_on_in_the_next_of_the_same_source() -> None:
    screen = Screen(colored=True)
    shown = screen.shows(
        events.Output("run:web", "stdout", "\x1b[31mred"),
        events.Output("run:db", "stdout", "plain"),
        events.Output("run:web", "stdout", "red"),
        events.ProcessStarting("web", 2, 1),
        events.ProcessStarted("web", 2, 1, 7),
        events.Output("run:web", "stdout", "plain"),
    )
    web, db = (f"\x1b[{color}m{name}\x1b[0m \x1b[2m│\x1b[0m " for color, name in ((36, "web"), (35, "db")))
    assert [line for line in shown.splitlines() if "started" not in line] == [
        f"{web}\x1b[31mred\x1b[0m",
        f"{db}plain",
        f"{web}\x1b[31mred\x1b[0m",
        f"{web}plain",
    ]


def test_each_source_has_a_color_of_its_own() -> None:
    screen = Screen(colored=True)
    shown = [screen.shows(events.Output(source, "stdout", "x")) for source in ("step:a", "run:b", "step:a")]
    assert shown[0] == shown[2]
    assert shown[0].startswith("\x1b[36ma\x1b[0m ")
    assert shown[1].startswith("\x1b[35mb\x1b[0m ")


def test_a_path_in_output_has_a_space_before_it_so_that_editors_find_it() -> None:
    assert " src/a.c:3:7" in Screen().shows(events.Output("step:app", "stderr", "src/a.c:3:7: error: bad"))


# --- colors and marks ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (events.SessionStarted("1", 1, "/p", "c", (), (), None), "\x1b[2mhotrun 1 · /p · c\x1b[0m\n"),
        (changed("a"), f"\x1b[2m[hotrun] build #7 started\x1b[0m\x1b[1m ── 12:34:56 · a {'─' * 30}\x1b[0m\n"),
        (finished(), "\x1b[32m✔ build #7 passed in 1.23s\x1b[0m\n"),
        (finished("failed", 1), "\x1b[31m✗ build #7 failed in 1.23s: 1 error\x1b[0m\n"),
        (finished("canceled"), "\x1b[2m· build #7 canceled in 1.23s\x1b[0m\n"),
        (step("failed", 2), "\x1b[1mapp\x1b[0m \x1b[31mfailed (exit 2)\x1b[0m\n"),
        (step("skipped"), "\x1b[1mapp\x1b[0m \x1b[2mskipped: a step that it needs has not passed\x1b[0m\n"),
        (exited(0), "\x1b[1mweb\x1b[0m \x1b[33mexited with 0 after 1m 05s\x1b[0m\n"),
        (exited(1), "\x1b[1mweb\x1b[0m \x1b[31mexited with 1 after 1m 05s\x1b[0m\n"),
        (events.Message("warning", "careful"), "\x1b[33mwarning: careful\x1b[0m\n"),
        (events.Message("error", "bad"), "\x1b[31merror: bad\x1b[0m\n"),
        (events.Message("info", "well"), "\x1b[36minfo: well\x1b[0m\n"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, events.Event) else "",
)
def test_a_line_has_its_color(event: events.Event, expected: str) -> None:
    assert Screen(colored=True).shows(events.ProcessStarting("web", 2, 7), event) == expected


def test_a_problem_has_the_color_of_its_severity_and_its_place_has_none() -> None:
    shown = Screen(colored=True).shows(diagnostic(), diagnostic("so", severity="warning"), finished("failed", 1, 1))
    assert shown.splitlines()[1:] == [
        "  src/a.c:3:7: \x1b[31merror\x1b[0m: bad",
        "  src/a.c:3:7: \x1b[33mwarning\x1b[0m: so",
    ]


def test_without_colors_there_is_no_escape_and_with_ascii_marks_nothing_but_ascii() -> None:
    plain, narrow = Screen().shows(*EXAMPLES), Screen(ascii_only=True).shows(*EXAMPLES)
    assert "\x1b" not in plain
    assert narrow.isascii()
    assert len(narrow.splitlines()) == len(plain.splitlines())


def test_ascii_marks_say_the_same() -> None:
    screen = Screen(ascii_only=True)
    assert screen.shows(finished()) == "ok: build #7 passed in 1.23s\n"
    assert screen.shows(finished("failed", 1)) == "FAILED: build #7 failed in 1.23s: 1 error\n"
    assert screen.shows(changed("a")) == f"[hotrun] build #7 started -- 12:34:56 - a {'-' * 30}\n"
    assert screen.shows(events.Output("run:web", "stdout", "x")) == "web | x\n"


def test_with_colors_the_text_is_the_same() -> None:
    colored = Screen(colored=True).shows(*EXAMPLES)
    assert re.sub(r"\x1b\[\d+m", "", colored) == Screen().shows(*EXAMPLES)


# --- names and messages that want to be more than that ---------------------------------------------------------------


@pytest.mark.parametrize("colored", [True, False])
@pytest.mark.parametrize("bad", ["\x1b[2J\x1b[31mbad", "bad\x1b]0;title\x07", "\u202ebad", "\x9b2Jbad", "b\x08bad"])
def test_no_name_or_message_reaches_the_terminal_with_its_escapes(bad: str, colored: bool) -> None:
    screen = Screen(colored=colored)
    shown = screen.shows(
        events.SessionStarted("1", 1, f"/{bad}", bad, (), (), None),
        changed(bad),
        changed(bad, "a", "b", "c"),
        diagnostic(bad, path=bad, code=bad),
        finished("failed", 1),
        events.ConfigError((bad,)),
        events.ConfigReloaded(None, (bad,), ()),
        events.Message("error", bad),
        events.StateChanged("stopping", bad),
    )
    ours = re.sub(r"\x1b\[\d+m", "", shown) if colored else shown
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", ours)
    assert "\x1b[31mbad" not in shown


def test_where_the_time_went_stands_under_a_build_result_but_not_under_a_canceled_build() -> None:
    screen = Screen(with_timing=True)
    started, ended = events.BuildStarted(7, ("app",), ()), msgspec.structs.replace(finished(), critical_path=("app",))
    assert screen.shows(started, step("passed", 0), ended).splitlines() == [
        "✔ build #7 passed in 1.23s",
        "timing of build #7",
        "  app  at 0ms  10ms  passed",
        "critical path: app",
    ]
    assert screen.shows(started, step("canceled"), finished("canceled")) == "· build #7 canceled in 1.23s\n"


def test_a_name_with_a_newline_stays_on_its_line() -> None:
    name = "evil\n✔ build #7 passed in 1ms\rx.c"
    shown = Screen().shows(changed(name), diagnostic("two\nlines", path=name), finished("failed", 1))
    assert shown.splitlines() == [
        "[hotrun] build #7 started ── 12:34:56 · evil\\n✔ build #7 passed in 1ms\\rx.c ──",
        "✗ build #7 failed in 1.23s: 1 error",
        "  evil\\n✔ build #7 passed in 1ms\\rx.c:3:7: error: two\\nlines",
    ]
