"""hotrun in a real terminal: a pty that is the controlling terminal of its session, with keys typed into it."""

from __future__ import annotations

import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.e2e.dashboard.terminal import (
    CONFIG,
    CTRL_C,
    HOTRUN,
    LOOK_S,
    POLITE,
    STUBBORN,
    Terminal,
    make,
    plain_environment,
    wait_until_gone,
)

SGR = re.compile(r"\x1b\[[0-9;]*m")
LINK = re.compile(r"\x1b\]8;;(?:http://example\.com)?\x1b\\")


# What a terminal would obey: title, clipboard, alternate screen, clearing, moving, queries, modes, and the same in C1.
ATTACKS = [
    "\x1b]0;title\x07", "\x1b]52;c;cm0gLXJmIH4=\x1b\\", "\x1b[?1049h", "\x1b[2J", "\x1b[H", "\x1b[99A", "\x1b[6n",
    "\x1b[?2004h", "\x1b[?1000h", "\x1b[?25l", "\x1bc", "\x1bP1$r\x1b\\", "\x1b(0", "\x0e", "\x07", "\x08" * 80,
    "\x9b2J", "\x9d0;title\x9c", "\x1b]8;;http://example.com\x1b\\link", "\x1b[12;24r", "\x1b[5", "\x1b]0;no end",
    "\u202egnp.exe",
]  # fmt: skip
ATTACKER = f"""
import sys, time
for attack in {ATTACKS!r}:
    for stream in (sys.stdout, sys.stderr):
        stream.buffer.write(("before" + attack + "after\\n").encode())
        stream.buffer.write(b"before" + attack.encode("latin-1", "replace") + b"after\\n")
        stream.buffer.flush()
print("over", flush=True)
time.sleep(1000)
"""


def signals(root: Path) -> list[str]:
    """What the app says that it was sent."""
    return (root.parent / "signals").read_text().split()


def test_ctrl_c_reaches_the_app_as_its_stop_signal_alone_and_leaves_the_terminal_as_it_was(tmp_path: Path) -> None:
    root = make(tmp_path, POLITE)
    with Terminal(root) as terminal:
        terminal.wait_for("up")
        terminal.type(CTRL_C)
        assert terminal.exit_code() == 0, terminal.said
        assert terminal.attributes() == terminal.attributes_before
        wait_until_gone(root)
    assert signals(root) == ["SIGTERM"]


def test_a_second_ctrl_c_kills_a_stubborn_app_and_leaves_the_terminal_as_it_was(tmp_path: Path) -> None:
    root = make(tmp_path, STUBBORN, CONFIG + 'stop_timeout = "10m"\n')
    with Terminal(root) as terminal:
        terminal.wait_for("up")
        terminal.type(CTRL_C)
        terminal.wait_for("stopping")
        terminal.type(CTRL_C)
        while terminal.exit_code(timeout=2 * LOOK_S) is None:  # within 20 ms of the first it counts as the same press
            terminal.type(CTRL_C)
        assert terminal.exit_code() == 130, terminal.said
        assert terminal.attributes() == terminal.attributes_before
        wait_until_gone(root)
    assert signals(root) == ["SIGTERM"]


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGTERM, 0), (signal.SIGHUP, 129), (signal.SIGQUIT, 131)],
    ids=["SIGTERM", "SIGHUP", "SIGQUIT"],
)
def test_a_signal_leaves_the_terminal_as_it_was(number: signal.Signals, code: int, tmp_path: Path) -> None:
    root = make(tmp_path, POLITE)
    with Terminal(root) as terminal:
        terminal.wait_for("up")
        terminal.process.send_signal(number)
        assert terminal.exit_code() == code, terminal.said
        assert terminal.attributes() == terminal.attributes_before
        wait_until_gone(root)


def test_closing_the_window_ends_the_session_and_the_app(tmp_path: Path) -> None:
    root = make(tmp_path, POLITE)
    with Terminal(root) as terminal:
        terminal.wait_for("up")
        terminal.close()
        assert terminal.exit_code() == 129
        wait_until_gone(root)
    assert signals(root) == ["SIGTERM"]


def test_nothing_that_a_terminal_would_obey_gets_through_but_colors_and_links(tmp_path: Path) -> None:
    root = make(tmp_path, ATTACKER)
    with Terminal(root) as terminal:
        terminal.wait_for("over")
        terminal.wait_for("watching")
        (root / "\x1b[2Jname\x07.txt").write_text("x")
        terminal.wait_for("build #2")
    assert re.findall(r"[^\n\r\t -~\xa0-\U0010ffff]", LINK.sub("", SGR.sub("", terminal.said))) == []
    assert re.findall(r"[\u202a-\u202e\u2066-\u2069]", terminal.said) == []
    overwritten = sum("\b" in attack for attack in ATTACKS)
    assert terminal.said.count("before") == 4 * (len(ATTACKS) - overwritten), "what is not obeyed is shown"


def test_on_a_terminal_our_lines_and_the_apps_have_their_colors(tmp_path: Path) -> None:
    with Terminal(make(tmp_path, POLITE), "--ui", "plain") as terminal:
        terminal.wait_for("\x1b[35mup\x1b[0m")
        assert re.search(r"\x1b\[[0-9;]+mapp\x1b\[0m", terminal.said), "the name in front of a line"


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_without_colors_no_escape_sequence_is_written_at_all(env: dict[str, str], tmp_path: Path) -> None:
    with Terminal(make(tmp_path, POLITE), "--ui", "plain", **env) as terminal:
        terminal.wait_for("up")
        terminal.type(CTRL_C)
        assert terminal.exit_code() == 0
        assert "\x1b" not in terminal.said
        if "TERM" in env:
            assert terminal.said.isascii()


@pytest.mark.parametrize(
    ("env", "colored"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)], ids=str
)
def test_an_error_before_the_start_is_red_where_colors_are_wanted(
    env: dict[str, str], colored: bool, tmp_path: Path
) -> None:
    with Terminal(tmp_path, "-c", "nowhere.toml", **env) as terminal:
        assert terminal.exit_code() == 2
        assert "nowhere.toml: no such file" in terminal.said
        assert ("\x1b[1;31merror:\x1b[0m" in terminal.said) is colored
        assert ("\x1b" in terminal.said) is colored


@pytest.mark.parametrize(("env", "colored"), [({}, False), ({"FORCE_COLOR": "1"}, True)], ids=["pipe", "FORCE_COLOR"])
def test_on_a_pipe_there_are_colors_only_where_they_are_forced(
    env: dict[str, str], colored: bool, tmp_path: Path
) -> None:
    root = make(tmp_path, "print('\\x1b[35mup\\x1b[0m')", CONFIG.replace("run.app", "build.app"))
    done = subprocess.run(
        [*HOTRUN, "--once"], cwd=root, env={**plain_environment(), **env}, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0
    assert ("\x1b[35mup\x1b[0m" in done.stdout) is colored
    assert ("\x1b" in done.stdout) is colored
    assert "up" in done.stdout
