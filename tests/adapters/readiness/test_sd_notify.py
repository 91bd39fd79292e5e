"""sd_notify from real senders: which messages are accepted, from whom, and which are dropped."""

from __future__ import annotations

import array
import asyncio
import os
import shutil
import socket
import stat
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest

from hotrun.adapters.os.process_table import descendants
from hotrun.adapters.readiness.sd_notify import MAX_MESSAGE_BYTES, NotifySockets
from hotrun.core.model.inputs import Input, Notified
from tests.adapters.readiness.probing import Server, server
from tests.support.waiting import until

only_with_credentials = pytest.mark.skipif(not hasattr(socket, "SO_PASSCRED"), reason="senders are not told here")


class Listening:
    """NotifySockets of runs whose process trees start at `roots`."""

    def __init__(self) -> None:
        self.posted: list[Input] = []
        self.roots: dict[int, int] = {1: os.getpid()}
        self.notifications = NotifySockets(self.posted.append, self._members)

    def _members(self, run: int) -> set[int]:
        root = self.roots.get(run)
        return set() if root is None else {root, *(seen.pid for seen in descendants(root))}

    async def told(self, *facts: Notified) -> None:
        """Wait until exactly this has been posted."""
        await until(lambda: len(self.posted) >= len(facts), f"{facts}")
        assert self.posted == [*facts]


def listen(test: Callable[[Listening], Awaitable[None]]) -> None:
    """Run a test in a loop with its Listening."""

    async def main() -> None:
        listening = Listening()
        listening.notifications.attach(asyncio.get_running_loop())
        try:
            await test(listening)
        finally:
            listening.notifications.close_all()

    asyncio.run(main())


def send(path: str, *messages: bytes) -> None:
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as sender:
        sender.connect(path)
        for message in messages:
            sender.send(message)


def send_from(child: Server, path: str, message: bytes) -> None:
    child.do(f"s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.connect({path!r}); it = s.send({message!r})")


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (b"READY=1", Notified(1, ready=True)),
        (b"READY=1\nSTATUS=Serving at :8000\n", Notified(1, ready=True, status="Serving at :8000")),
        ("STATUS=läuft=gut\nMAINPID=1\nX_OTHER=2".encode(), Notified(1, status="läuft=gut")),
        (b"STATUS=", Notified(1, status="")),
        (b"STOPPING=1", Notified(1, stopping=True)),
        (b"EXTEND_TIMEOUT_USEC=1500001", Notified(1, extend_ms=1501)),
        (b"READY=1\0", Notified(1, ready=True)),
    ],
)
def test_a_message_is_taken(message: bytes, said: Notified) -> None:
    async def test(listening: Listening) -> None:
        send(listening.notifications.open(1), message)
        await listening.told(said)

    listen(test)


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"READY",
        b"READY=0",
        b"RELOADING=1\nMONOTONIC_USEC=1",
        b"WATCHDOG=1",
        b"EXTEND_TIMEOUT_USEC=soon",
        b"EXTEND_TIMEOUT_USEC=" + b"9" * 1000,
        b"READY=1\nSTATUS=\xff",
        b"READY=1\0STATUS=x",
        b"READY=1\nSTATUS=" + b"x" * MAX_MESSAGE_BYTES,
    ],
)
def test_a_message_that_says_nothing_or_is_malformed_is_dropped(message: bytes) -> None:
    async def test(listening: Listening) -> None:
        send(listening.notifications.open(1), message, b"STATUS=next")
        await listening.told(Notified(1, status="next"))

    listen(test)


def test_what_came_before_the_loop_and_together_is_posted_as_one() -> None:
    async def main() -> None:
        listening.notifications.attach(asyncio.get_running_loop())
        await listening.told(Notified(1, ready=True, status="b"))

    listening = Listening()
    try:
        send(listening.notifications.open(1), b"STATUS=a", b"READY=1", b"STATUS=b")
        asyncio.run(main())
    finally:
        listening.notifications.close_all()


def test_a_flood_leaves_others_their_turn() -> None:
    async def test(listening: Listening) -> None:
        path = listening.notifications.open(1)
        code = (
            f"import socket; s = socket.socket(socket.AF_UNIX, 2); s.connect({path!r})\nwhile True: s.send(b'STATUS=x')"
        )
        with subprocess.Popen([sys.executable, "-ISc", code], stderr=subprocess.DEVNULL) as flood:
            try:
                await until(lambda: listening.posted)
                send_path = listening.notifications.open(2)
                listening.roots[2] = os.getpid()
                send(send_path, b"READY=1")
                await until(lambda: Notified(2, ready=True) in listening.posted)
            finally:
                flood.kill()

    listen(test)


@only_with_credentials
def test_only_a_member_of_the_run_is_heard_as_long_as_it_lives() -> None:
    async def test(listening: Listening) -> None:
        with server() as stranger, server() as member:
            listening.roots[1] = member.pid
            path = listening.notifications.open(1)
            send_from(stranger, path, b"READY=1")
            send(path, b"STOPPING=1")
            send_from(member, path, b"STATUS=mine")
            await listening.told(Notified(1, status="mine"))
            code = f"s = socket.socket(socket.AF_UNIX, 2); s.connect({path!r}); s.send(b'READY=1'); input()"
            start = (
                f"[sys.executable, '-ISc', {'import socket; ' + code!r}], stdin=subprocess.PIPE, start_new_session=True"
            )
            member.do(f"p = subprocess.Popen({start})")
            await listening.told(Notified(1, status="mine"), Notified(1, ready=True))
            member.do("p.kill(); p.wait()")

    listen(test)


@only_with_credentials
def test_a_sender_that_has_ended_is_known_by_its_user() -> None:
    async def test(listening: Listening) -> None:
        listening.roots.clear()
        path = listening.notifications.open(1)
        code = f"import socket; s = socket.socket(socket.AF_UNIX, 2); s.connect({path!r}); s.send(b'READY=1')"
        subprocess.run([sys.executable, "-ISc", code], check=True, timeout=30)
        await listening.told(Notified(1, ready=True))

    listen(test)


@only_with_credentials
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can send as somebody else")
def test_another_user_is_not_heard() -> None:
    async def test(listening: Listening) -> None:
        path = listening.notifications.open(1)
        with server() as child:
            child.do(
                f"s = socket.socket(socket.AF_UNIX, 2); s.connect({path!r}); os.setuid(65534); it = s.send(b'READY=1')"
            )
        send(path, b"STATUS=next")
        await listening.told(Notified(1, status="next"))

    listen(test)


@pytest.mark.skipif(shutil.which("systemd-notify") is None, reason="systemd-notify is not installed")
def test_systemd_notify_is_understood() -> None:
    async def test(listening: Listening) -> None:
        env = {**os.environ, "NOTIFY_SOCKET": listening.notifications.open(1)}
        notify = await asyncio.create_subprocess_exec("systemd-notify", "--ready", "--status=up", env=env)
        await listening.told(Notified(1, ready=True, status="up"))
        assert await asyncio.wait_for(notify.wait(), 30) == 0

    listen(test)


def test_a_barrier_is_lifted_when_what_was_said_before_has_been_read() -> None:
    async def test(listening: Listening) -> None:
        path = listening.notifications.open(1)
        reading, writing = os.pipe()
        lifted = asyncio.Event()
        asyncio.get_running_loop().add_reader(reading, lifted.set)
        with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as sender:
            sender.connect(path)
            sender.send(b"READY=1")
            fds = array.array("i", [writing])
            sender.sendmsg([b"BARRIER=1"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)])
        os.close(writing)
        await asyncio.wait_for(lifted.wait(), 20)
        asyncio.get_running_loop().remove_reader(reading)
        assert os.read(reading, 1) == b""
        os.close(reading)
        await listening.told(Notified(1, ready=True))

    listen(test)


def test_the_socket_is_only_for_its_user_and_goes_with_its_run(
    short_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(short_path))
    listening = Listening()
    first, second = (Path(listening.notifications.open(run)) for run in (1, 2))
    assert first.parent == second.parent
    assert first.parent.parent == short_path
    assert [stat.S_IMODE(it.stat().st_mode) for it in (first.parent, first)] == [0o700, 0o600]
    listening.notifications.close(1)
    listening.notifications.close(1)
    assert (first.exists(), second.exists()) == (False, True)
    listening.notifications.close_all()
    assert list(short_path.iterdir()) == []


def test_a_folder_with_a_long_name_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / ("x" * 100)
    deep.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(deep))
    listening = Listening()
    path = listening.notifications.open(1)
    listening.notifications.close_all()
    assert len(path) < 104
    assert list(deep.iterdir()) == []
