"""Takes what a run says by the sd_notify protocol: a datagram socket for each run that wants one, in a private folder.

The protocol is that of sd_notify(3); what a message means is decided elsewhere.
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

LONGEST = 8192  # bytes of a message; systemd takes 4096
AT_ONCE = 64  # messages read before others have their turn
_PATH_BYTES = 100  # a socket's path: 108 on Linux, 104 on macOS
_ANCILLARY = 4096  # a sender's credentials and 253 descriptors, the most that the kernel passes at once
_CREDENTIALS = struct.Struct("3i")  # pid, uid, gid
_CLOEXEC = getattr(socket, "MSG_CMSG_CLOEXEC", 0)
_PASSES_CREDENTIALS = hasattr(socket, "SO_PASSCRED")  # else (macOS) the rights of the folder are the only check


class NotifySockets:
    """The sockets, by run. Works before the loop exists; what comes until then waits in the kernel."""

    def __init__(self, post: Callable[[Input], None], members: Callable[[int], Iterable[int]]) -> None:
        """`post` takes the messages; `members`: the pids of a run's tree."""
        self._post = post
        self._members = members
        self._folder: str | None = None
        self._sockets: dict[int, socket.socket] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """From now on `loop` watches the sockets."""
        self._loop = loop
        for run, listening in self._sockets.items():
            loop.add_reader(listening, self._on_readable, run)

    def open(self, run: int) -> str:
        """Listen for a run, before it is started; returns the path for its NOTIFY_SOCKET. Raises OSError."""
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
        """Listen to a run no more. One that has no socket is no error."""
        listening = self._sockets.pop(run, None)
        if listening is not None:
            self._shut(listening)
            with contextlib.suppress(OSError):
                os.remove(self._path(run))

    def close_all(self) -> None:
        """Listen to nobody any more; the folder is removed."""
        for listening in self._sockets.values():
            self._shut(listening)
        self._sockets.clear()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _path(self, run: int) -> str:
        """In a folder that only this user can enter: nobody else can send, or put a socket of his own there."""
        if self._folder is None:
            places = (os.environ.get("XDG_RUNTIME_DIR", ""), tempfile.gettempdir())
            fitting = (it for it in places if os.path.isabs(it) and len(os.fsencode(it)) < _PATH_BYTES - 30)
            usable = (it for it in fitting if os.access(it, os.W_OK | os.X_OK))
            self._folder = tempfile.mkdtemp(prefix="hotrun-", dir=next(usable, "/tmp"))  # noqa: S108
        return os.path.join(self._folder, f"notify-{run}")

    def _shut(self, listening: socket.socket) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.remove_reader(listening)
        listening.close()

    def _on_readable(self, run: int) -> None:
        """Post what AT_ONCE messages say, as one: a flood costs the engine no more than a line."""
        listening = self._sockets[run]
        senders = _Senders(lambda: self._members(run))
        said = Notified(run)
        for _ in range(AT_ONCE):
            try:
                message, ancillary, flags, _ = listening.recvmsg(LONGEST, _ANCILLARY, _CLOEXEC)
            except BlockingIOError:
                break
            sender = _take(ancillary)
            if not flags & socket.MSG_TRUNC and (not _PASSES_CREDENTIALS or senders.may(sender)):
                said = _with(said, message)
        if said != Notified(run):
            self._post(said)


class _Senders:
    """Who may speak for a run; its members are asked for once."""

    def __init__(self, members: Callable[[], Iterable[int]]) -> None:
        self._members = members
        self._known: set[int] | None = None

    def may(self, sender: tuple[int, int] | None) -> bool:
        """Somebody of this user (or root, for a program under sudo), who comes from a member as long as he lives.

        systemd-notify, called by a script, has often ended before its message is read: the user must do then.
        """
        if sender is None:
            return False
        pid, uid = sender
        if uid not in (os.geteuid(), 0):
            return False
        if self._known is None:
            self._known = set(self._members())
        return not self._known.isdisjoint(lineage(pid)) or not os.path.exists(f"/proc/{pid}")


def _take(ancillary: Iterable[tuple[int, int, bytes]]) -> tuple[int, int] | None:
    """(pid, uid) of the sender, if told. Descriptors are closed: BARRIER=1 waits for that, others are not wanted."""
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


def _with(said: Notified, message: bytes) -> Notified:
    """What was said before and what `message` says: lines of NAME=value. One that is malformed says nothing at all."""
    try:
        text = message.removesuffix(b"\0").decode("utf-8")
    except UnicodeDecodeError:
        return said
    if "\0" in text:
        return said
    words = dict(line.split("=", 1) for line in text.split("\n") if "=" in line)
    extend = words.get("EXTEND_TIMEOUT_USEC", "")
    return Notified(
        said.run,
        said.ready or words.get("READY") == "1",
        said.stopping or words.get("STOPPING") == "1",
        words.get("STATUS", said.status),
        -(-int(extend) // 1000) if extend.isascii() and extend.isdigit() and len(extend) < 20 else said.extend_ms,
    )
