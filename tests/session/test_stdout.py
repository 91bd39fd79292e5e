"""What hotrun prints comes out whole and in order, and a reader that is slow or stopped makes nobody wait."""

from __future__ import annotations

import os
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotrun.session.stdout import Stdout
from hotrun.session.stdout_writer import FEW_WAITING
from tests.support.waiting import DEADLINE_S

PIECE = b"".join(b"line %d\n" % number for number in range(10_000))


@pytest.fixture
def pipe() -> Iterator[list[int]]:
    """Reading and writing end; a test that closes one takes it out."""
    ends = list(os.pipe())
    yield ends
    for fd in ends:
        os.close(fd)


def read(fd: int, size: int) -> bytes:
    """Exactly so many bytes."""
    parts = []
    while size:
        parts.append(os.read(fd, size))
        assert parts[-1], "the end has come too early"
        size -= len(parts[-1])
    return b"".join(parts)


def test_a_file_is_written_at_once_and_by_no_thread(tmp_path: Path) -> None:
    threads = threading.active_count()
    with (tmp_path / "said").open("wb") as file:
        outlet = Stdout(file.fileno())
        outlet.write(b"one\n")
        assert (tmp_path / "said").read_bytes() == b"one\n"
        outlet.write(b"two\n")
        assert threading.active_count() == threads
        assert outlet.close()
    assert (tmp_path / "said").read_bytes() == b"one\ntwo\n"


def test_nobody_waits_for_a_reader_that_does_not_read_and_nothing_is_lost(pipe: list[int]) -> None:
    outlet = Stdout(pipe[1])
    caught_up = threading.Event()
    outlet.listen(caught_up.set)
    written = 0
    while not outlet.is_behind:
        outlet.write(PIECE)
        written += len(PIECE)
    assert FEW_WAITING < outlet.waiting <= written  # one piece may be in the pipe by now
    outlet.write(b"last\n")  # it is the caller who stops; what comes all the same is taken
    assert not caught_up.is_set()
    assert not outlet.close(timeout_s=0)
    assert read(pipe[0], written + 5) == PIECE * (written // len(PIECE)) + b"last\n"


def test_the_caller_hears_when_the_reader_has_caught_up(pipe: list[int]) -> None:
    outlet = Stdout(pipe[1])
    waiting: list[int] = []
    caught_up = threading.Event()

    def on_change() -> None:
        waiting.append(outlet.waiting)
        caught_up.set()

    outlet.listen(on_change)
    written = 0
    while not outlet.is_behind:
        outlet.write(PIECE)
        written += len(PIECE)
    read(pipe[0], written)
    assert caught_up.wait(DEADLINE_S)
    assert not outlet.is_behind
    assert outlet.close(DEADLINE_S)
    assert len(waiting) == 1
    assert waiting[0] <= FEW_WAITING


def test_a_writing_end_that_does_not_block_gets_everything(pipe: list[int]) -> None:
    """As when a program that shares our terminal has made it non-blocking."""
    os.set_blocking(pipe[1], False)
    outlet = Stdout(pipe[1])
    outlet.write(PIECE * 10)
    assert read(pipe[0], len(PIECE) * 10) == PIECE * 10
    assert outlet.close(DEADLINE_S)


def test_the_descriptor_stays_as_it_was_for_all_who_share_it(pipe: list[int]) -> None:
    outlet = Stdout(pipe[1])
    outlet.write(b"x")
    assert os.get_blocking(pipe[1])
    assert outlet.close(DEADLINE_S)


def test_a_reader_that_is_gone_is_told_and_is_an_error_from_then_on(pipe: list[int]) -> None:
    os.close(pipe.pop(0))
    outlet = Stdout(pipe[0])
    told = threading.Event()
    outlet.listen(told.set)
    outlet.write(b"anybody there?")
    assert told.wait(DEADLINE_S)
    for _ in range(2):
        with pytest.raises(BrokenPipeError):
            outlet.check()
        with pytest.raises(BrokenPipeError):
            outlet.write(b"?")
    assert outlet.close(DEADLINE_S)


def test_a_file_that_cannot_be_written_is_an_error_at_once() -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("there is no /dev/full")
    fd = os.open("/dev/full", os.O_WRONLY)
    try:
        with pytest.raises(OSError, match="No space left"):
            Stdout(fd).write(b"x")
    finally:
        os.close(fd)


def test_a_program_that_ends_has_said_all(tmp_path: Path) -> None:
    """Also when its reader begins to read after its last line."""
    code = (
        "import sys; from hotrun.session.stdout import Stdout; outlet = Stdout(1)\n"
        "for number in range(300_000): outlet.write(b'%d\\n' % number)\n"
        "print('all', file=sys.stderr, flush=True)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        try:
            assert program.stderr.readline() == b"all\n"
            said = program.stdout.read()
        finally:
            program.kill()
    assert said == b"".join(b"%d\n" % number for number in range(300_000))


def test_a_terminal_that_is_stopped_makes_nobody_wait() -> None:
    """As by Ctrl-S, and then by Ctrl-Q."""
    master, slave = os.openpty()
    try:
        termios.tcflow(slave, termios.TCOOFF)
        outlet = Stdout(slave)
        outlet.write(b"hello\n")
        assert not outlet.close(timeout_s=0)
        termios.tcflow(slave, termios.TCOON)
        assert read(master, 7) == b"hello\r\n"
    finally:
        os.close(master)
        os.close(slave)


def test_who_asks_is_told_once_that_all_is_written(pipe: list[int]) -> None:
    outlet = Stdout(pipe[1])
    told = threading.Semaphore(0)
    outlet.listen(told.release)
    written = 0
    while written < FEW_WAITING:  # more than a pipe takes, and too little to be behind
        outlet.write(PIECE)
        written += len(PIECE)
    assert not outlet.is_behind
    outlet.tell_empty()
    assert not told.acquire(blocking=False)
    assert not outlet.drain(0)
    read(pipe[0], written)
    assert told.acquire(timeout=DEADLINE_S)
    assert outlet.waiting == 0
    assert outlet.drain(0)
    outlet.write(b"more")
    assert read(pipe[0], 4) == b"more"
    assert outlet.drain(DEADLINE_S)
    assert not told.acquire(blocking=False), "it was asked for once"


def test_who_asks_when_nothing_waits_is_told_at_once(pipe: list[int]) -> None:
    outlet = Stdout(pipe[1])
    told = threading.Semaphore(0)
    outlet.listen(told.release)
    outlet.tell_empty()
    assert told.acquire(blocking=False)
    outlet.write(b"x")
    assert outlet.drain(DEADLINE_S)
    outlet.tell_empty()
    assert told.acquire(blocking=False)
