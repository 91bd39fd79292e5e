"""Requests a page: a GET of which only the status counts. Implements as much of HTTP/1.1 (RFC 9112) as that needs."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, quote, urlsplit

from hotrun.adapters.readiness.address import ProbeAddress, describe_failure
from hotrun.adapters.readiness.probe import TIMEOUT_S, NotReady

if TYPE_CHECKING:
    import ssl

_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-9]\d\d)(?: |\r?\n)")
_PORTS = {"http": 80, "https": 443}
_IN_URLS = "/?%:=&~+!$,;'@()*[]"  # not quoted; spaces and umlauts are
_NOT_HTTP = "the answer is not HTTP/1"
_REST_BYTES, _REST_S = 262_144, 0.1


class HttpProbe:
    """Requests a URL."""

    def __init__(self, url: str, status: int | None) -> None:
        """`status`: the expected one; None: any below 400. Raises ValueError for an invalid http URL."""
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ValueError(f"not an http URL: {url}")
        self._status = status
        self._host = parts.hostname
        self._address = ProbeAddress(parts.hostname, parts.port or _PORTS[parts.scheme])
        self._is_secure = parts.scheme == "https"
        self._tls: ssl.SSLContext | None = None
        self._request = _request(parts)

    async def probe(self) -> NotReady | None:
        """See ReadinessProbe."""
        reached = False
        try:
            async with asyncio.timeout(TIMEOUT_S):
                connection = await self._address.connect()
                reached = True
                reader, writer = await self._streams(connection)
        except (OSError, ValueError) as error:
            return NotReady(_describe_failure(error), reached)
        try:
            async with asyncio.timeout(TIMEOUT_S):
                writer.write(self._request)
                status = await _status(reader)
            await _read_rest(reader)
        except (OSError, ValueError) as error:
            return NotReady(_describe_failure(error), reached)
        finally:
            writer.transport.abort()  # a TLS connection would wait for the other side's close
        is_good = status < 400 if self._status is None else status == self._status
        return None if is_good else NotReady(f"status {status}", reached)

    def close(self) -> None:
        """Does nothing: no probe leaves anything."""

    async def _streams(self, connection: socket.socket) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            if not self._is_secure:
                return await asyncio.open_connection(sock=connection)
            self._tls = self._tls or _context(connection.getpeername()[0])
            return await asyncio.open_connection(sock=connection, ssl=self._tls, server_hostname=self._host)
        except BaseException:  # raised again: whatever it is, no descriptor may stay open
            connection.close()
            raise


def _describe_failure(error: OSError | ValueError) -> str:
    """A ValueError is our own, or a host name that TLS refuses."""
    if isinstance(error, ValueError) and not isinstance(error, OSError):
        return str(error)
    reason = getattr(error, "reason", None)  # an attribute of ssl.SSLError, such as WRONG_VERSION_NUMBER
    return f"TLS: {reason.replace('_', ' ').lower()}" if reason else describe_failure(error)


def _request(parts: SplitResult) -> bytes:
    """The bytes of the request, with the host as in the URL (RFC 9112, 3.2), but without a user name."""
    host = parts.netloc.rpartition("@")[2]
    host = host if host.isascii() else host.encode("idna").decode("ascii")
    path = quote(parts.path or "/", safe=_IN_URLS)
    query = f"?{quote(parts.query, safe=_IN_URLS)}" if parts.query else ""
    lines = (f"GET {path}{query} HTTP/1.1", f"Host: {host}", "User-Agent: hotrun", "Accept: */*", "Connection: close")
    return "\r\n".join((*lines, "", "")).encode("ascii")


def _context(peer: str) -> ssl.SSLContext:
    import ssl

    if peer == "::1" or peer.startswith("127."):
        # A development server signs its certificate itself, or with a key that only browsers know. Nobody is between
        # this machine and itself, and only a GET is sent.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    return ssl.create_default_context()


async def _status(reader: asyncio.StreamReader) -> int:
    """The final status. Raises ValueError if the answer is not HTTP/1."""
    while True:
        line = await _line(reader)
        if not line:
            raise ValueError("closed without an answer")
        found = _STATUS_LINE.match(line)
        if found is None:
            raise ValueError(_NOT_HTTP)
        status = int(found[1])
        if status >= 200:
            return status
        while (await _line(reader)).strip():  # the headers of a 100 or 103: the answer follows
            pass


async def _line(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readline()
    except ValueError:  # longer than the reader's limit, 64 KB
        raise ValueError(_NOT_HTTP) from None


async def _read_rest(reader: asyncio.StreamReader) -> None:
    """Read the page as well: some servers log a broken pipe if a client disconnects in the middle of it."""
    left = _REST_BYTES
    with contextlib.suppress(OSError):  # TimeoutError is one
        async with asyncio.timeout(_REST_S):
            while left > 0 and (chunk := await reader.read(65_536)):
                left -= len(chunk)
