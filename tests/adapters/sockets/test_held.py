"""Held sockets: real ones, and what prevents them."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from hotrun.adapters.sockets.held import HeldSocketError, HeldSockets
from hotrun.adapters.sockets.sock_diag import is_supported
from tests.adapters.sockets.holding import as_socket, connect
from tests.support import ports

NO_IPV6 = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


def free_port(host: str = "127.0.0.1") -> int:
    try:
        return ports.free_port(host)
    except OSError as error:
        if error.errno in NO_IPV6:
            pytest.skip(f"{host}: {error}")
        raise


def address(host: str = "127.0.0.1") -> str:
    return f"[{host}]:{free_port(host)}" if ":" in host else f"{host}:{free_port(host)}"


def inode(fd: int) -> int:
    return os.fstat(fd).st_ino


def is_taken(to: str) -> bool:
    try:
        connect(to).close()
    except (ConnectionRefusedError, FileNotFoundError):
        return False
    return True


# properties of a held socket


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_who_connects_waits_until_somebody_accepts(sockets: HeldSockets, host: str) -> None:
    where = address(host)
    assert sockets.hold([where]) == {}
    with connect(where) as client:
        client.sendall(b"early")
        [fd] = sockets.fds([where])
        with as_socket(fd) as server:
            accepted, _ = server.accept()
            with accepted:
                assert accepted.recv(5) == b"early"


def test_only_what_was_written_is_bound(sockets: HeldSockets) -> None:
    where = address("127.0.0.1")
    sockets.hold([where])
    with as_socket(sockets.fds([where])[0]) as server:
        assert server.getsockname() == ("127.0.0.1", int(where.rpartition(":")[2]))


def test_every_address_of_ipv6_does_not_mean_ipv4_as_well(sockets: HeldSockets) -> None:
    port = free_port("::")
    assert sockets.hold([f"[::]:{port}", f"0.0.0.0:{port}"]) == {}
    assert len(sockets.inodes()) == 2


def test_a_name_is_one_socket_and_ipv4_comes_first(sockets: HeldSockets, monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    six = (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", port, 0, 0))
    four = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: [six, four])
    assert sockets.hold([f"both.example:{port}"]) == {}
    with as_socket(sockets.fds([f"both.example:{port}"])[0]) as server:
        assert server.getsockname()[0] == "127.0.0.1"


def test_a_program_gets_it_only_when_it_is_handed_over_and_then_in_blocking_mode(sockets: HeldSockets) -> None:
    where = address()
    sockets.hold([where])
    [fd] = sockets.fds([where])
    assert not os.get_inheritable(fd)
    assert not fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_NONBLOCK


def test_the_mode_that_a_program_has_set_is_left_to_its_next_run(sockets: HeldSockets) -> None:
    """A run that still accepts from it would be stuck in accept() forever."""
    where = address()
    sockets.hold([where])
    os.set_blocking(sockets.fds([where])[0], False)
    sockets.hold([where])
    assert not os.get_blocking(sockets.fds([where])[0])


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere an accepted socket inherits nothing")
def test_accepted_connections_send_without_waiting_for_more(sockets: HeldSockets) -> None:
    where = address()
    sockets.hold([where])
    with as_socket(sockets.fds([where])[0]) as server, connect(where):
        accepted, _ = server.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells the limit")
def test_hundreds_may_wait(sockets: HeldSockets) -> None:
    where = address()
    sockets.hold([where])
    limit = int(Path("/proc/sys/net/core/somaxconn").read_text())
    waiting = [connect(where) for _ in range(min(300, limit))]
    for client in waiting:
        client.close()


def test_it_is_never_shared_by_reuseport(sockets: HeldSockets) -> None:
    where = address()
    sockets.hold([where])
    with as_socket(sockets.fds([where])[0]) as server:
        assert not server.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT)


# what is kept, and until when


def test_what_is_named_again_stays_the_very_same_socket(sockets: HeldSockets) -> None:
    one, two, three = address(), address(), address()
    sockets.hold([one, two])
    before = inode(sockets.fds([one])[0])
    with connect(one) as waiting:
        waiting.sendall(b"x")
        assert sockets.hold([three, one]) == {}
        assert inode(sockets.fds([one])[0]) == before
        with as_socket(sockets.fds([one])[0]) as server:
            accepted, _ = server.accept()
            with accepted:
                assert accepted.recv(1) == b"x"
    assert not is_taken(two)
    assert is_taken(three)


def test_the_descriptors_come_in_the_order_that_is_asked_for(sockets: HeldSockets) -> None:
    one, two = address(), address()
    sockets.hold([one, two])
    assert sockets.fds([two, one]) == sockets.fds([one, two])[::-1]
    assert sockets.inodes() == {inode(fd) for fd in sockets.fds([one, two])}


def test_after_close_nothing_is_held(sockets: HeldSockets) -> None:
    where = address()
    sockets.hold([where])
    sockets.close()
    assert not is_taken(where)
    assert sockets.inodes() == set()


def test_a_port_moves_from_one_address_to_another(sockets: HeldSockets) -> None:
    port = free_port()
    sockets.hold([f"127.0.0.1:{port}"])
    assert sockets.hold([f"0.0.0.0:{port}"]) == {}


def test_a_port_with_connections_of_before_is_taken_again(sockets: HeldSockets) -> None:
    """They stay in TIME_WAIT on the side that closes first."""
    where = address()
    sockets.hold([where])
    with connect(where) as client, as_socket(sockets.fds([where])[0]) as server:
        accepted, _ = server.accept()
        accepted.close()
        assert client.recv(1) == b""
    sockets.close()
    assert sockets.hold([where]) == {}


# what prevents it

LISTEN = """
import socket, sys
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("up", flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(not is_supported(), reason="only Linux tells who listens")
def test_a_port_that_is_taken_is_said_with_its_owner_and_tried_again(sockets: HeldSockets) -> None:
    port = free_port()
    where, other = f"127.0.0.1:{port}", address()
    with subprocess.Popen(
        [sys.executable, "-c", LISTEN, str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        wrong = sockets.hold([where, other])
        assert wrong.keys() == {where}
        assert wrong[where].startswith(f"cannot listen on {where}: it is in use by pid {child.pid} of ")
        with pytest.raises(HeldSocketError, match=f"pid {child.pid}"):
            sockets.fds([where])
        assert len(sockets.inodes()) == 1
        child.communicate(timeout=30)
    assert len(sockets.fds([other, where])) == 2
    assert sockets.hold([other, where]) == {}


@pytest.mark.skipif(not is_supported(), reason="only Linux tells who listens")
def test_two_words_for_one_address_are_no_riddle(sockets: HeldSockets) -> None:
    port = free_port()
    wrong = sockets.hold([f"127.0.0.1:{port}", f"0.0.0.0:{port}"])
    assert list(wrong.values()) == [
        f"cannot listen on 0.0.0.0:{port}: it is in use by this hotrun itself, for another spelling of the address"
    ]


def test_an_address_of_another_machine_is_refused_in_words(sockets: HeldSockets) -> None:
    where = f"192.0.2.1:{free_port()}"
    assert sockets.hold([where]) == {where: f"cannot listen on {where}: 192.0.2.1 is not an address of this machine"}


def test_a_host_that_nobody_knows_is_refused_in_words(sockets: HeldSockets, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*args: object, **options: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert sockets.hold(["wbe:8000"]) == {"wbe:8000": "cannot listen on wbe:8000: unknown host wbe"}


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.EACCES, "not permitted for ports below 1024; use a higher port"), (errno.ENOBUFS, "no buf")],
)
def test_what_the_kernel_refuses_is_said_in_words(
    sockets: HeldSockets, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    class Refused(socket.socket):
        def bind(self, address: object) -> None:
            raise OSError(number, os.strerror(number))

    monkeypatch.setattr(socket, "socket", Refused)
    assert words in sockets.hold(["127.0.0.1:80"])["127.0.0.1:80"]
    assert sockets.inodes() == set()
