"""The control socket with real connections: one line asks, one line answers, and nothing else gets through."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import stat
import struct
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from hotrun.adapters.instance import control_socket
from hotrun.adapters.instance.control_socket import MAX_CLIENTS, MAX_LINE_BYTES, ControlServer, peer_uid
from hotrun.errors import Refused

Story = Callable[[ControlServer], Awaitable[None]]


def answer(command: str, args: dict[str, Any]) -> object:
    if command == "echo":
        return args
    raise Refused("unknown_command", f"no such command: {command}")


def tell(path: Path, story: Story) -> None:
    """Run `story` with a listening control socket at `path`."""

    async def whole() -> None:
        server = ControlServer(str(path), answer)
        await server.start()
        try:
            await asyncio.wait_for(story(server), 30)
        finally:
            server.close()

    asyncio.run(whole())


class Caller:
    """One connection."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def __aenter__(self) -> Caller:
        self._reader, self._writer = await asyncio.open_unix_connection(str(self._path), limit=1 << 20)
        return self

    async def __aexit__(self, *error: object) -> None:
        self._writer.close()

    async def says(self, text: bytes) -> None:
        self._writer.write(text)
        await self._writer.drain()

    async def hears(self) -> Any:
        line = await self._reader.readline()
        return json.loads(line) if line else None

    async def asks(self, **request: object) -> Any:
        await self.says(json.dumps(request).encode() + b"\n")
        return await self.hears()


def test_requests_are_answered_in_order_with_their_ids(tmp_path: Path) -> None:
    async def story(server: ControlServer) -> None:
        async with Caller(tmp_path / "s") as one, Caller(tmp_path / "s") as other:
            assert await one.asks(id=1, cmd="echo", args={"a": "ü"}) == {"id": 1, "ok": True, "result": {"a": "ü"}}
            assert await other.asks(id="x", cmd="echo") == {"id": "x", "ok": True, "result": {}}
            await one.says(b'{"id":2,"cmd":"echo"}\n{"id":3,"cmd":"echo"}\n')
            assert [(await one.hears())["id"], (await one.hears())["id"]] == [2, 3]

    tell(tmp_path / "s", story)


def test_what_is_refused_is_said_with_a_code(tmp_path: Path) -> None:
    async def story(server: ControlServer) -> None:
        async with Caller(tmp_path / "s") as caller:
            error = {"code": "unknown_command", "message": "no such command: dance"}
            assert await caller.asks(id=1, cmd="dance") == {"id": 1, "ok": False, "error": error}

    tell(tmp_path / "s", story)


@pytest.mark.parametrize(
    "line", [b"hello", b"[]", b"{}", b'{"cmd": 1}', b'{"cmd": "echo", "args": 3}', b"\xff\xfe", b"", b'{"cmd": "echo"']
)
def test_a_line_that_is_no_request_is_refused_and_the_next_is_answered(tmp_path: Path, line: bytes) -> None:
    async def story(server: ControlServer) -> None:
        async with Caller(tmp_path / "s") as caller:
            await caller.says(line + b"\n")
            assert (await caller.hears())["error"]["code"] == "bad_request"
            assert (await caller.asks(id=2, cmd="echo"))["ok"]

    tell(tmp_path / "s", story)


def test_a_line_that_is_too_long_ends_the_connection_with_a_word(tmp_path: Path) -> None:
    async def story(server: ControlServer) -> None:
        async with Caller(tmp_path / "s") as caller:
            await caller.says(b"x" * (MAX_LINE_BYTES + 10))
            assert (await caller.hears())["error"]["code"] == "too_long"
            assert await caller.hears() is None

    tell(tmp_path / "s", story)


def test_somebody_who_says_nothing_or_half_a_line_keeps_nobody_waiting(tmp_path: Path) -> None:
    async def story(server: ControlServer) -> None:
        async with Caller(tmp_path / "s") as silent, Caller(tmp_path / "s") as other:
            await silent.says(b'{"id": 1, ')
            assert (await other.asks(id=2, cmd="echo"))["ok"]

    tell(tmp_path / "s", story)


def test_somebody_who_does_not_read_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control_socket, "WRITE_TIMEOUT_S", 0.05)

    async def story(server: ControlServer) -> None:
        connection = socket.socket(socket.AF_UNIX)
        connection.setblocking(False)
        connection.connect(str(tmp_path / "s"))
        line = json.dumps({"cmd": "echo", "args": {"a": "x" * 60_000}}).encode() + b"\n"
        with connection, pytest.raises((BrokenPipeError, ConnectionResetError)):
            await _send_for_ever(connection, line)
        async with Caller(tmp_path / "s") as other:
            assert (await other.asks(id=2, cmd="echo"))["ok"]

    tell(tmp_path / "s", story)


async def _send_for_ever(connection: socket.socket, line: bytes) -> None:
    while True:
        await asyncio.get_running_loop().sock_sendall(connection, line)


def test_more_than_so_many_connections_are_hung_up(tmp_path: Path) -> None:
    async def story(server: ControlServer) -> None:
        callers = [Caller(tmp_path / "s") for _ in range(MAX_CLIENTS)]
        for caller in callers:
            await caller.__aenter__()
            assert (await caller.asks(cmd="echo"))["ok"]
        async with Caller(tmp_path / "s") as one_more:
            assert await one_more.hears() is None
        await callers[0].__aexit__()
        await callers[1].asks(cmd="echo")
        while True:
            async with Caller(tmp_path / "s") as later:
                try:
                    if await later.asks(cmd="echo") is not None:
                        break
                except OSError:
                    continue
        for caller in callers[1:]:
            await caller.__aexit__()

    tell(tmp_path / "s", story)


def test_the_socket_is_for_its_user_alone_and_replaces_what_a_crash_has_left(tmp_path: Path) -> None:
    path = tmp_path / "s"
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(path))
    left.close()

    async def story(server: ControlServer) -> None:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        async with Caller(path) as caller:
            assert (await caller.asks(cmd="echo"))["ok"]

    tell(path, story)


def test_another_user_is_not_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control_socket, "peer_uid", lambda peer: os.getuid() + 1)

    async def story(server: ControlServer) -> None:
        async with Caller(tmp_path / "s") as caller:
            assert await caller.hears() is None

    tell(tmp_path / "s", story)


def test_the_user_at_the_other_end_is_told_by_the_kernel() -> None:
    one, other = socket.socketpair()
    with one, other:
        assert peer_uid(one) == os.getuid()


def test_the_user_in_what_macos_tells_is_read_where_its_version_is_known() -> None:
    assert control_socket._peer_uid_of_xucred(struct.pack("=IIhxx16I", 0, 501, 1, *range(16))) == 501
    assert control_socket._peer_uid_of_xucred(struct.pack("=IIhxx16I", 7, 501, 1, *range(16))) is None
