"""Where a process may be reached, "host:port" or "unix:" and a path, and one try to connect to it. Never blocks."""

from __future__ import annotations

import asyncio
import socket

from hotrun.adapters.os.run_in_thread import run_in_thread
from hotrun.adapters.readiness.probe import PATIENCE_S

_LOOPBACK = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
UNIX = "unix:"

_Place = tuple[int, str | tuple[str, int]]  # a family and what connect() takes


class ProbeAddress:
    """A target of connections. A name is resolved at the first one; "localhost" and no host are both loopbacks."""

    def __init__(self, host: str, port: int) -> None:
        """Raises ValueError for a host that no resolver takes."""
        if "\0" in host:
            raise ValueError("a host's name has no NUL")
        host.encode("idna")  # an empty label, or one of more than 63 characters: UnicodeError, a ValueError
        self._host = host
        self._port = port
        self._places: tuple[_Place, ...] = _known(host, port)
        self._resolving: asyncio.Future[tuple[_Place, ...]] | None = None

    @classmethod
    def parse(cls, text: str) -> ProbeAddress:
        """From "host:port", "[v6]:port", ":port" or "unix:/path". Raises ValueError."""
        if text.startswith(UNIX) and "\0" not in text:
            address = cls("", 0)
            address._places = ((socket.AF_UNIX, text.removeprefix(UNIX)),)
            return address
        host, colon, port = text.rpartition(":")
        if not (colon and port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536):
            raise ValueError(f"not host:port: {text}")
        return cls(host.removeprefix("[").removesuffix("]"), int(port))

    async def connect(self) -> socket.socket:
        """A connected, non-blocking socket. Raises OSError, of the first place where there are several."""
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
        self._places = await asyncio.shield(self._resolving)  # a try that is given up leaves it to the next one
        return self._places

    def _resolve(self) -> tuple[_Place, ...]:
        found = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        return tuple((family, (str(place[0]), self._port)) for family, *_, place in found)


def why_not(error: OSError) -> str:
    """In plain words why a connection failed."""
    match error:
        case TimeoutError():
            return f"no answer within {PATIENCE_S:.0f} s"
        case ConnectionRefusedError():
            return "connection refused"
        case ConnectionResetError() | BrokenPipeError():
            return "connection reset"
        case FileNotFoundError():
            return "no such socket"
        case socket.gaierror():
            return "the host's name is not known"
    return (error.strerror or str(error)).lower()


def _known(host: str, port: int) -> tuple[_Place, ...]:
    """The places of what needs no resolver: numeric addresses, and localhost as RFC 6761 has it; else ()."""
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
        # With nobody listening, a port from the range of outgoing connections can be given to ourselves, and TCP then
        # connects the socket with itself. The {port} of a run is from that range.
        if family != socket.AF_UNIX and connection.getsockname() == connection.getpeername():
            raise ConnectionRefusedError
    except BaseException:  # raised again: whatever it is, nothing that was opened may stay open
        connection.close()
        raise
    return connection
