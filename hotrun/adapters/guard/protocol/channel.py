"""Sends whole messages and descriptors over a socket pair, between two processes of hotrun.

A stream with lengths, not SOCK_SEQPACKET: an environment may be longer than a packet can be, and macOS has no such
packets. The module is C's `_socket`: `socket` costs 8 ms of imports before the first step and adds nothing that is used
here.
"""

from __future__ import annotations

import _socket
import os
import sys
from collections.abc import Sequence

_CHUNK = 65_536
_MAX_FDS = 253  # SCM_MAX_FD: Linux takes so many in one message
_HEADER_BYTES = 5  # four bytes of length, one with the number of descriptors
_FLAGS = _socket.MSG_DONTWAIT | getattr(_socket, "MSG_CMSG_CLOEXEC", 0)

Message = tuple[bytes, tuple[int, ...]]


class Channel:
    """One end. Sending waits for room; receiving never waits."""

    def __init__(self, end: _socket.socket) -> None:
        self._end = end
        self._bytes = bytearray()
        self._fds: list[int] = []

    def fileno(self) -> int:
        """Return the descriptor, for a loop or a poll."""
        return self._end.fileno()

    def send(self, message: bytes, fds: Sequence[int] = ()) -> None:
        """Send one message; `fds` arrive as copies. Raises OSError if the other end is gone."""
        data = len(message).to_bytes(4, "big") + bytes((len(fds),)) + message
        packed = b"".join(fd.to_bytes(4, sys.byteorder) for fd in fds)
        ancillary = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, packed)] if fds else []
        sent = self._end.sendmsg([data], ancillary)
        if sent < len(data):
            self._end.sendall(data[sent:])

    def receive(self) -> list[Message]:
        """Return the messages that one read completes, perhaps none. Raises EOFError if the other end is gone."""
        try:
            data, ancillary, _, _ = self._end.recvmsg(_CHUNK, _socket.CMSG_SPACE(_MAX_FDS * 4), _FLAGS)
        except BlockingIOError:
            return []
        except ConnectionResetError:  # it closed without reading our last message
            data, ancillary = b"", []
        for level, kind, packed in ancillary:
            if (level, kind) == (_socket.SOL_SOCKET, _socket.SCM_RIGHTS):
                self._fds += (
                    int.from_bytes(packed[at : at + 4], sys.byteorder) for at in range(0, len(packed) // 4 * 4, 4)
                )
        if not data:
            raise EOFError
        self._bytes += data
        return self._complete()

    def _complete(self) -> list[Message]:
        messages: list[Message] = []
        while len(self._bytes) >= _HEADER_BYTES:
            end = _HEADER_BYTES + int.from_bytes(self._bytes[:4], "big")
            count = self._bytes[4]
            if len(self._bytes) < end:
                break
            messages.append((bytes(self._bytes[_HEADER_BYTES:end]), tuple(self._fds[:count])))
            del self._bytes[:end], self._fds[:count]
        return messages

    def finish(self) -> None:
        """Announce that no more messages follow; those of the other end can still be received."""
        self._end.shutdown(_socket.SHUT_WR)

    def close(self) -> None:
        """Close this end, with descriptors that were received and not fetched."""
        self._end.close()
        while self._fds:
            os.close(self._fds.pop())


def pair() -> tuple[Channel, Channel]:
    """Return two connected ends, which no program inherits."""
    ours, theirs = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_STREAM)
    for end in (ours, theirs):
        os.set_inheritable(end.fileno(), False)
    return Channel(ours), Channel(theirs)


def channel_of(fd: int) -> Channel:
    """Wrap this descriptor, and own it from now on."""
    os.set_inheritable(fd, False)
    return Channel(_socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM, 0, fd))
