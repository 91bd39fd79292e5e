"""Probes against real sockets, servers and programs: their results, and when they stop."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from hotrun.adapters.readiness import address, probe_exec, probe_http, probe_listen
from hotrun.adapters.sockets.sock_diag import is_supported
from hotrun.core.model.inputs import ProbeFailed
from hotrun.core.model.project import Program, Ready
from tests.adapters.readiness.probing import Probing, server, with_probing
from tests.support.processes import is_gone, state_of
from tests.support.waiting import until

only_where_listeners_are_told = pytest.mark.skipif(not is_supported(), reason="only Linux tells who listens")


def bound(host: str = "127.0.0.1") -> socket.socket:
    """Return a socket with a port that nobody else gets, and that refuses connections until it listens."""
    taken = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        taken.bind((host, 0))
    except OSError as error:
        taken.close()
        pytest.skip(f"{host}: {error}")
    return taken


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


# --- http --------------------------------------------------------------------------------------------------------


class Pages:
    """An HTTP server that answers with the bytes of `answer`, and keeps the requests."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.asked: list[bytes] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(self.answer)
        writer.close()


@asynccontextmanager
async def pages(answer: bytes, tls: ssl.SSLContext | None = None) -> AsyncIterator[Pages]:
    served = Pages(answer)
    listening = await asyncio.start_server(served.serve, "127.0.0.1", 0, ssl=tls)
    served.port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield served


def page(status: int, headers: str = "") -> bytes:
    return f"HTTP/1.1 {status} Whatever\r\nContent-Length: 2\r\n{headers}\r\nok".encode()


@with_probing
async def test_a_page_that_comes_late_is_waited_for(probing: Probing) -> None:
    async with pages(page(503)) as served:
        probing.probes.start(1, Ready("http", f"http://localhost:{served.port}/health"))
        await until(lambda: len(served.asked) > 2)
        assert probing.reasons() == ["status 503"]
        served.answer = page(200)
        assert await probing.answered() == "http"


@with_probing
async def test_the_request_names_host_path_and_query(probing: Probing) -> None:
    async with pages(page(204)) as served:
        probing.probes.start(1, Ready("http", f"http://me:secret@localhost:{served.port}/a b/ü?q=1&r=x y#part"))
        await probing.answered()
    first, *headers = served.asked[0].decode("ascii").split("\r\n")
    assert first == "GET /a%20b/%C3%BC?q=1&r=x%20y HTTP/1.1"
    assert f"Host: localhost:{served.port}" in headers
    assert "Connection: close" in headers


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (page(302, "Location: /login\r\n"), None),
        (page(418), 418),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" + page(200), None),
        (b"HTTP/1.0 200\r\n\r\n", None),
    ],
)
@with_probing
async def test_answers_that_count(probing: Probing, answer: bytes, status: int | None) -> None:
    async with pages(answer) as served:
        probing.probes.start(1, Ready("http", f"http://127.0.0.1:{served.port}", status))
        assert await probing.answered() == "http"
    assert probing.reasons() == []


@pytest.mark.parametrize(
    ("answer", "status", "why"),
    [
        (page(404), None, "status 404"),
        (page(200), 204, "status 200"),
        (b"SSH-2.0-OpenSSH\r\n", None, "the answer is not HTTP/1"),
        (b"x" * 100_000, None, "the answer is not HTTP/1"),
        (b"", None, "closed without an answer"),
    ],
)
@with_probing
async def test_answers_that_do_not_count(probing: Probing, answer: bytes, status: int | None, why: str) -> None:
    async with pages(answer) as served:
        probing.probes.start(1, Ready("http", f"http://127.0.0.1:{served.port}", status))
        await probing.refused(why)
    await probing.refused("connection refused")


@with_probing
async def test_a_server_that_takes_a_connection_and_says_nothing_is_not_ready(
    probing: Probing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe_http, "TIMEOUT_S", 0.05)
    with closing(bound()) as taken:
        taken.listen()
        probing.probes.start(1, Ready("http", f"http://127.0.0.1:{taken.getsockname()[1]}"))
        await probing.refused("no answer within 1 s")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="a certificate is made with openssl")
@with_probing
async def test_a_certificate_of_this_machine_is_not_checked(probing: Probing, tmp_path: Path) -> None:
    pem = str(tmp_path / "pem")
    make = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=somebody.else".split()
    subprocess.run([*make, "-keyout", pem, "-out", pem], check=True, capture_output=True, timeout=60)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(pem)
    async with pages(page(200), tls) as served:
        probing.probes.start(1, Ready("http", f"https://localhost:{served.port}/"))
        assert await probing.answered() == "http"


@with_probing
async def test_a_server_without_tls_is_told_from_one_that_is_not_there(probing: Probing) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(page(400))
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as listening:
        probing.probes.start(1, Ready("http", f"https://127.0.0.1:{listening.sockets[0].getsockname()[1]}/"))
        await until(probing.reasons)
        assert probing.reasons() == ["TLS: wrong version number"]


# --- exec --------------------------------------------------------------------------------------------------------


def sh(script: str, cwd: object = "/", **env: str) -> Ready:
    return Ready("exec", program=Program(("sh", "-c", script), str(cwd), env))


@with_probing
async def test_a_program_is_run_until_it_ends_well(probing: Probing, tmp_path: Path) -> None:
    probing.probes.start(
        1, sh('echo "asked $WHAT"; test -e up || { echo first; echo "not $WHAT" >&2; exit 3; }', tmp_path, WHAT="up")
    )
    await probing.refused("exit 3: not up")
    (tmp_path / "up").touch()
    assert await probing.answered() == "exec"
    assert probing.reasons() == ["exit 3: not up"]


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("exit 1", "exit 1"),
        ("kill -9 $$", "SIGKILL"),
        ("yes | head -c 3000000; echo last; exit 2", "exit 2: last"),
    ],
)
@with_probing
async def test_how_a_program_ended_is_said(probing: Probing, script: str, why: str) -> None:
    probing.probes.start(1, sh(script))
    await probing.refused(why)


@with_probing
async def test_a_program_that_is_not_there_is_said(probing: Probing) -> None:
    probing.probes.start(1, Ready("exec", program=Program(("no-such-program",), "/")))
    await probing.refused("command not found: no-such-program is not in PATH")


@with_probing
async def test_a_program_that_does_not_end_is_killed(
    probing: Probing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe_exec, "TIMEOUT_S", 1.0)
    probing.probes.start(1, sh("sleep 1000 & echo $! $$ > made$$; mv made$$ pids; wait", tmp_path))
    await until((tmp_path / "pids").exists)
    child, shell = map(int, (tmp_path / "pids").read_text().split())
    await until(lambda: is_gone(child) and is_gone(shell))
    await probing.refused("no exit within 1 s")


@pytest.mark.parametrize("end", ["stop", "close", "answer"])
@with_probing
async def test_nothing_of_a_program_is_left(probing: Probing, tmp_path: Path, end: str) -> None:
    last = "exit 0" if end == "answer" else "wait"
    probing.probes.start(1, sh(f"sleep 1000 & echo $! $$ > made; mv made pids; {last}", tmp_path))
    await until((tmp_path / "pids").exists)
    pids = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
    if end == "stop":
        probing.probes.stop(1)
    elif end == "close":
        probing.probes.close()
        probing.guard.close()
        assert all(is_gone(pid) for pid in pids), "when hotrun has ended, so has all that it ran"
    await until(lambda: all(is_gone(pid) for pid in pids))
    await until(lambda: state_of(pids[1]) == "X", "the end of a zombie")


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
