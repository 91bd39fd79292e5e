"""Output is written whole and in order, and a slow or stopped reader blocks nothing."""

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
from hotrun.session.stdout_writer import RESUME_BYTES
from tests.support.waiting import DEADLINE_S

PIECE = b"".join(b"line %d\n" % number for number in range(10_000))


@pytest.fixture
def pipe() -> Iterator[list[int]]:
    """The reading and the writing end. A test that closes one removes it from the list."""
    ends = list(os.pipe())
    yield ends
    for fd in ends:
        os.close(fd)


def read(fd: int, size: int) -> bytes:
    """Read exactly `size` bytes."""
    parts = []
    while size:
        parts.append(os.read(fd, size))
        assert parts[-1], "the end has come too early"
        size -= len(parts[-1])
    return b"".join(parts)


def test_a_file_is_written_at_once_without_a_thread(tmp_path: Path) -> None:
    threads = threading.active_count()
    with (tmp_path / "out").open("wb") as file:
        stdout = Stdout(file.fileno())
        stdout.write(b"one\n")
        assert (tmp_path / "out").read_bytes() == b"one\n"
        stdout.write(b"two\n")
        assert threading.active_count() == threads
        assert stdout.close()
    assert (tmp_path / "out").read_bytes() == b"one\ntwo\n"


def test_a_reader_that_does_not_read_blocks_nothing_and_nothing_is_lost(pipe: list[int]) -> None:
    stdout = Stdout(pipe[1])
    caught_up = threading.Event()
    stdout.listen(caught_up.set)
    written = 0
    while not stdout.is_full:
        stdout.write(PIECE)
        written += len(PIECE)
    assert RESUME_BYTES < stdout.waiting <= written  # one chunk may be in the pipe by now
    stdout.write(b"last\n")  # accepted even though it is full
    assert not caught_up.is_set()
    assert not stdout.close(timeout_s=0)
    assert read(pipe[0], written + 5) == PIECE * (written // len(PIECE)) + b"last\n"


def test_the_caller_is_notified_when_the_reader_has_caught_up(pipe: list[int]) -> None:
    stdout = Stdout(pipe[1])
    waiting: list[int] = []
    caught_up = threading.Event()

    def on_change() -> None:
        waiting.append(stdout.waiting)
        caught_up.set()

    stdout.listen(on_change)
    written = 0
    while not stdout.is_full:
        stdout.write(PIECE)
        written += len(PIECE)
    read(pipe[0], written)
    assert caught_up.wait(DEADLINE_S)
    assert not stdout.is_full
    assert stdout.close(DEADLINE_S)
    assert len(waiting) == 1
    assert waiting[0] <= RESUME_BYTES


def test_a_writing_end_that_does_not_block_gets_everything(pipe: list[int]) -> None:
    """Another program that shares our terminal may have made it non-blocking."""
    os.set_blocking(pipe[1], False)
    stdout = Stdout(pipe[1])
    stdout.write(PIECE * 10)
    assert read(pipe[0], len(PIECE) * 10) == PIECE * 10
    assert stdout.close(DEADLINE_S)


def test_the_descriptor_stays_blocking_for_all_programs_that_share_it(pipe: list[int]) -> None:
    stdout = Stdout(pipe[1])
    stdout.write(b"x")
    assert os.get_blocking(pipe[1])
    assert stdout.close(DEADLINE_S)


def test_a_lost_reader_is_reported_and_is_an_error_from_then_on(pipe: list[int]) -> None:
    os.close(pipe.pop(0))
    stdout = Stdout(pipe[0])
    is_notified = threading.Event()
    stdout.listen(is_notified.set)
    stdout.write(b"lost")
    assert is_notified.wait(DEADLINE_S)
    for _ in range(2):
        with pytest.raises(BrokenPipeError):
            stdout.check()
        with pytest.raises(BrokenPipeError):
            stdout.write(b"?")
    assert stdout.close(DEADLINE_S)


def test_a_file_that_cannot_be_written_is_an_error_at_once() -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("there is no /dev/full")
    fd = os.open("/dev/full", os.O_WRONLY)
    try:
        with pytest.raises(OSError, match="No space left"):
            Stdout(fd).write(b"x")
    finally:
        os.close(fd)


@pytest.mark.slow
def test_a_program_writes_everything_before_it_exits(tmp_path: Path) -> None:
    """Even if its reader starts to read after its last line."""
    code = (
        "import sys; from hotrun.session.stdout import Stdout; stdout = Stdout(1)\n"
        "for number in range(300_000): stdout.write(b'%d\\n' % number)\n"
        "print('all', file=sys.stderr, flush=True)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        try:
            assert program.stderr.readline() == b"all\n"
            output = program.stdout.read()
        finally:
            program.kill()
    assert output == b"".join(b"%d\n" % number for number in range(300_000))


def test_a_stopped_terminal_blocks_nothing() -> None:
    """As with Ctrl-S, and then Ctrl-Q."""
    master, slave = os.openpty()
    try:
        termios.tcflow(slave, termios.TCOOFF)
        stdout = Stdout(slave)
        stdout.write(b"hello\n")
        assert not stdout.close(timeout_s=0)
        termios.tcflow(slave, termios.TCOON)
        assert read(master, 7) == b"hello\r\n"
    finally:
        os.close(master)
        os.close(slave)


def test_the_caller_is_notified_once_when_everything_is_written(pipe: list[int]) -> None:
    stdout = Stdout(pipe[1])
    notified = threading.Semaphore(0)
    stdout.listen(notified.release)
    written = 0
    while written < RESUME_BYTES:  # more than fits in a pipe, but not enough to be full
        stdout.write(PIECE)
        written += len(PIECE)
    assert not stdout.is_full
    stdout.notify_when_empty()
    assert not notified.acquire(blocking=False)
    assert not stdout.drain(0)
    read(pipe[0], written)
    assert notified.acquire(timeout=DEADLINE_S)
    assert stdout.waiting == 0
    assert stdout.drain(0)
    stdout.write(b"more")
    assert read(pipe[0], 4) == b"more"
    assert stdout.drain(DEADLINE_S)
    assert not notified.acquire(blocking=False), "it was requested once"


def test_the_caller_is_notified_at_once_if_nothing_is_waiting(pipe: list[int]) -> None:
    stdout = Stdout(pipe[1])
    notified = threading.Semaphore(0)
    stdout.listen(notified.release)
    stdout.notify_when_empty()
    assert notified.acquire(blocking=False)
    stdout.write(b"x")
    assert stdout.drain(DEADLINE_S)
    stdout.notify_when_empty()
    assert notified.acquire(blocking=False)
