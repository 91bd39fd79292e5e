"""The HTTP probe against real servers: which answers mean that a process is ready."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from hotrun.adapters.readiness import probe_http
from hotrun.core.model.project import Ready
from tests.adapters.readiness.probing import Probing, bound, with_probing
from tests.support.waiting import until


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
