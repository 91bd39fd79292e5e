"""Messages and descriptors between two processes of hotrun."""

from __future__ import annotations

import os
import threading

import pytest

from hotrun.adapters.guard.protocol.channel import Channel, Message, channel_of, pair


def received(end: Channel, count: int) -> list[Message]:
    messages: list[Message] = []
    while len(messages) < count:
        messages += end.receive()
    return messages


def test_messages_keep_their_bounds_and_their_order() -> None:
    ours, theirs = pair()
    sent = [b"", b"one", bytes(range(256)), b"x" * 10_000]
    for message in sent:
        ours.send(message)
    assert [message for message, _ in received(theirs, len(sent))] == sent
    assert theirs.receive() == []
    ours.close()
    theirs.close()


def test_a_message_may_be_longer_than_the_socket_s_buffer() -> None:
    ours, theirs = pair()
    long = os.urandom(1 << 22)
    sender = threading.Thread(target=ours.send, args=(long,))
    sender.start()
    ((message, _),) = received(theirs, 1)
    sender.join()
    assert message == long
    ours.close()
    theirs.close()


def test_descriptors_come_with_the_message_they_were_sent_with_and_no_program_inherits_them() -> None:
    ours, theirs = pair()
    pipes = [os.pipe() for _ in range(3)]
    ours.send(b"none")
    ours.send(b"two", [pipes[0][1], pipes[1][1]])
    ours.send(b"one", [pipes[2][1]])
    (none, two, one) = received(theirs, 3)
    assert (none[1], len(two[1]), len(one[1])) == ((), 2, 1)
    for (reading, writing), fd in zip(pipes, (*two[1], *one[1]), strict=True):
        assert not os.get_inheritable(fd)
        os.write(fd, b"through")
        assert os.read(reading, 100) == b"through"
        for number in (reading, writing, fd):
            os.close(number)
    ours.close()
    theirs.close()


def test_the_end_comes_after_what_was_said_before() -> None:
    ours, theirs = pair()
    reading, writing = os.pipe()
    ours.send(b"last", [writing])
    ours.send(b"half")
    ours.close()
    os.close(writing)
    last, half = received(theirs, 2)
    assert (last[0], half) == (b"last", (b"half", ()))
    os.close(*last[1])
    with pytest.raises(EOFError):
        theirs.receive()
    theirs.close()
    assert os.read(reading, 1) == b""
    os.close(reading)


def test_sending_to_an_end_that_is_gone_is_an_error_and_receiving_there_is_the_end() -> None:
    ours, theirs = pair()
    ours.send(b"never read")
    theirs.close()
    with pytest.raises(OSError, match="Broken pipe"):
        ours.send(b"x")
    with pytest.raises(EOFError):
        ours.receive()
    ours.close()


def test_an_end_can_be_made_of_a_number() -> None:
    ours, theirs = pair()
    other = channel_of(os.dup(theirs.fileno()))
    theirs.close()
    ours.send(b"hello")
    assert received(other, 1) == [(b"hello", ())]
    assert not os.get_inheritable(other.fileno())
    ours.finish()
    with pytest.raises(EOFError):
        other.receive()
    other.send(b"still heard")
    assert received(ours, 1) == [(b"still heard", ())]
    ours.close()
    other.close()
