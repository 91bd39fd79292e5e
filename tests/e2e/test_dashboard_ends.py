"""However a session with the dashboard ends, the terminal is as it was before."""

from __future__ import annotations

import re
import signal
import sys
from pathlib import Path

import pytest

from tests.e2e.test_terminal import CTRL_C, POLITE, STUBBORN, Terminal, make, wait_until_gone
from tests.views.dashboard.terminal import Screen

SIZE = (24, 80)
READY = "app running"
PINNED = re.compile(r"[●◐◓◑◒↻■◌▲✗*] (watching|building|restarting|stopping|app)")
ENDED = "\x1b[?25h"
# hotrun with a bug that shows when the project is built for the second time.
BUGGY = """
import sys
from hotrun.core.events import BuildStarted
from hotrun.views.plain import Plain
show = Plain.show
def with_bug(self, event, seq, stamp):
    if isinstance(event, BuildStarted) and event.build == 2:
        raise RuntimeError("a bug")
    show(self, event, seq, stamp)
Plain.show = with_bug
from hotrun.cli.entry import main
sys.exit(main([]))
"""


class Window(Terminal):
    size = SIZE


class Buggy(Window):
    program = (sys.executable, "-P", "-c", BUGGY)


def modes_left(said: str) -> dict[str, str]:
    """The private modes that were set or reset, and how they were left."""
    return dict(re.findall(r"\x1b\[\?(\d+)([hl])", said))


def check_is_as_before(terminal: Terminal) -> None:
    assert terminal.attributes() == terminal.attributes_before
    assert modes_left(terminal.said) == {"25": "h", "7": "h", "2026": "l"}
    screen = Screen(SIZE[1], SIZE[0])
    screen.feed(terminal.said.encode())
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
        terminal.wait_for("build #4 finished: ok")
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
        terminal.wait_for("build #1 finished: ok")
        if "--once" not in arguments:
            terminal.type(CTRL_C)
        assert terminal.exit_code() == 0
        assert modes_left(terminal.said) == {}
