"""The terminal is restored: after each signal, each exception, and while hotrun is suspended."""

from __future__ import annotations

import os
import pty
import queue
import re
import select
import signal
import subprocess
import sys
import termios
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from hotrun.adapters.console import NO_SIZE, Console
from tests.support.repository import REPOSITORY
from tests.support.waiting import DEADLINE_S, wait_until

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
FOREGROUND_POLL_S = 0.005


class Job:
    """tests/adapters/console_user.py under its own shell, in a terminal whose other side is ours."""

    def __init__(self, *arguments: str, foreground: bool = True) -> None:
        self._command = [sys.executable, "-m", "tests.adapters.console_user", *arguments]
        self._place = "fg" if foreground else "bg"
        self._said = ""
        self._reports: queue.Queue[str] = queue.Queue()

    def __enter__(self) -> Self:
        self.master, self.slave = pty.openpty()
        self.before = self.modes()
        self._shell = subprocess.Popen(
            [sys.executable, str(HERE / "job_control_shell.py"), self._place, *self._command],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.slave,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._listen, daemon=True).start()
        self.pid = int(self.reported("pid").removeprefix("pid "))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._shell.stdin is not None
        assert self._shell.stdout is not None
        self._shell.stdin.close()  # kills the job, if there is one
        self._shell.wait(DEADLINE_S)
        self._shell.stdout.close()
        os.close(self.slave)
        os.close(self.master)

    def _listen(self) -> None:
        assert self._shell.stdout is not None
        for line in self._shell.stdout:
            self._reports.put(line.strip())

    def modes(self) -> list[Any]:
        return termios.tcgetattr(self.slave)

    @property
    def flags(self) -> set[str]:
        """Return those local modes of the terminal that matter, if they are on."""
        local = self.modes()[3]
        return {name for name in ("ICANON", "ECHO", "ISIG") if local & getattr(termios, name)}

    def reported(self, start: str) -> str:
        """Return the shell's next report, which begins like this."""
        report = self._reports.get(timeout=DEADLINE_S)
        assert report.startswith(start), report
        return report

    def order(self, command: str) -> None:
        assert self._shell.stdin is not None
        self._shell.stdin.write(command + "\n")
        self._shell.stdin.flush()

    def type(self, keys: bytes) -> None:
        os.write(self.master, keys)

    def says(self, *words: str) -> None:
        """Wait until the program has printed these words, in this order; ignores echoed text in between."""
        pattern = re.compile(".*?".join(re.escape(f"<{word}>") for word in words), re.DOTALL)
        wait_until(lambda: pattern.search(self._said), lambda: f"{words} after {self._said!r}", between=self._read)
        found = pattern.search(self._said)
        assert found is not None
        self._said = self._said[found.end() :]

    def _read(self) -> None:
        if select.select([self.master], [], [], FOREGROUND_POLL_S)[0]:
            self._said += os.read(self.master, 65_536).decode(errors="replace")

    def kill(self, number: int) -> None:
        os.kill(self.pid, number)

    def ended(self) -> int:
        """Wait for the exit of the program; returns its exit code."""
        return int(self.reported("ended").removeprefix("ended "))


def test_keys_come_one_by_one_and_are_not_shown_and_the_end_gives_everything_back() -> None:
    with Job() as job:
        job.says("enter", "loop", "keys")
        assert job.flags == {"ISIG"}
        job.type(b"r")
        job.says("bytes 72")
        job.type(b"\x1b[A")
        job.says("bytes 1b5b41")
        job.type(b"q")
        job.says("end")
        assert job.ended() == 0
        assert job.modes() == job.before


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGQUIT"])
@pytest.mark.parametrize("arguments", [("",), ("", "bare")], ids=["closed", "left to the interpreter"])
def test_a_signal_that_ends_us_gives_the_terminal_back(name: str, arguments: tuple[str, ...]) -> None:
    with Job(*arguments) as job:
        job.says("keys")
        job.kill(getattr(signal, name))
        assert job.ended() == 0
        assert job.modes() == job.before


def test_a_second_ctrl_c_gives_the_terminal_back() -> None:
    with Job() as job:
        job.says("keys")
        job.type(b"\x03")
        job.says("first")
        assert job.flags == {"ISIG"}
        time.sleep(0.03)  # for less than SECOND_SIGNAL_MS the two would be one
        job.type(b"\x03")
        job.says("end")
        assert job.ended() == 0
        assert job.modes() == job.before


def test_ctrl_backslash_stays_a_signal() -> None:
    with Job() as job:
        job.says("keys")
        job.type(b"\x1c")
        job.says("end")
        assert job.ended() == 0
        assert job.modes() == job.before


@pytest.mark.parametrize("is_bare", [False, True], ids=["closed", "left to the interpreter"])
@pytest.mark.parametrize("stage", ["enter", "loop", "keys", "bytes 78", "typing", "leave", "return", "away", "end"])
def test_an_exception_at_any_stage_gives_the_terminal_back(stage: str, is_bare: bool) -> None:
    with Job(stage, *(["bare"] if is_bare else [])) as job:
        job.says("enter")
        if stage not in ("enter", "loop", "keys"):
            job.says("keys")
            job.type({"typing": b"t", "leave": b"\x1a", "return": b"\x1a", "away": b"e", "end": b"q"}.get(stage, b"x"))
        if stage == "return":
            job.reported("stopped")
            job.order("fg")
            job.reported("continued")
        assert job.ended() == 1
        assert job.modes() == job.before


def test_ctrl_z_stops_us_with_the_terminal_as_it_was_and_fg_takes_it_again() -> None:
    with Job() as job:
        job.says("keys")
        for _ in range(2):
            job.type(b"\x1a")
            job.says("leave")
            assert job.reported("stopped") == "stopped by SIGTSTP"
            assert job.modes() == job.before
            job.order("fg")
            job.reported("continued")
            job.says("return")
            assert job.flags == {"ISIG"}
            job.type(b"r")
            job.says("bytes 72")
        job.kill(signal.SIGTERM)
        assert job.ended() == 0
        assert job.modes() == job.before


def test_in_the_background_after_ctrl_z_the_terminal_is_the_shell_s_until_fg() -> None:
    with Job() as job:
        job.says("keys")
        job.type(b"\x1a")
        job.reported("stopped")
        job.order("bg")
        job.reported("continued")
        job.says("return without keys")
        assert job.modes() == job.before
        job.order("fg")
        job.says("return")
        job.type(b"q")
        assert job.ended() == 0
        assert job.modes() == job.before


@pytest.mark.parametrize("end", ["SIGTERM", "fg"])
def test_started_in_the_background_we_are_not_stopped_and_touch_nothing(end: str) -> None:
    with Job(foreground=False) as job:
        modes = job.modes()
        modes[3] |= termios.TOSTOP  # background programs that write would be stopped, too
        termios.tcsetattr(job.slave, termios.TCSANOW, modes)
        job.says("enter", "loop", "no keys")
        assert job.modes() == modes
        if end == "SIGTERM":
            job.type(b"typed\n")
            job.kill(signal.SIGTERM)
            job.says("end")
            assert job.ended() == 0
            assert os.read(job.slave, 100) == b"typed\n", "what is typed is the shell's"
        else:
            job.order("take")
            job.says("return")
            assert job.flags == {"ISIG"}
            job.type(b"q")
            assert job.ended() == 0
        assert job.modes() == modes


def test_after_a_stop_that_nobody_was_told_of_the_modes_are_set_again_and_the_first_ones_given_back() -> None:
    with Job() as job:
        job.says("keys")
        job.kill(signal.SIGSTOP)
        job.reported("stopped by SIGSTOP")
        assert job.modes() == job.before, "the shell's own"
        job.order("fg")
        job.reported("continued")
        job.says("return")
        assert job.flags == {"ISIG"}
        job.type(b"q")
        assert job.ended() == 0
        assert job.modes() == job.before


def test_while_a_process_is_typed_into_every_key_is_a_byte() -> None:
    with Job() as job:
        job.says("keys")
        job.type(b"t")
        job.says("typing")
        assert job.flags == set()
        for key in (b"\x03", b"\x1a", b"\x1c", b"\x13", b"\x11", b"\r", b"\n", b"\x16", b"\x04"):
            job.type(key)
            job.says(f"bytes {key.hex()}")
        job.type(b"\x1d")
        job.says("not typing")
        assert job.flags == {"ISIG"}
        job.type(b"q")
        assert job.ended() == 0
        assert job.modes() == job.before


def test_another_program_may_have_the_terminal_for_a_while() -> None:
    with Job() as job:
        job.says("keys")
        job.type(b"e")
        job.says("away", "back")
        job.type(b"r")
        job.says("bytes 72")
        job.kill(signal.SIGTERM)
        assert job.ended() == 0
        assert job.modes() == job.before


def test_a_terminal_whose_output_is_held_is_given_back_all_the_same() -> None:
    with Job("", "silent") as job:
        job.says("keys")
        termios.tcflow(job.slave, termios.TCOOFF)  # as Ctrl-S does
        job.kill(signal.SIGTERM)
        assert job.ended() == 0
        assert job.modes() == job.before


def test_another_size_is_told() -> None:
    with Job() as job:
        job.says("keys")
        termios.tcsetwinsize(job.master, (31, 97))
        job.says("size 97x31")


def test_where_standard_input_is_no_terminal_there_are_no_keys_and_no_modes() -> None:
    reading, writing = os.pipe()
    try:
        handlers = [signal.getsignal(number) for number in (signal.SIGTTIN, signal.SIGTTOU)]
        console = Console(reading, writing)
        assert console.enter() is False
        assert console.has_keyboard is False
        assert console.size() == NO_SIZE
        console.set_typing(True)
        console.restore()
        console.restore()
        console.close()
        assert [signal.getsignal(number) for number in (signal.SIGTTIN, signal.SIGTTOU)] == handlers
    finally:
        os.close(reading)
        os.close(writing)


def test_a_terminal_that_does_not_control_us_is_not_touched() -> None:
    master, slave = pty.openpty()
    try:
        before = termios.tcgetattr(slave)
        console = Console(slave, slave)
        assert console.enter() is False
        assert termios.tcgetattr(slave) == before
        console.close()
        assert termios.tcgetattr(slave) == before
    finally:
        os.close(master)
        os.close(slave)
