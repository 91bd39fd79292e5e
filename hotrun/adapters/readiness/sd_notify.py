"""Receives the messages of runs in the sd_notify protocol, on one datagram socket for each run, in a private folder.

The protocol is that of sd_notify(3); the engine decides what a message means.
"""

from __future__ import annotations

import array
import contextlib
import os
import shutil
import socket
import struct
import tempfile
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from hotrun.adapters.os.process_table import lineage
from hotrun.core.model.inputs import Input, Notified

if TYPE_CHECKING:
    import asyncio

MAX_MESSAGE_BYTES = 8192  # of a message; systemd takes 4096
MAX_MESSAGES = 64  # messages that are read before other work gets its turn
_PATH_BYTES = 100  # a socket's path: 108 on Linux, 104 on macOS
_ANCILLARY = 4096  # a sender's credentials and 253 descriptors, the most that the kernel passes at once
_CREDENTIALS = struct.Struct("3i")  # pid, uid, gid
_CLOEXEC = getattr(socket, "MSG_CMSG_CLOEXEC", 0)
_PASSES_CREDENTIALS = hasattr(socket, "SO_PASSCRED")  # elsewhere (macOS) the mode of the folder is the only check


class NotifySockets:
    """The sockets, by run. Works before the loop exists: messages until then wait in the kernel."""

    def __init__(self, post: Callable[[Input], None], members: Callable[[int], Iterable[int]]) -> None:
        """`post` gets the messages; `members` returns the pids of a run."""
        self._post = post
        self._members = members
        self._folder: str | None = None
        self._sockets: dict[int, socket.socket] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let `loop` read the sockets."""
        self._loop = loop
        for run, listening in self._sockets.items():
            loop.add_reader(listening, self._on_readable, run)

    def open(self, run: int) -> str:
        """Listen for a run before it is started; returns the path for its NOTIFY_SOCKET. Raises OSError."""
        path = self._path(run)
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            listening.setblocking(False)
            if _PASSES_CREDENTIALS:
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
            listening.bind(path)
            os.chmod(path, 0o600)
        except OSError:
            listening.close()
            raise
        self._sockets[run] = listening
        if self._loop is not None:
            self._loop.add_reader(listening, self._on_readable, run)
        return path

    def close(self, run: int) -> None:
        """Stop listening for a run, if it has a socket."""
        listening = self._sockets.pop(run, None)
        if listening is not None:
            self._close_socket(listening)
            with contextlib.suppress(OSError):
                os.remove(self._path(run))

    def close_all(self) -> None:
        """Stop listening for all runs, and remove the folder."""
        for listening in self._sockets.values():
            self._close_socket(listening)
        self._sockets.clear()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _path(self, run: int) -> str:
        """A path in a folder that only this user can enter: nobody else can send, or replace the socket."""
        if self._folder is None:
            places = (os.environ.get("XDG_RUNTIME_DIR", ""), tempfile.gettempdir())
            fitting = (it for it in places if os.path.isabs(it) and len(os.fsencode(it)) < _PATH_BYTES - 30)
            usable = (it for it in fitting if os.access(it, os.W_OK | os.X_OK))
            self._folder = tempfile.mkdtemp(prefix="hotrun-", dir=next(usable, "/tmp"))  # noqa: S108
        return os.path.join(self._folder, f"notify-{run}")

    def _close_socket(self, listening: socket.socket) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.remove_reader(listening)
        listening.close()

    def _on_readable(self, run: int) -> None:
        """Post the content of up to MAX_MESSAGES messages as one: a flood costs the engine no more than a line."""
        listening = self._sockets[run]
        senders = _Senders(lambda: self._members(run))
        merged = Notified(run)
        for _ in range(MAX_MESSAGES):
            try:
                message, ancillary, flags, _ = listening.recvmsg(MAX_MESSAGE_BYTES, _ANCILLARY, _CLOEXEC)
            except BlockingIOError:
                break
            sender = _credentials_of(ancillary)
            if not flags & socket.MSG_TRUNC and (not _PASSES_CREDENTIALS or senders.may_send(sender)):
                merged = _merged(merged, message)
        if merged != Notified(run):
            self._post(merged)


class _Senders:
    """Decides who may send for a run; looks up its processes once."""

    def __init__(self, members: Callable[[], Iterable[int]]) -> None:
        self._members = members
        self._known: set[int] | None = None

    def may_send(self, sender: tuple[int, int] | None) -> bool:
        """Allow processes of the run, by this user (or by root, for a program under sudo).

        systemd-notify, called by a script, has often exited before its message is read: then the user has to do.
        """
        if sender is None:
            return False
        pid, uid = sender
        if uid not in (os.geteuid(), 0):
            return False
        if self._known is None:
            self._known = set(self._members())
        return not self._known.isdisjoint(lineage(pid)) or not os.path.exists(f"/proc/{pid}")


def _credentials_of(ancillary: Iterable[tuple[int, int, bytes]]) -> tuple[int, int] | None:
    """(pid, uid) of the sender, if known. Descriptors are closed: BARRIER=1 waits for that, others are not wanted."""
    credentials = None
    for level, kind, content in ancillary:
        if level != socket.SOL_SOCKET:
            continue
        if kind == socket.SCM_RIGHTS:
            fds = array.array("i")
            fds.frombytes(content[: len(content) - len(content) % fds.itemsize])
            for fd in fds:
                os.close(fd)
        elif _PASSES_CREDENTIALS and kind == socket.SCM_CREDENTIALS and len(content) >= _CREDENTIALS.size:
            pid, uid, _ = _CREDENTIALS.unpack_from(content)
            credentials = pid, uid
    return credentials


def _merged(merged: Notified, message: bytes) -> Notified:
    """Add `message`, lines of NAME=value, to what was said before. A malformed one is ignored."""
    try:
        text = message.removesuffix(b"\0").decode("utf-8")
    except UnicodeDecodeError:
        return merged
    if "\0" in text:
        return merged
    words = dict(line.split("=", 1) for line in text.split("\n") if "=" in line)
    extend = words.get("EXTEND_TIMEOUT_USEC", "")
    return Notified(
        merged.run,
        merged.ready or words.get("READY") == "1",
        merged.stopping or words.get("STOPPING") == "1",
        words.get("STATUS", merged.status),
        -(-int(extend) // 1000) if extend.isascii() and extend.isdigit() and len(extend) < 20 else merged.extend_ms,
    )
