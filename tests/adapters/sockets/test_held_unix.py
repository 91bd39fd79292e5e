"""Unix sockets that are held: their files, and what is in their way."""

from __future__ import annotations

import os
import socket
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hotrun.adapters.sockets.held import HeldSockets
from tests.adapters.sockets.holding import as_socket, connect


def leave_behind(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))


def test_a_unix_socket_is_held_and_its_file_goes_with_it(sockets: HeldSockets, short_path: Path) -> None:
    path = short_path / "app.sock"
    assert sockets.hold([f"unix:{path}"]) == {}
    with connect(f"unix:{path}") as client, as_socket(sockets.fds([f"unix:{path}"])[0]) as server:
        accepted, _ = server.accept()
        with accepted:
            client.sendall(b"hi")
            assert accepted.recv(2) == b"hi"
    sockets.hold([])
    assert not path.exists()


def test_a_unix_socket_has_the_mode_that_the_umask_leaves(sockets: HeldSockets, short_path: Path) -> None:
    path = short_path / "app.sock"
    before = os.umask(0o117)
    try:
        sockets.hold([f"unix:{path}"])
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o660


def test_a_file_that_a_dead_server_left_is_replaced(sockets: HeldSockets, short_path: Path) -> None:
    path = short_path / "app.sock"
    leave_behind(path)
    assert sockets.hold([f"unix:{path}"]) == {}
    connect(f"unix:{path}").close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who listens")
@pytest.mark.parametrize("backlog", [16, 0])
def test_a_unix_socket_that_lives_is_left_alone(sockets: HeldSockets, short_path: Path, backlog: int) -> None:
    where = f"unix:{short_path}/app.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"{short_path}/app.sock")
        server.listen(backlog)
        waiting = [connect(where)] if backlog == 0 else []
        who = f"pid {os.getpid()}" if backlog else "a process that accepts no connections"
        assert sockets.hold([where]) == {where: f"cannot listen on {where}: it is in use by {who}"}
        server.accept()[0].close()
        for client in waiting:
            client.close()
    sockets.close()
    assert (short_path / "app.sock").exists()


def touch(path: Path) -> None:
    path.write_text("precious")


@pytest.mark.parametrize(
    ("prepare", "name", "words"),
    [
        (touch, "app.sock", "a file that is not a socket is in its place"),
        (Path.mkdir, "app.sock", "a file that is not a socket is in its place"),
        (touch, "none/app.sock", "its folder does not exist"),
        (touch, "x" * 120, "the path is longer than 107 bytes"),
    ],
)
def test_a_path_that_cannot_be_is_refused_in_words(
    sockets: HeldSockets, short_path: Path, prepare: Callable[[Path], None], name: str, words: str
) -> None:
    prepare(short_path / "app.sock")
    where = f"unix:{short_path / name}"
    assert sockets.hold([where]) == {where: f"cannot listen on {where}: {words}"}
    assert (short_path / "app.sock").exists()


def test_a_file_that_a_server_removed_is_made_again_for_the_next_run(sockets: HeldSockets, short_path: Path) -> None:
    path = short_path / "app.sock"
    sockets.hold([f"unix:{path}"])
    path.unlink()
    sockets.fds([f"unix:{path}"])
    connect(f"unix:{path}").close()


def test_a_file_that_is_another_ones_now_is_not_removed(sockets: HeldSockets, short_path: Path) -> None:
    path = short_path / "app.sock"
    sockets.hold([f"unix:{path}"])
    (short_path / "new").write_text("precious")
    (short_path / "new").replace(path)
    sockets.close()
    assert path.read_text() == "precious"
