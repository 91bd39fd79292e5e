"""The control socket: takes lines of JSON, hands each request on, and writes the answer. Decides nothing."""

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

MOST_BYTES = 65_536  # of one line
MOST_CLIENTS = 64
SLOW_S = 10.0  # who does not read the answer for this long is left

_LOCAL_PEERCRED = 1  # macOS, <sys/un.h>; its level SOL_LOCAL is 0

Answer = Callable[[str, dict[str, Any]], Any]


class _Request(msgspec.Struct):
    cmd: str
    id: int | str | None = None
    args: dict[str, Any] = {}


class ControlServer:
    """One listening socket and those who are connected. `answer` gets command and arguments, and may raise Refused."""

    def __init__(self, path: str, answer: Answer) -> None:
        """`path`: what lies there is left over from a hotrun that has ended, and is replaced."""
        self._path = path
        self._answer = answer
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        """Listen. Raises OSError."""
        with contextlib.suppress(FileNotFoundError):
            os.remove(self._path)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            listener.bind(self._path)
            os.chmod(self._path, 0o600)
            self._server = await asyncio.start_unix_server(self._serve, sock=listener, limit=MOST_BYTES)
        except OSError:
            listener.close()
            raise

    def close(self) -> None:
        """Listen and answer no more."""
        if self._server is not None:
            self._server.close()
        for writer in self._clients:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients.add(writer)
        try:
            if len(self._clients) > MOST_CLIENTS or peer_uid(writer.get_extra_info("socket")) != os.getuid():
                return
            while (line := await _line(reader)) is not None:
                reply = _failed(None, Refused("too_long", f"a line has {MOST_BYTES} bytes at most"))
                if line:
                    reply = self._reply(line)
                writer.write(json.dumps(reply).encode() + b"\n")
                await asyncio.wait_for(writer.drain(), SLOW_S)
                if not line:
                    return
        except TimeoutError:
            writer.transport.abort()  # to close would wait until it has read everything
        except OSError:
            pass  # it has gone
        finally:
            self._clients.discard(writer)
            writer.close()

    def _reply(self, line: bytes) -> dict[str, Any]:
        try:
            request = msgspec.json.decode(line, type=_Request)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return _failed(None, Refused("bad_request", f"expected one request a line: {error}"))
        try:
            return {"id": request.id, "ok": True, "result": self._answer(request.cmd, request.args)}
        except Refused as refused:
            return _failed(request.id, refused)


async def _line(reader: asyncio.StreamReader) -> bytes | None:
    """The next line; empty where it is too long, None at the end."""
    try:
        return await reader.readuntil(b"\n")
    except asyncio.IncompleteReadError:
        return None
    except asyncio.LimitOverrunError:
        return b""


def _failed(id: int | str | None, refused: Refused) -> dict[str, Any]:
    return {"id": id, "ok": False, "error": {"code": refused.code, "message": refused.message}}


def peer_uid(peer: socket.socket) -> int | None:
    """The user at the other end of a Unix socket; None where this system does not tell."""
    if sys.platform == "darwin":
        return _peer_uid_of_xucred(peer.getsockopt(0, _LOCAL_PEERCRED, 76))
    if not hasattr(socket, "SO_PEERCRED"):
        return None
    found: tuple[int, int, int] = struct.unpack("3i", peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return found[1]


def _peer_uid_of_xucred(xucred: bytes) -> int | None:
    """The uid in macOS's struct xucred: cr_version (0) and cr_uid come first (<sys/ucred.h>)."""
    version, uid = struct.unpack_from("=II", xucred)
    return int(uid) if version == 0 else None
