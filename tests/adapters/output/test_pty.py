"""Real programs in real terminals: what they find there, what is typed, and how it ends."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import termios
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotrun.adapters.output import pty as terminals
from hotrun.adapters.output.pty import MAX_QUEUED_BYTES, NO_SIZE, Pty, Window, own_size
from tests.adapters.output import single_program
from tests.adapters.output.single_program import PYTHON, Stage, staged
from tests.support.waiting import until

# Prints its size, and each new one; those before it waits are kept for it.
WATCH_SIZE = (
    "import os, signal\n"
    "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGWINCH})\n"
    "while True:\n"
    "    size = os.get_terminal_size(0); print(size.lines, size.columns, flush=True)\n"
    "    signal.sigwait({signal.SIGWINCH})\n"
)


@pytest.fixture
def terminal() -> Iterator[Pty]:
    terminal = Pty(24, 80)
    yield terminal
    terminal.close()


@staged
async def test_a_program_has_a_terminal_on_all_three_and_it_is_the_controlling_one(stage: Stage) -> None:
    code = (
        "import os; print(*map(os.isatty, range(3)), os.getsid(0) == os.getpid())\n"
        "tty = open('/dev/tty', 'w')\n"
        "print(os.ttyname(0) == os.ttyname(2), os.tcgetpgrp(0) == os.getpid(), file=tty)"
    )
    _, reader = stage.terminal(1, *PYTHON, code)
    reader.listen(asyncio.get_running_loop())
    await until(lambda: reader.ended, "the end of the terminal")
    assert stage.lines(1) == ["True True True True", "True True"]
    assert stage.wait() == 0


@staged
async def test_what_a_program_writes_arrives_byte_for_byte(stage: Stage) -> None:
    """No "\\r" is inserted before "\\n"; the program's own stays."""
    terminal, _ = stage.terminal(1, *PYTHON, "import os; os.write(1, bytes(range(256)) + b'\\n\\r\\n\\n')")
    stage.wait()
    assert os.read(terminal.master, 1000) == bytes(range(256)) + b"\n\r\n\n"


@staged
async def test_ctrl_c_reaches_all_of_the_foreground_group(stage: Stage) -> None:
    child = (
        "import signal; signal.signal(signal.SIGINT, signal.SIG_DFL)\n"
        "signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT}); print('ready', flush=True); signal.pause()\n"
    )
    code = (
        "import signal, subprocess, sys\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})\n"
        "child = subprocess.Popen([sys.executable, '-ISc', sys.argv[1]])\n"
        "signal.sigwait({signal.SIGINT}); print('outer', child.wait())\n"
    )
    terminal, reader = stage.terminal(1, *PYTHON, code, child)
    reader.listen(asyncio.get_running_loop())
    await stage.said(1, "ready")
    assert terminal.write(b"\x03")
    await until(lambda: reader.ended, "the end of the terminal")
    assert stage.lines(1) == ["ready", "^Couter -2"]


@staged
async def test_what_is_typed_is_echoed_and_read_and_may_be_corrected(stage: Stage) -> None:
    terminal, reader = stage.terminal(1, *PYTHON, "print(ascii(input('name? ')))")
    reader.listen(asyncio.get_running_loop())
    await until(lambda: stage.prompts(1) == ["name? "], "the question")
    # The erase key deletes a character, not a byte.
    assert terminal.write("Zoé\x7fe\n".encode())
    await until(lambda: reader.ended, "the end of the terminal")
    assert stage.lines(1)[-1] == "'Zoe'"


@staged
async def test_a_debugger_can_be_worked_with(stage: Stage, tmp_path: Path) -> None:
    program = tmp_path / "app.py"
    program.write_text("answer = 6 * 7\nbreakpoint()\nprint('goes on with', answer)\n")
    terminal, reader = stage.terminal(1, sys.executable, "-I", str(program))
    reader.listen(asyncio.get_running_loop())
    for number, typed in enumerate(("answer = answer + 1", "p 'now', answer", "continue"), start=1):
        await until(lambda number=number: len(stage.prompts(1)) == number, "the debugger's prompt")  # type: ignore[misc]
        assert "(Pdb) " in stage.prompts(1)[-1]
        terminal.write(f"{typed}\n".encode())
    await until(lambda: reader.ended, "the end of the terminal")
    said = "\n".join(stage.lines(1))
    assert "('now', 43)" in said
    assert "goes on with 43" in said
    assert stage.wait() == 0


@staged
async def test_the_size_is_there_before_the_program_and_a_change_is_heard(stage: Stage) -> None:
    terminal, reader = stage.terminal(1, *PYTHON, WATCH_SIZE, rows=33, columns=101)
    reader.listen(asyncio.get_running_loop())
    await stage.said(1, "33 101")
    terminal.resize(44, 202)
    await stage.said(1, "44 202")


@staged
async def test_the_programs_follow_the_size_of_our_own_terminal(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()
    ours = Pty(20, 70)  # as if it was ours
    monkeypatch.setattr(terminals, "STDOUT", ours.master)
    window = Window()
    monkeypatch.setattr(single_program, "Pty", lambda rows, columns: window.open())
    try:
        for run in (1, 2):
            _, reader = stage.terminal(run, *PYTHON, WATCH_SIZE)
            reader.listen(loop)
            await stage.said(run, "20 70")
        ours.resize(21, 71)
        window.listen(loop)  # for changes before the loop
        await stage.said(2, "21 71")
        ours.resize(22, 72)
        os.kill(os.getpid(), signal.SIGWINCH)
        await stage.said(1, "22 72")
        await stage.said(2, "22 72")
    finally:
        window.close()
        ours.close()


@staged
async def test_a_program_that_has_ended_does_not_disturb_the_size_of_others(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = Window()
    gone, there = window.open(), window.open()
    gone.close()
    monkeypatch.setattr(terminals, "own_size", lambda: (9, 99))
    window.follow()
    assert termios.tcgetwinsize(there.master) == (9, 99)
    there.close()


def test_the_size_is_that_of_stdout_or_a_usual_one(monkeypatch: pytest.MonkeyPatch, terminal: Pty) -> None:
    monkeypatch.setattr(terminals, "STDOUT", terminal.master)
    terminal.resize(50, 132)
    assert own_size() == (50, 132)
    terminal.resize(0, 0)  # a serial line, some containers
    assert own_size() == NO_SIZE
    reader, writer = os.pipe()
    monkeypatch.setattr(terminals, "STDOUT", writer)
    assert own_size() == NO_SIZE
    os.close(reader)
    os.close(writer)


def test_neither_side_is_inherited(terminal: Pty) -> None:
    """A program that had another one's master could not be hung up, and could type into it."""
    assert not os.get_inheritable(terminal.master)
    assert not os.get_inheritable(terminal._slave)
    assert not os.get_blocking(terminal.master)


@staged
async def test_what_the_terminal_does_not_take_is_written_later_in_order(stage: Stage) -> None:
    """A long paste into a program that reads only when it gets a signal."""
    text = b"".join(b"%d\n" % number for number in range(12_000))
    code = (
        "import signal, sys, termios, zlib\n"
        "modes = termios.tcgetattr(0); modes[3] &= ~(termios.ECHO | termios.ICANON)\n"
        "termios.tcsetattr(0, termios.TCSANOW, modes)\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1}); print('ready', flush=True)\n"
        "signal.sigwait({signal.SIGUSR1})\n"
        f"data = sys.stdin.buffer.read({len(text)}); print(len(data), zlib.crc32(data))\n"
    )
    loop = asyncio.get_running_loop()
    terminal, reader = stage.terminal(1, *PYTHON, code)
    terminal.listen(loop)
    reader.listen(loop)
    await stage.said(1, "ready")
    assert terminal.write(text)
    assert terminal.queued > 0
    os.kill(stage.pids[-1], signal.SIGUSR1)
    await stage.said(1, f"{len(text)} {zlib.crc32(text)}")
    assert terminal.queued == 0


def test_more_than_the_queue_holds_is_refused_as_a_whole(terminal: Pty) -> None:
    modes = termios.tcgetattr(terminal._slave)
    modes[3] &= ~(termios.ECHO | termios.ICANON)
    termios.tcsetattr(terminal._slave, termios.TCSANOW, modes)
    assert not terminal.write(b"x" * (MAX_QUEUED_BYTES + 1))
    assert terminal.queued == 0
    while terminal.write(b"y" * 1000):
        assert terminal.queued <= MAX_QUEUED_BYTES
    assert MAX_QUEUED_BYTES - 1000 < terminal.queued <= MAX_QUEUED_BYTES


@staged
async def test_what_is_typed_after_the_end_is_dropped(stage: Stage) -> None:
    terminal, _ = stage.terminal(1, "true")
    stage.wait()
    assert terminal.write(b"x")
    assert terminal.queued == 0
    terminal.close()
    terminal.close()
    terminal.resize(1, 1)
    assert not terminal.write(b"x")


@staged
async def test_a_program_is_hung_up_on_when_its_terminal_is_closed(stage: Stage) -> None:
    terminal, reader = stage.terminal(1, "sh", "-c", "echo ready; sleep 60")
    reader.listen(asyncio.get_running_loop())
    await stage.said(1, "ready")
    reader.close()
    terminal.close()
    assert stage.wait() == -signal.SIGHUP
