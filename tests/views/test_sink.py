"""Writing to a real descriptor: all of it, or an OSError."""

from __future__ import annotations

import os
import threading

import pytest

from hotrun.views.sink import Sink


def read_all(fd: int, into: list[bytes]) -> None:
    while chunk := os.read(fd, 1000):
        into.append(chunk)


def test_nothing_is_written_before_the_flush_and_nothing_twice() -> None:
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    sink = Sink(writer)
    sink.put("one ")
    sink.put("é\n")
    with pytest.raises(BlockingIOError):
        os.read(reader, 10)
    sink.flush()
    sink.flush()
    assert os.read(reader, 100) == "one é\n".encode()
    os.close(reader)
    os.close(writer)


def test_a_slow_reader_gets_everything_also_where_writing_does_not_block() -> None:
    """As when a program that shares our terminal has made it non-blocking."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    read: list[bytes] = []
    thread = threading.Thread(target=read_all, args=(reader, read))
    sink = Sink(writer)
    text = "".join(f"line {number}\n" for number in range(50_000))  # ten times what a pipe holds
    sink.put(text)
    thread.start()
    sink.flush()
    os.close(writer)
    thread.join()
    os.close(reader)
    assert b"".join(read).decode() == text


def test_a_reader_that_is_gone_is_an_error() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    sink = Sink(writer)
    sink.put("anybody there?")
    with pytest.raises(BrokenPipeError):
        sink.flush()
    sink.flush()  # what could not be written is not tried again
    os.close(writer)


def test_what_an_encoding_does_not_know_is_replaced() -> None:
    reader, writer = os.pipe()
    sink = Sink(writer, "ascii")
    sink.put("é ✔ \udce9\n")
    sink.flush()
    assert os.read(reader, 100) == b"? ? ?\n"
    os.close(reader)
    os.close(writer)
