"""However a session with the dashboard ends, the terminal is as it was before."""

from __future__ import annotations

import re
import signal
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.e2e.dashboard.terminal import CTRL_C, POLITE, SIZE, STUBBORN, Terminal, Window, make, wait_until_gone
from tests.views.dashboard.terminal import Screen

READY = "app running"
PINNED = re.compile(r"[●◐◓◑◒↻■◌▲✗*] (watching|building|restarting|stopping|app)")
ENDED = "\x1b[?25h"
ALTERNATE = re.compile(r"(?s)\x1b\[\?1049h.*?\x1b\[\?1049l")  # a screen of its own, which pyte has not
# hotrun with a bug that shows when the project is built for the second time.
BUGGY = """
import sys
from hotrun.core.model.events import BuildStarted
from hotrun.views.lines.plain import Plain
show = Plain.show
def with_bug(self, event, seq, stamp):
    if isinstance(event, BuildStarted) and event.build == 2:
        raise RuntimeError("a bug")
    show(self, event, seq, stamp)
Plain.show = with_bug
from hotrun.cli.entry import main
sys.exit(main([]))
"""


class Buggy(Window):
    program = (sys.executable, "-P", "-c", BUGGY)


# An editor that has modes of its own, and dies without a word.
EDITOR = """
import signal, sys, termios, tty
tty.setraw(0)
print("\x1b[?1049h", end="", flush=True)
def end(number, frame):
    print("\x1b[?1049l", end="", flush=True)
    sys.exit(1)
signal.signal(signal.SIGTERM, end)
open("../editing", "w").close()
while True:
    signal.pause()
"""
RED = """
[build.check]
command = "echo main.txt:1:1: error: bad; exit 1"
paths = ["main.txt"]
[run.app]
command = ["python3", "app.py"]
paths = ["new.txt"]
[ui]
editor = "python3 ../editor.py"
"""


def modes_left(said: str) -> dict[str, str]:
    """The private modes that were set or reset, and how they were left."""
    return dict(re.findall(r"\x1b\[\?(\d+)([hl])", said))


def check_is_as_before(terminal: Terminal, *modes: str) -> None:
    """`modes`: what else was set, and has to be reset."""
    assert terminal.attributes() == terminal.attributes_before
    assert modes_left(terminal.said) == {"25": "h", "7": "h", "2026": "l"} | dict.fromkeys(modes, "l")
    assert terminal.said.count("\x1b[22;2t") == terminal.said.count("\x1b[23;2t") > 0, (
        "titles put aside and brought back"
    )
    assert re.findall(r"\x1b\]9;4;(\d)", terminal.said)[-1:] in ([], ["0"]), "the progress mark"
    screen = Screen(SIZE[1], SIZE[0])
    screen.feed(ALTERNATE.sub("", terminal.said).encode())
    assert not [line for line in screen.lines if PINNED.match(line)]
    assert not screen.is_cursor_hidden


@pytest.mark.parametrize("keys", [b"q", CTRL_C], ids=["q", "Ctrl-C"])
def test_a_key(keys: bytes, tmp_path: Path) -> None:
    root = make(tmp_path, POLITE)
    with Window(root) as terminal:
        terminal.wait_for(READY)
        terminal.type(keys)
        assert terminal.exit_code() == 0, terminal.said
        check_is_as_before(terminal)
        wait_until_gone(root)


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGTERM, 0), (signal.SIGHUP, 129), (signal.SIGQUIT, 131), (signal.SIGINT, 0)],
    ids=lambda value: value.name if isinstance(value, signal.Signals) else "",
)
def test_a_signal(number: signal.Signals, code: int, tmp_path: Path) -> None:
    root = make(tmp_path, POLITE)
    with Window(root) as terminal:
        terminal.wait_for(READY)
        terminal.process.send_signal(number)
        assert terminal.exit_code() == code, terminal.said
        check_is_as_before(terminal)
        wait_until_gone(root)


def test_a_second_ctrl_c(tmp_path: Path) -> None:
    root = make(tmp_path, STUBBORN, '[run.app]\ncommand = ["python3", "app.py"]\nstop_timeout = "10m"\n')
    with Window(root) as terminal:
        terminal.wait_for(READY)
        terminal.type(CTRL_C)
        terminal.wait_for("stopping")
        while terminal.exit_code(timeout=0.1) is None:  # within 20 ms of the first it counts as the same press
            terminal.type(CTRL_C)
        assert terminal.exit_code() == 130, terminal.said
        check_is_as_before(terminal)
        wait_until_gone(root)


def test_a_bug_whose_traceback_stands_under_everything_else(tmp_path: Path) -> None:
    root = make(tmp_path, POLITE)
    with Buggy(root) as terminal:
        terminal.wait_for(READY)
        (root / "new.txt").write_text("x")
        assert terminal.exit_code() == 1, terminal.said
        check_is_as_before(terminal)
        wait_until_gone(root)
        assert "RuntimeError: a bug" in terminal.said.rpartition(ENDED)[2]


def test_the_end_of_the_project_itself(tmp_path: Path) -> None:
    app = "import time\nprint('up', flush=True)\nwhile True:\n    time.sleep(0.01)\n    open('end.txt').close()\n"
    root = make(tmp_path, app, '[run.app]\ncommand = ["python3", "app.py"]\npaths = []\non_exit = "quit"\n')
    (root / "end.txt").write_text("")
    with Window(root) as terminal:
        terminal.wait_for(READY)
        (root / "end.txt").unlink()
        assert terminal.exit_code() == 1, terminal.said
        check_is_as_before(terminal)


def test_a_stopped_terminal_stops_neither_watching_nor_the_app(tmp_path: Path) -> None:
    """Ctrl-S and Ctrl-Q, as the terminal itself handles them."""
    app = "import sys\nopen('../seen-' + open('version.txt').read(), 'w').close()\n" + "print('x' * 70)\n" * 5000
    root = make(tmp_path, app + "import time; time.sleep(1000)\n")
    (root / "version.txt").write_text("1")
    with Window(root) as terminal:
        terminal.wait_for(READY)
        terminal.type(b"\x13")
        for version in ("2", "3", "4"):
            (root / "version.txt").write_text(version)
            terminal.wait_for_file(root.parent / f"seen-{version}")
        terminal.type(b"\x11")
        terminal.wait_for("build #4 finished: passed")
        terminal.type(b"q")
        assert terminal.exit_code() == 0
        check_is_as_before(terminal)


def test_without_colors_there_are_none_and_ascii_alone_where_that_is_all(tmp_path: Path) -> None:
    with Window(make(tmp_path, POLITE), NO_COLOR="1", LC_ALL="C", PYTHONCOERCECLOCALE="0", PYTHONUTF8="0") as terminal:
        terminal.wait_for(READY)
        terminal.type(b"q")
        assert terminal.exit_code() == 0
    assert set(re.findall(r"\x1b\[([0-9;]*)m", terminal.said)) == {"0"}
    assert terminal.said.isascii()


@pytest.mark.parametrize(
    ("env", "arguments"),
    [({"TERM": "dumb"}, ()), ({"CI": "true"}, ()), ({}, ("--once",)), ({}, ("--ui", "plain"))],
    ids=str,
)
def test_where_nobody_looks_there_is_no_dashboard(
    env: dict[str, str], arguments: tuple[str, ...], tmp_path: Path
) -> None:
    root = make(tmp_path, "print('done')", '[build.app]\ncommand = ["python3", "app.py"]\n')
    with Window(root, *arguments, **env) as terminal:
        terminal.wait_for("build #1 finished: passed")
        if "--once" not in arguments:
            terminal.type(CTRL_C)
        assert terminal.exit_code() == 0
        assert modes_left(terminal.said) == {}


# --- whatever is on the screen ---------------------------------------------------------------------------------


class Stage(NamedTuple):
    """What a person has opened: the keys for it, what the terminal says then, and which modes are set."""

    keys: tuple[bytes, ...]
    says: str
    modes: tuple[str, ...] = ("1049",)


STAGES = {
    "the whole screen": Stage((b"f",), "esc close"),
    "a prompt": Stage((b"f", b"/", b"x"), "x_"),
    "a filter": Stage((b"f", b"&", b"ab"), "ab_"),
    "the keys": Stage((b"P", b"?"), "Go to the next pane"),
    "typing": Stage((b"i",), "input goes to app", ()),
    "typing on the whole screen": Stage((b"P", b"i"), "input goes to app"),
    "an editor": Stage((b"o",), ""),
    "an editor over the whole screen": Stage((b"e", b"f", b"o"), ""),
}
ENDS = {"SIGTERM": 0, "SIGHUP": 129, "SIGQUIT": 131, "SIGINT": 0, "a bug": 1}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("stage", STAGES)
def test_an_end_while_more_than_the_rows_is_open(stage: str, end: str, tmp_path: Path) -> None:
    keys, says, modes = STAGES[stage]
    root = make(tmp_path, POLITE, RED)
    (tmp_path / "editor.py").write_text(EDITOR)
    (root / "main.txt").write_text("bad")
    program = Buggy if end == "a bug" else Window
    with program(root, TERM_PROGRAM="WezTerm") as terminal:
        terminal.wait_for("#1 failed")
        terminal.wait_for(READY)
        for key in keys:
            terminal.type(key)
        if says:
            terminal.wait_for(says)
        else:
            terminal.wait_for_file(root.parent / "editing")
            assert terminal.attributes() != terminal.attributes_before
        if end == "a bug":
            (root / "main.txt").write_text("x")
        else:
            terminal.process.send_signal(signal.Signals[end])
        assert terminal.exit_code() == ENDS[end], terminal.said
        check_is_as_before(terminal, *modes)
        assert "\x1b]9;4;2" in terminal.said
        wait_until_gone(root)
