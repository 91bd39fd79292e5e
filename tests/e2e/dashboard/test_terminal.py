"""hotrun in a real terminal: a pty that is the controlling terminal of its session, with keys typed into it."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

HOTRUN = (sys.executable, "-P", "-m", "hotrun")
DEADLINE_S = 60.0
LOOK_S = 0.05
CTRL_C = b"\x03"
SGR = re.compile(r"\x1b\[[0-9;]*m")
LINK = re.compile(r"\x1b\]8;;(?:http://example\.com)?\x1b\\")

# A shell does this for the terminal window that it is started in; subprocess has no word for it.
WITH_CONTROLLING_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
)

CONFIG = """
[run.app]
command = ["python3", "app.py"]
paths = ["*.txt"]
"""
# Tells in a file beside the project who it is and which signals it gets; ends with SIGTERM.
POLITE = """
import os, signal, sys
def told(number, frame):
    with open("../signals", "a") as file:
        print(signal.Signals(number).name, file=file)
    if number == signal.SIGTERM:
        sys.exit(0)
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
    signal.signal(number, told)
with open("../pid", "w") as file:
    print(os.getpid(), file=file)
print("\\x1b[35mup\\x1b[0m", flush=True)
while True:
    signal.pause()
"""
STUBBORN = POLITE.replace("sys.exit(0)", "return")
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


class Terminal:
    """A hotrun that runs in `root` as in a terminal window of its own. Leaving the `with` block ends it.

    `size`: rows and columns; a terminal that does not know its size gets no dashboard.
    """

    program: tuple[str, ...] = HOTRUN
    size: tuple[int, int] | None = None

    def __init__(self, root: Path, *arguments: str, **env: str) -> None:
        self._root = root
        self._arguments = arguments
        self._env = {**plain_environment(), "TERM": "xterm-256color", **env}
        self._said = b""

    def __enter__(self) -> Self:
        self._master: int | None
        self._master, self._slave = pty.openpty()
        if self.size is not None:
            termios.tcsetwinsize(self._slave, self.size)
        self.attributes_before = self.attributes()
        self.process = subprocess.Popen(
            [sys.executable, "-c", WITH_CONTROLLING_TERMINAL, *self.program, *self._arguments],
            cwd=self._root,
            env=self._env,
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            start_new_session=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            try:
                self.process.wait(DEADLINE_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        kill_left_over(self._root)
        os.close(self._slave)
        if self._master is not None:
            os.close(self._master)

    @property
    def said(self) -> str:
        """What has reached the terminal so far."""
        return self._said.decode(errors="replace")  # the last character may be cut

    def attributes(self) -> list[Any]:
        """The terminal's modes and special characters."""
        return termios.tcgetattr(self._slave)

    def type(self, keys: bytes) -> None:
        """Press keys."""
        assert self._master is not None
        os.write(self._master, keys)

    def close(self) -> None:
        """Close the window."""
        assert self._master is not None
        os.close(self._master)
        self._master = None

    def wait_for(self, text: str) -> None:
        """Return when the text is on the terminal; AssertionError at the deadline, or where hotrun ends before."""
        self.wait_until(lambda: text in self.said, repr(text))

    def wait_until(self, happened: Callable[[], bool], what: str) -> None:
        """Return when it has; AssertionError at the deadline, or where hotrun ends before."""
        deadline = time.monotonic() + DEADLINE_S
        while not happened():
            assert self.process.poll() is None, f"ended without {what}: {self.said}"
            assert time.monotonic() < deadline, f"no {what}: {self.said}"
            self._read(LOOK_S)

    def wait_for_file(self, path: Path) -> None:
        """Return when it is there, reading meanwhile what comes; AssertionError at the deadline."""
        deadline = time.monotonic() + DEADLINE_S
        while not path.exists():
            assert time.monotonic() < deadline, f"no {path.name}: {self.said}"
            self._read(LOOK_S)

    def exit_code(self, timeout: float = DEADLINE_S) -> int | None:
        """Wait until hotrun ends, reading what it says; None at the deadline."""
        deadline = time.monotonic() + timeout
        while self.process.poll() is None and time.monotonic() < deadline:
            self._read(LOOK_S)
        self._read(0)
        return self.process.poll()

    def _read(self, timeout: float) -> None:
        if self._master is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout)
            return
        while select.select([self._master], [], [], timeout)[0]:
            self._said += os.read(self._master, 65536)
            timeout = 0


def plain_environment() -> dict[str, str]:
    """Ours, without what speaks for or against colors and a person who looks."""
    ours = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "CI")}
    return {**ours, "PATH": os.pathsep.join((str(Path(sys.executable).parent), ours.get("PATH", os.defpath)))}


def make(root: Path, app: str, config: str = CONFIG) -> Path:
    root = root / "project"
    root.mkdir()
    (root / "hotrun.toml").write_text(config)
    (root / "app.py").write_text(app)
    return root.resolve()


def signals(root: Path) -> list[str]:
    """What the app says that it was sent."""
    return (root.parent / "signals").read_text().split()


def wait_until_gone(root: Path) -> None:
    pid = int((root.parent / "pid").read_text())
    deadline = time.monotonic() + DEADLINE_S
    while _lives(pid):
        assert time.monotonic() < deadline, f"the app lives on: {pid}"
        time.sleep(LOOK_S)


def kill_left_over(root: Path) -> None:
    """End an app that outlived its hotrun, so that a failed test leaves nothing behind; it is known by its folder."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        pid = int((root.parent / "pid").read_text())
        if os.readlink(f"/proc/{pid}/cwd") == str(root):
            os.kill(pid, signal.SIGKILL)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


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
