"""Lists all listening TCP sockets: by netlink, or from /proc/net if netlink is not allowed."""

from __future__ import annotations

import os
import socket
import struct
import sys
from collections.abc import Iterator

import msgspec

# From linux/netlink.h, linux/sock_diag.h, linux/inet_diag.h and net/tcp_states.h.
_NETLINK_SOCK_DIAG = 4
_SOCK_DIAG_BY_FAMILY = 20
_NLM_F_REQUEST, _NLM_F_DUMP = 0x001, 0x300
_NLMSG_ERROR, _NLMSG_DONE = 2, 3
_TCP_LISTEN = 10
_HEADER = struct.Struct("=LHHLL")  # nlmsghdr: length, type, flags, sequence, port id
_QUESTION = struct.Struct("=BBBxL48x")  # inet_diag_req_v2: family, protocol, extensions, states, socket id
_SOCKET = struct.Struct(">4xH2x16s")  # start of inet_diag_msg: states and timers, source port, .., source address
_ANSWER = struct.Struct("=52x4x4x4xLL")  # the same to its end: header and socket id, timers and queues, uid, inode
_REPLY_BYTES = 65_536
TIMEOUT_S = 1.0  # the kernel answers within the call; this only prevents a hang

_TABLES = (("/proc/net/tcp", socket.AF_INET), ("/proc/net/tcp6", socket.AF_INET6))
_LISTEN = "0A"


class Listener(msgspec.Struct, frozen=True):
    """A socket that listens at `address`, of the user `uid`; `inode` is the number in /proc/PID/fd."""

    address: str
    port: int
    uid: int
    inode: int


def is_supported() -> bool:
    """Return whether this system lists its listening sockets; elsewhere `listeners` finds nothing."""
    return os.path.exists(_TABLES[0][0])


def listeners() -> list[Listener]:
    """Return the listening TCP sockets, IPv4 and IPv6, of this network namespace.

    Takes 20 to 90 us by netlink; the tables in /proc take milliseconds if many connections are in TIME_WAIT.
    """
    try:
        return list(_dumped())
    except (OSError, AttributeError):  # AttributeError: no AF_NETLINK on this system
        return list(_read())


def _dumped() -> Iterator[Listener]:
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _NETLINK_SOCK_DIAG) as asked:
        asked.settimeout(TIMEOUT_S)
        for family in (socket.AF_INET, socket.AF_INET6):
            question = _QUESTION.pack(family, socket.IPPROTO_TCP, 0, 1 << _TCP_LISTEN)
            flags = _NLM_F_REQUEST | _NLM_F_DUMP
            asked.send(_HEADER.pack(_HEADER.size + len(question), _SOCK_DIAG_BY_FAMILY, flags, 1, 0) + question)
            for message in _messages(asked):
                yield _listener(message, family)


def _messages(asked: socket.socket) -> Iterator[bytes]:
    """The bodies of the answer to one dump. Raises OSError if the kernel refuses it."""
    while True:
        reply = asked.recv(_REPLY_BYTES)
        at = 0
        while at + _HEADER.size <= len(reply):
            length, kind, *_ = _HEADER.unpack_from(reply, at)
            if kind == _NLMSG_DONE:
                return
            if kind == _NLMSG_ERROR or length < _HEADER.size:
                raise OSError("the kernel gives no list of sockets")
            yield reply[at + _HEADER.size : at + length]
            at += length + 3 & ~3  # messages are aligned to four bytes


def _listener(message: bytes, family: int) -> Listener:
    port, address = _SOCKET.unpack_from(message)
    uid, inode = _ANSWER.unpack_from(message)
    size = 4 if family == socket.AF_INET else 16
    return Listener(socket.inet_ntop(family, address[:size]), port, uid, inode)


def _read() -> Iterator[Listener]:
    for table, family in _TABLES:
        try:
            with open(table, encoding="ascii") as file:
                rows = [line.split() for line in file][1:]
        except OSError:
            continue
        for row in rows:
            if row[3] == _LISTEN:
                address, _, port = row[1].partition(":")
                yield Listener(_decoded(address, family), int(port, 16), int(row[7]), int(row[9]))


def _decoded(text: str, family: int) -> str:
    """Decode an address as the kernel prints it: words of four bytes, each in the machine's byte order."""
    words = bytes.fromhex(text)
    if sys.byteorder == "little":
        words = b"".join(words[at : at + 4][::-1] for at in range(0, len(words), 4))
    return socket.inet_ntop(family, words)
