"""Probes against real sockets, servers and programs: their results, and when they stop."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from hotrun.adapters.readiness import address, probe_listen
from hotrun.adapters.sockets.sock_diag import is_supported
from hotrun.core.model.inputs import ProbeFailed
from hotrun.core.model.project import Ready
from tests.adapters.readiness.probing import Probing, bound, server, with_probing

only_where_listeners_are_told = pytest.mark.skipif(not is_supported(), reason="only Linux tells who listens")


# --- tcp ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "target"),
    [
        ("127.0.0.1", "127.0.0.1:{}"),
        ("127.0.0.1", "localhost:{}"),
        ("127.0.0.1", ":{}"),
        ("0.0.0.0", "0.0.0.0:{}"),
        ("::1", "[::1]:{}"),
        ("::1", "localhost:{}"),
        ("127.0.0.1", "app.localhost:{}"),
    ],
)
@with_probing
async def test_a_port_is_ready_when_it_takes_connections(probing: Probing, host: str, target: str) -> None:
    with closing(bound(host)) as taken:
        probing.probes.start(1, Ready("tcp", target.format(taken.getsockname()[1])))
        await probing.refused("connection refused")
        taken.listen()
        assert await probing.answered() == "tcp"
    assert probing.reasons() == ["connection refused"]


@with_probing
async def test_a_name_is_resolved_beside_the_loop(probing: Probing, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(bound()) as taken:
        taken.listen()
        place = taken.getsockname()
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", place)]
        monkeypatch.setattr(socket, "getaddrinfo", lambda host, port, **_: found if host == "db.test" else None)
        probing.probes.start(1, Ready("tcp", f"db.test:{place[1]}"))
        assert await probing.answered() == "tcp"


@with_probing
async def test_a_name_that_is_not_known_is_asked_for_again(probing: Probing, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(bound()) as taken:
        taken.listen()
        place = taken.getsockname()
        answers = [socket.gaierror(socket.EAI_NONAME, "no such name"), [(socket.AF_INET, 1, 6, "", place)]]

        def resolve(*_: object, **__: object) -> object:
            answer = answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        probing.probes.start(1, Ready("tcp", f"db.test:{place[1]}"))
        assert await probing.answered() == "tcp"
    assert probing.reasons() == ["unknown host name"]


@with_probing
async def test_a_unix_socket_is_ready_when_it_takes_connections(probing: Probing, tmp_path: Path) -> None:
    probing.probes.start(1, Ready("tcp", f"unix:{tmp_path}/s"))
    await probing.refused("no such socket")
    with closing(socket.socket(socket.AF_UNIX)) as taken:
        taken.bind(f"{tmp_path}/s")
        await probing.refused("connection refused")
        taken.listen()
        assert await probing.answered() == "tcp"


def test_a_socket_that_was_connected_with_itself_is_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = bound()  # what connect() may choose for its own port in the range of outgoing connections
    target = address.ProbeAddress.parse(f"127.0.0.1:{taken.getsockname()[1]}")

    async def connect() -> None:
        monkeypatch.setattr(socket, "socket", lambda *_: taken)
        try:
            await target.connect()
        finally:
            monkeypatch.undo()

    with pytest.raises(ConnectionRefusedError):
        asyncio.run(connect())
    assert taken.fileno() == -1


@with_probing
async def test_a_run_that_is_no_longer_asked_for_is_not_answered(probing: Probing) -> None:
    with closing(bound()) as taken:
        target = f"127.0.0.1:{taken.getsockname()[1]}"
        probing.probes.start(1, Ready("tcp", target))
        await probing.refused("connection refused")
        probing.probes.stop(1)
        probing.probes.stop(99)
        taken.listen()
        probing.probes.start(2, Ready("tcp", target))
        await probing.answered(2)
    assert probing.via(1) == []


def test_what_was_started_before_the_loop_is_asked_in_it() -> None:
    async def main(probing: Probing) -> None:
        probing.probes.attach(asyncio.get_running_loop())
        assert await probing.answered(1) == "tcp"
        assert probing.via(2) == []

    with closing(bound()) as taken:
        taken.listen()
        probing = Probing()
        for run in (1, 2):
            probing.probes.start(run, Ready("tcp", f"127.0.0.1:{taken.getsockname()[1]}"))
        probing.probes.stop(2)
        asyncio.run(main(probing))
        probing.probes.close()
        probing.guard.close()


@pytest.mark.parametrize(
    "ready",
    [
        Ready("tcp", "8000"),
        Ready("tcp", "host:x"),
        Ready("tcp", "host:0"),
        Ready("tcp", "a..b:80"),
        Ready("tcp", "a\0b:80"),
        Ready("tcp", "unix:/a\0b"),
        Ready("http", "ftp://x/"),
        Ready("http", "http://x:99999/"),
        Ready("http", f"http://{'x' * 64}/"),
    ],
)
@with_probing
async def test_a_target_that_is_none_is_said(probing: Probing, ready: Ready) -> None:
    probing.probes.start(1, ready)
    (fact,) = probing.posted
    assert isinstance(fact, ProbeFailed)


# --- auto --------------------------------------------------------------------------------------------------------

LISTEN = "s = socket.create_server(('127.0.0.1', 0)); it = s.getsockname()[1]"
CODE = f"import socket; {LISTEN}; print(it, flush=True); input()"
CHILD = (
    f"p = subprocess.Popen([sys.executable, '-ISc', {CODE!r}], stdin=subprocess.PIPE, stdout=subprocess.PIPE); "
    "it = p.stdout.readline()"
)
IN_THREAD = f"t = threading.Thread(target=lambda: exec({CHILD!r}, globals())); t.start(); t.join()"


@only_where_listeners_are_told
@pytest.mark.parametrize("listen", [LISTEN, CHILD, IN_THREAD], ids=["itself", "child", "child of a thread"])
@with_probing
async def test_a_run_is_ready_when_something_of_it_listens(probing: Probing, listen: str) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))), server() as child:  # the first one is not of the run
        probing.roots[1] = child.pid
        probing.probes.start(1, Ready())
        await probing.refused("listens on no port")
        child.do(listen)
        assert await probing.answered() == "listen"
        if listen is not LISTEN:
            child.do("p.kill(); p.wait()")
    assert probing.reasons() == ["listens on no port"]


@only_where_listeners_are_told
@with_probing
async def test_a_debugger_that_listens_is_not_the_program(probing: Probing, monkeypatch: pytest.MonkeyPatch) -> None:
    with server() as child:
        monkeypatch.setattr(probe_listen, "DEBUGGERS", {int(child.do(LISTEN))})
        probing.roots[1] = child.pid
        probing.probes.start(1, Ready())
        await probing.refused("listens on no port")
        child.do("first = s; " + LISTEN)
        assert await probing.answered() == "listen"


@only_where_listeners_are_told
@with_probing
async def test_a_held_socket_counts_when_the_run_waits_for_connections(probing: Probing) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as held, server(held.fileno()) as child:
        probing.held = {os.fstat(held.fileno()).st_ino}
        probing.roots[1] = child.pid
        child.do(f"s = socket.socket(fileno={held.fileno()}); e = select.epoll()")
        probing.probes.start(1, Ready())
        await probing.refused("listens on no port")
        child.do("e.register(s)")
        assert await probing.answered() == "listen"


SERVERS: list[tuple[str, Callable[[int], list[str]]]] = [
    ("node", lambda fd: ["node", "-e", f"require('http').createServer().listen({{fd: {fd}}})"]),
    ("python", lambda fd: [sys.executable, "-ISc", ASYNCIO, str(fd)]),
]
ASYNCIO = """
import asyncio, socket, sys
async def main():
    server = await asyncio.start_server(lambda r, w: w.close(), sock=socket.socket(fileno=int(sys.argv[1])))
    await server.serve_forever()
asyncio.run(main())
"""


@only_where_listeners_are_told
@pytest.mark.parametrize(("name", "argv"), SERVERS, ids=[name for name, _ in SERVERS])
@with_probing
async def test_real_servers_on_a_held_socket_are_found(
    probing: Probing, name: str, argv: Callable[[int], list[str]]
) -> None:
    if name == "node" and shutil.which(name) is None:
        pytest.skip("node is not installed")
    with closing(socket.create_server(("127.0.0.1", 0))) as held:
        probing.held = {os.fstat(held.fileno()).st_ino}
        with subprocess.Popen(argv(held.fileno()), pass_fds=(held.fileno(),), stdin=subprocess.DEVNULL) as popen:
            try:
                probing.roots[1] = popen.pid
                probing.probes.start(1, Ready())
                assert await probing.answered() == "listen"
            finally:
                popen.kill()
