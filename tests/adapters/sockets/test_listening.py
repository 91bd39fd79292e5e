"""Which processes listen on a port: real sockets, of this process and of a child."""

from __future__ import annotations

import os
import pwd
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from hotrun.adapters.sockets import listening as adapter
from hotrun.adapters.sockets.listening import listening_at
from hotrun.adapters.sockets.sock_diag import is_supported

LISTEN = (
    "import socket, sys; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1], flush=True); input()"
)


@pytest.fixture(params=["kernel", "psutil"], autouse=True)
def source(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test runs on both sources of sockets, since psutil can be asked on Linux, too."""
    if request.param == "psutil":
        monkeypatch.setattr(adapter, "is_supported", lambda: False)
    elif not is_supported():
        pytest.skip("only Linux lists sockets with their users")


@contextmanager
def listening(host: str) -> Iterator[int]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        server = socket.create_server((host, 0), family=family)
    except OSError as error:
        pytest.skip(f"{host}: {error}")
    with server:
        yield server.getsockname()[1]


def test_the_process_that_listens_is_found_with_user_and_command() -> None:
    with listening("127.0.0.1") as port:
        [found] = listening_at("127.0.0.1", port)
    assert (found.pid, found.address) == (os.getpid(), "127.0.0.1")
    assert found.user == pwd.getpwuid(os.geteuid()).pw_name
    assert "python" in found.command


def test_a_closed_port_has_no_listener() -> None:
    with listening("127.0.0.1") as port:
        assert listening_at("localhost", port)
    assert listening_at("127.0.0.1", port) == ()


@pytest.mark.parametrize(
    ("bound", "asked", "collides"),
    [
        ("127.0.0.1", "localhost", True),
        ("127.0.0.1", "0.0.0.0", True),
        ("0.0.0.0", "127.0.0.1", True),
        ("::", "127.0.0.1", True),
        ("::1", "::1", True),
        ("127.0.0.2", "127.0.0.1", False),
        ("::1", "127.0.0.1", False),
    ],
)
def test_only_a_listener_in_the_way_counts(bound: str, asked: str, collides: bool) -> None:
    with listening(bound) as port:
        assert bool(listening_at(asked, port)) == collides


@pytest.mark.parametrize("ours", [True, False])
def test_a_child_of_hotrun_is_known_by_its_environment(ours: bool) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "HOTRUN"}
    child = subprocess.Popen(
        [sys.executable, "-c", LISTEN],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**environment, **({"HOTRUN": "1"} if ours else {})},
    )
    with child:
        assert child.stdout is not None
        [found] = listening_at("127.0.0.1", int(child.stdout.readline()))
        child.communicate(b"\n", timeout=30)
    assert (found.pid, found.is_ours) == (child.pid, ours)
