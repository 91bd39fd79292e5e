"""Parses the address of a process, "host:port" or "unix:" and a path, and connects to it. Never blocks."""

from __future__ import annotations

import asyncio
import socket

from hotrun.adapters.os.run_in_thread import run_in_thread
from hotrun.adapters.readiness.probe import TIMEOUT_S

_LOOPBACK = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
UNIX = "unix:"

_Place = tuple[int, str | tuple[str, int]]  # a family and the argument of connect()


class ProbeAddress:
    """An address to connect to.

    A name is resolved at the first use; "localhost" and "" stand for both loopback addresses.
    """

    def __init__(self, host: str, port: int) -> None:
        """Raises ValueError for an invalid host name."""
        if "\0" in host:
            raise ValueError("a host's name has no NUL")
        host.encode("idna")  # an empty label, or one of more than 63 characters: UnicodeError, a ValueError
        self._host = host
        self._port = port
        self._places: tuple[_Place, ...] = _known(host, port)
        self._resolving: asyncio.Future[tuple[_Place, ...]] | None = None

    @classmethod
    def parse(cls, text: str) -> ProbeAddress:
        """Parse "host:port", "[v6]:port", ":port" or "unix:/path". Raises ValueError."""
        if text.startswith(UNIX) and "\0" not in text:
            address = cls("", 0)
            address._places = ((socket.AF_UNIX, text.removeprefix(UNIX)),)
            return address
        host, colon, port = text.rpartition(":")
        if not (colon and port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536):
            raise ValueError(f"not host:port: {text}")
        return cls(host.removeprefix("[").removesuffix("]"), int(port))

    async def connect(self) -> socket.socket:
        """Return a connected, non-blocking socket. Raises the OSError of the first address if all fail."""
        errors = []
        for place in self._places or await self._resolved():
            try:
                return await _connected(*place)
            except OSError as error:
                errors.append(error)
        raise errors[0]

    async def _resolved(self) -> tuple[_Place, ...]:
        if self._resolving is None or (self._resolving.done() and self._resolving.exception() is not None):
            self._resolving = run_in_thread(self._resolve)
        self._places = await asyncio.shield(self._resolving)  # for the next attempt, if this one is canceled
        return self._places

    def _resolve(self) -> tuple[_Place, ...]:
        found = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        return tuple((family, (str(place[0]), self._port)) for family, *_, place in found)


def describe_failure(error: OSError) -> str:
    """Return in plain words why a connection failed."""
    match error:
        case TimeoutError():
            return f"no answer within {TIMEOUT_S:.0f} s"
        case ConnectionRefusedError():
            return "connection refused"
        case ConnectionResetError() | BrokenPipeError():
            return "connection reset"
        case FileNotFoundError():
            return "no such socket"
        case socket.gaierror():
            return "unknown host name"
    return (error.strerror or str(error)).lower()


def _known(host: str, port: int) -> tuple[_Place, ...]:
    """The addresses that need no resolver: numeric ones, and localhost as in RFC 6761; () for others."""
    if not host or host == "localhost" or host.endswith(".localhost"):
        return tuple((family, (address, port)) for family, address in _LOOPBACK)
    for family, _ in _LOOPBACK:
        try:
            socket.inet_pton(family, host)
        except (OSError, ValueError):
            continue
        return ((family, (host, port)),)
    return ()


async def _connected(family: int, place: str | tuple[str, int]) -> socket.socket:
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connection, place)
        # Without a listener, a port from the range of outgoing connections can be assigned to our own end, and TCP then
        # connects the socket with itself. The {port} of a run is from that range.
        if family != socket.AF_UNIX and connection.getsockname() == connection.getpeername():
            raise ConnectionRefusedError
    except BaseException:  # raised again: whatever it is, no descriptor may stay open
        connection.close()
        raise
    return connection
