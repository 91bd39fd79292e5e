"""The kernel's list of listening sockets, from both sources."""

from __future__ import annotations

import os
import socket
from contextlib import closing

import pytest

from hotrun.adapters.sockets import sock_diag
from hotrun.adapters.sockets.sock_diag import Listener, is_supported, listeners

pytestmark = pytest.mark.skipif(not is_supported(), reason="only Linux tells what listens")


def listener(taken: socket.socket) -> Listener:
    host, port, *_ = taken.getsockname()
    return Listener(host, port, os.geteuid(), os.fstat(taken.fileno()).st_ino)


@pytest.mark.parametrize("refused", [False, True], ids=["netlink", "proc"])
def test_what_listens_is_listed_with_address_user_and_inode(refused: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if refused:
        monkeypatch.setattr(sock_diag, "_NETLINK_SOCK_DIAG", 10_000)  # as in a sandbox that allows no such socket
    with closing(socket.create_server(("127.0.0.1", 0))) as four, closing(socket.socket()) as idle:
        idle.bind(("127.0.0.1", 0))
        expected = [listener(four)]
        if socket.has_ipv6:
            six = socket.create_server(("::1", 0), family=socket.AF_INET6)
            expected.append(listener(six))
        found = listeners()
        assert [it for it in found if it in expected] == expected
        assert listener(idle) not in found
        if socket.has_ipv6:
            six.close()
    assert expected[0] not in listeners()


def test_a_long_list_comes_whole() -> None:
    """More than one message of the kernel, which has 32 KB at most."""
    taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(500)]
    try:
        assert {listener(it) for it in taken} <= set(listeners())
    finally:
        for it in taken:
            it.close()
