"""Listening sockets that outlive the programs that serve on them: bound once, then handed to one run after the other.

Binds what it is told and nothing else. Between two runs connections wait in the backlog, so it is a long one. Never
SO_REUSEPORT: a hand-over with it resets what waits for the old socket. A socket is in blocking mode, as systemd hands
it over: who wants the other mode sets it, and it is never set back, because an older run may still accept from it.
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
LONGEST_UNIX_PATH = 107  # bytes of sun_path, without the NUL at its end

_File = tuple[int, int]  # device and inode


class HeldSocketError(Exception):
    """A socket cannot be held; the text says which and why, in plain words."""


class HeldSockets:
    """The adapter for HoldSockets: one socket an address, the same one for as long as the address is named."""

    def __init__(self) -> None:
        self._held: dict[str, _Held] = {}

    def hold(self, addresses: Iterable[str]) -> dict[str, str]:
        """Hold exactly these from now on: "host:port", "[v6]:port", "unix:/path"; those held already stay as they are.

        Returns what went wrong, in plain words by address; `fds` and the next `hold` try these again. May ask the
        system's resolver where a host is a name.
        """
        wanted = tuple(addresses)
        for address in self._held.keys() - set(wanted):
            self._held.pop(address).close()  # first: a new address may want the port of one that is gone
        wrong = {}
        for address in wanted:
            try:
                self._get(address)
            except HeldSocketError as error:
                wrong[address] = str(error)
        return wrong

    def fds(self, addresses: Iterable[str]) -> list[int]:
        """The descriptors of these sockets, in order; they stay ours. Raises HeldSocketError where one is missing."""
        return [self._get(address).socket.fileno() for address in addresses]

    def inodes(self) -> set[int]:
        """The inodes of all that is held, as the kernel's tables name sockets."""
        return {os.fstat(held.socket.fileno()).st_ino for held in self._held.values()}

    def close(self) -> None:
        """Hold nothing any more."""
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
    """One socket, and for a Unix socket the file that leads to it."""

    def __init__(self, held: socket.socket, path: str | None = None) -> None:
        self.socket = held
        self.path = path
        self._file = None if path is None else _file(path)

    @property
    def reachable(self) -> bool:
        """False where its file is gone or is another's: some servers remove it when they stop."""
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
    """Return a socket that listens; raises HeldSocketError."""
    try:
        return _bind_unix(address.removeprefix(UNIX)) if address.startswith(UNIX) else _bind_tcp(address)
    except OSError as error:
        raise HeldSocketError(f"cannot listen on {address}: {_plain(error)}") from error


# --- TCP -------------------------------------------------------------------------------------------------------


def _bind_tcp(address: str) -> _Held:
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    family, to = _resolved(address, host, int(port))
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # else the port is refused for a minute after a use
        # Accepted sockets inherit it (Linux). A server that takes the socket for a Unix one (uvicorn --fd) does not
        # set it, and then waits 40 ms for an ACK on each request of a connection that is kept alive.
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)  # "[::]:80" does not mean 0.0.0.0 as well
        made.bind(to)
        made.listen(BACKLOG)
    except OSError as error:
        made.close()
        raise HeldSocketError(f"cannot listen on {address}: {_tcp_trouble(error, host, int(port))}") from error
    return _Held(made)


def _resolved(address: str, host: str, port: int) -> tuple[socket.AddressFamily, tuple[Any, ...]]:
    """One address for a host, because one socket is handed over for it: of a name's, IPv4 before IPv6, as Go does."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (socket.gaierror, UnicodeError) as error:
        raise HeldSocketError(f"cannot listen on {address}: the host {host} is not known") from error
    family, _, _, _, to = min(found, key=lambda entry: entry[0] != socket.AF_INET)
    return family, to


def _tcp_trouble(error: OSError, host: str, port: int) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return _taken(host, port)
        case errno.EACCES:
            return "not permitted: ports below 1024 are the system's; take a higher one"
        case errno.EADDRNOTAVAIL:
            return f"{host} is not an address of this machine"
        case _:
            return _plain(error)


def _taken(host: str, port: int) -> str:
    """Who has it, as far as the system tells."""
    owners = []
    for holder in listening_at(host, port):
        if holder.pid is None:
            owners.append(f"a process of {holder.user}")
        elif holder.pid == os.getpid():
            owners.append("this hotrun itself, for another address that means the same")
        else:
            started = ", which a hotrun started" if holder.is_ours else ""
            owners.append(f"pid {holder.pid} of {holder.user}: {holder.command or 'unknown command'}{started}")
    return f"it is taken by {listed(list(dict.fromkeys(owners)))}" if owners else "it is taken by another process"


# --- Unix ------------------------------------------------------------------------------------------------------


def _bind_unix(path: str) -> _Held:
    """Its file gets the mode that the umask leaves, as if the program itself had made it."""
    if len(os.fsencode(path)) > LONGEST_UNIX_PATH:
        raise HeldSocketError(f"cannot listen on {UNIX}{path}: the path is longer than {LONGEST_UNIX_PATH} bytes")
    _remove_leftover(path)
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


def _remove_leftover(path: str) -> None:
    """Remove the file of a socket that nobody listens on; raises HeldSocketError where something else is there."""
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        return
    if not stat.S_ISSOCK(mode):
        raise HeldSocketError(f"cannot listen on {UNIX}{path}: there is a file, and it is not a socket")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)  # a full backlog would let it wait
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
            return
        except FileNotFoundError:
            return
        except BlockingIOError:
            listener = "a process that accepts no more"
        else:
            listener = _listener(probe)
    raise HeldSocketError(f"cannot listen on {UNIX}{path}: it is taken by {listener}")


def _listener(connected: socket.socket) -> str:
    if not hasattr(socket, "SO_PEERCRED"):  # Linux alone tells it in this way
        return "another process"
    pid, _, _ = struct.unpack("3i", connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return f"pid {pid}"


def _plain(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
