"""Text on its way out: collected, encoded, given out once."""

from __future__ import annotations

import pytest

from hotrun.views.lines.sink import Sink


def test_nothing_is_written_before_the_flush_and_nothing_twice() -> None:
    written: list[bytes] = []
    sink = Sink(written.append)
    sink.put("one ")
    sink.put("é\n")
    assert written == []
    sink.flush()
    sink.flush()
    assert written == ["one é\n".encode()]


def test_a_reader_that_is_gone_is_an_error_once() -> None:
    def write(data: bytes) -> None:
        raise BrokenPipeError

    sink = Sink(write)
    sink.put("anybody there?")
    with pytest.raises(BrokenPipeError):
        sink.flush()
    sink.flush()  # what could not be written is not tried again


def test_what_an_encoding_does_not_know_is_replaced() -> None:
    written: list[bytes] = []
    sink = Sink(written.append, "ascii")
    sink.put("é ✔ \udce9\n")
    sink.flush()
    assert written == [b"? ? ?\n"]
