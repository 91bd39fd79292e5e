"""The control socket: reads requests as lines of JSON, passes each on, and writes the answer."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import struct
import sys
from collections.abc import Callable
from typing import Any

import msgspec

from hotrun.errors import Refused

MAX_LINE_BYTES = 65_536  # of one line
MAX_CLIENTS = 64
WRITE_TIMEOUT_S = 10.0  # a client that does not read its answer for so long is disconnected

_LOCAL_PEERCRED = 1  # macOS, <sys/un.h>; its level SOL_LOCAL is 0

Answer = Callable[[str, dict[str, Any]], Any]


class _Request(msgspec.Struct):
    cmd: str
    id: int | str | None = None
    args: dict[str, Any] = {}


class ControlServer:
    """A listening socket and its clients. `answer` gets command and arguments, and may raise Refused."""

    def __init__(self, path: str, answer: Answer) -> None:
        """`path`: a file of an earlier hotrun in this place is replaced."""
        self._path = path
        self._answer = answer
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        """Start to listen. Raises OSError."""
        with contextlib.suppress(FileNotFoundError):
            os.remove(self._path)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            listener.bind(self._path)
            os.chmod(self._path, 0o600)
            self._server = await asyncio.start_unix_server(self._serve, sock=listener, limit=MAX_LINE_BYTES)
        except OSError:
            listener.close()
            raise

    def close(self) -> None:
        """Stop listening and disconnect all clients."""
        if self._server is not None:
            self._server.close()
        for writer in self._clients:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients.add(writer)
        try:
            if len(self._clients) > MAX_CLIENTS or peer_uid(writer.get_extra_info("socket")) != os.getuid():
                return
            while (line := await _line(reader)) is not None:
                reply = _failed(None, Refused("too_long", f"a line may have at most {MAX_LINE_BYTES} bytes"))
                if line:
                    reply = self._reply(line)
                writer.write(json.dumps(reply).encode() + b"\n")
                await asyncio.wait_for(writer.drain(), WRITE_TIMEOUT_S)
                if not line:
                    return
        except TimeoutError:
            writer.transport.abort()  # close() would wait until the client has read everything
        except OSError:
            pass  # the client has disconnected
        finally:
            self._clients.discard(writer)
            writer.close()

    def _reply(self, line: bytes) -> dict[str, Any]:
        try:
            request = msgspec.json.decode(line, type=_Request)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return _failed(None, Refused("bad_request", f"expected one request per line: {error}"))
        try:
            return {"id": request.id, "ok": True, "result": self._answer(request.cmd, request.args)}
        except Refused as refused:
            return _failed(request.id, refused)


async def _line(reader: asyncio.StreamReader) -> bytes | None:
    """Return the next line; empty if it is too long, None at the end."""
    try:
        return await reader.readuntil(b"\n")
    except asyncio.IncompleteReadError:
        return None
    except asyncio.LimitOverrunError:
        return b""


def _failed(id: int | str | None, refused: Refused) -> dict[str, Any]:
    return {"id": id, "ok": False, "error": {"code": refused.code, "message": refused.message}}


def peer_uid(peer: socket.socket) -> int | None:
    """Return the user at the other end of a Unix socket; None if this system does not tell."""
    if sys.platform == "darwin":
        return _peer_uid_of_xucred(peer.getsockopt(0, _LOCAL_PEERCRED, 76))
    if not hasattr(socket, "SO_PEERCRED"):
        return None
    found: tuple[int, int, int] = struct.unpack("3i", peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return found[1]


def _peer_uid_of_xucred(xucred: bytes) -> int | None:
    """Return the uid of macOS's struct xucred: cr_version (0) and cr_uid come first (<sys/ucred.h>)."""
    version, uid = struct.unpack_from("=II", xucred)
    return int(uid) if version == 0 else None
