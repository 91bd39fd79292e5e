"""The other side of a held socket: its clients and the programs that get it."""

from __future__ import annotations

import os
import socket


def as_socket(fd: int) -> socket.socket:
    """Return the socket of a descriptor, without owning it."""
    return socket.socket(fileno=os.dup(fd))


def connect(to: str) -> socket.socket:
    """Return a connection, which the kernel makes without anybody who accepts it."""
    if to.startswith("unix:"):
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(30)
        client.connect(to.removeprefix("unix:"))
        return client
    host, _, port = to.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=30)
