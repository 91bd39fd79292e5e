"""Holds listening sockets: each is bound once and passed to one run after the other (socket activation).

Binds exactly the given addresses. Between two runs connections wait in the backlog, so it is a long one. Never uses
SO_REUSEPORT: a handover with it resets the connections that wait for the old socket.

A socket is in blocking mode, as systemd passes it. A program that wants the other mode sets it, and it is never set
back, because an older run may still accept from it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import stat
import struct
from collections.abc import Iterable
from typing import Any

from hotrun.adapters.sockets.listening import listening_at
from hotrun.core.model.text import listed

BACKLOG = 4096  # the kernel caps it at net.core.somaxconn
UNIX = "unix:"
MAX_UNIX_PATH_BYTES = 107  # of sun_path, without the NUL at its end

_File = tuple[int, int]  # device and inode


class HeldSocketError(Exception):
    """A socket cannot be held; the text says which and why."""


class HeldSockets:
    """The adapter for HoldSockets: one socket for each address, as long as that is wanted."""

    def __init__(self) -> None:
        self._held: dict[str, _Held] = {}

    def hold(self, addresses: Iterable[str]) -> dict[str, str]:
        """Hold exactly these addresses from now on, such as "host:port", "[v6]:port" and "unix:/path".

        Sockets of addresses that are held already stay as they are. Returns what went wrong, in plain words by address;
        `fds` and the next `hold` try these again. May ask the system's resolver if a host is a name.
        """
        wanted = tuple(addresses)
        for address in self._held.keys() - set(wanted):
            self._held.pop(address).close()  # first: a new address may need the port of a dropped one
        wrong = {}
        for address in wanted:
            try:
                self._get(address)
            except HeldSocketError as error:
                wrong[address] = str(error)
        return wrong

    def fds(self, addresses: Iterable[str]) -> list[int]:
        """Return the descriptors of these sockets, in order; they stay ours.

        Raises HeldSocketError if one is missing.
        """
        return [self._get(address).socket.fileno() for address in addresses]

    def inodes(self) -> set[int]:
        """Return the inodes of all held sockets, as in the kernel's tables."""
        return {os.fstat(held.socket.fileno()).st_ino for held in self._held.values()}

    def close(self) -> None:
        """Close all sockets."""
        self.hold(())

    def _get(self, address: str) -> _Held:
        held = self._held.get(address)
        if held is not None and held.reachable:
            return held
        if held is not None:
            self._held.pop(address).close()
        made = self._held[address] = _bind(address)
        return made


class _Held:
    """One socket, and for a Unix socket its file."""

    def __init__(self, held: socket.socket, path: str | None = None) -> None:
        self.socket = held
        self.path = path
        self._file = None if path is None else _file(path)

    @property
    def reachable(self) -> bool:
        """False if its file is missing or replaced: some servers remove it when they stop."""
        return self.path is None or _file(self.path) == self._file

    def close(self) -> None:
        """Close it and remove its file, if that is still ours."""
        if self.path is not None and self.reachable:
            with contextlib.suppress(OSError):
                os.unlink(self.path)
        self.socket.close()


def _file(path: str) -> _File | None:
    try:
        found = os.lstat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _bind(address: str) -> _Held:
    """Return a listening socket; raises HeldSocketError."""
    try:
        return _bind_unix(address.removeprefix(UNIX)) if address.startswith(UNIX) else _bind_tcp(address)
    except OSError as error:
        raise HeldSocketError(f"cannot listen on {address}: {_plain(error)}") from error


# TCP


def _bind_tcp(address: str) -> _Held:
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    family, to = _resolved(address, host, int(port))
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # else a port is refused for a minute after its use
        # Accepted sockets inherit it (Linux). A server that takes the socket for a Unix one (uvicorn --fd) does not set
        # it, and then waits 40 ms for an ACK on each request of a kept-alive connection.
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)  # "[::]:80" does not include 0.0.0.0
        made.bind(to)
        made.listen(BACKLOG)
    except OSError as error:
        made.close()
        raise HeldSocketError(f"cannot listen on {address}: {_tcp_failure(error, host, int(port))}") from error
    return _Held(made)


def _resolved(address: str, host: str, port: int) -> tuple[socket.AddressFamily, tuple[Any, ...]]:
    """One address for a host, because one socket is passed on: of a name, IPv4 before IPv6, as in Go."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (socket.gaierror, UnicodeError) as error:
        raise HeldSocketError(f"cannot listen on {address}: unknown host {host}") from error
    family, _, _, _, to = min(found, key=lambda entry: entry[0] != socket.AF_INET)
    return family, to


def _tcp_failure(error: OSError, host: str, port: int) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return _in_use_by(host, port)
        case errno.EACCES:
            return "not permitted for ports below 1024; use a higher port"
        case errno.EADDRNOTAVAIL:
            return f"{host} is not an address of this machine"
        case _:
            return _plain(error)


def _in_use_by(host: str, port: int) -> str:
    """Name the processes that listen there, as far as they are visible."""
    owners = []
    for owner in listening_at(host, port):
        if owner.pid is None:
            owners.append(f"a process of {owner.user}")
        elif owner.pid == os.getpid():
            owners.append("this hotrun itself, for another spelling of the address")
        else:
            started = ", started by hotrun" if owner.is_ours else ""
            owners.append(f"pid {owner.pid} of {owner.user}: {owner.command or 'unknown command'}{started}")
    return f"it is in use by {listed(list(dict.fromkeys(owners)))}" if owners else "it is in use by another process"


# Unix


def _bind_unix(path: str) -> _Held:
    """Bind a Unix socket. Its file gets the mode that the umask leaves, as if the program had made it."""
    if len(os.fsencode(path)) > MAX_UNIX_PATH_BYTES:
        raise HeldSocketError(f"cannot listen on {UNIX}{path}: the path is longer than {MAX_UNIX_PATH_BYTES} bytes")
    _remove_stale_file(path)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        made.bind(path)
    except OSError as error:
        made.close()
        if error.errno == errno.ENOENT:
            raise HeldSocketError(f"cannot listen on {UNIX}{path}: its folder does not exist") from error
        raise
    held = _Held(made, path)
    try:
        made.listen(BACKLOG)
    except OSError:
        held.close()
        raise
    return held


def _remove_stale_file(path: str) -> None:
    """Remove the file of a socket without a listener; raises HeldSocketError if something else is there."""
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        return
    if not stat.S_ISSOCK(mode):
        raise HeldSocketError(f"cannot listen on {UNIX}{path}: a file that is not a socket is in its place")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)  # a full backlog would block
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
            return
        except FileNotFoundError:
            return
        except BlockingIOError:
            listener = "a process that accepts no connections"
        else:
            listener = _listener(probe)
    raise HeldSocketError(f"cannot listen on {UNIX}{path}: it is in use by {listener}")


def _listener(connected: socket.socket) -> str:
    if not hasattr(socket, "SO_PEERCRED"):  # only Linux has this
        return "another process"
    pid, _, _ = struct.unpack("3i", connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return f"pid {pid}"


def _plain(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
