"""Asks the kernel whether a run listens on a TCP port, or waits for connections on a held socket."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator

from hotrun.adapters.readiness.probe import NotReady
from hotrun.adapters.sockets.sock_diag import listeners

# These listen before the program has started: node, deno and bun --inspect, the JVM's JDWP, debugpy, delve.
DEBUGGERS = frozenset((9229, 9230, 6499, 5005, 5678, 2345))

_FULL_WALK_EVERY = 10  # probes: a walk can miss a process that forks meanwhile
_SOCKET, _EPOLL = "socket:[", "anon_inode:[eventpoll]"
_NO = NotReady("listens on no port")


class ListenProbe:
    """Checks the open sockets of a run's processes.

    A held socket listens all the time. If it is in an epoll set of a process, a server waits for connections: uvicorn,
    hypercorn, Node, Go, gunicorn's gthread workers. A server that waits by select, poll or accept (flask, gunicorn's
    sync workers) cannot be recognized.
    """

    def __init__(self, members: Callable[[], Iterable[int]], held_inodes: Callable[[], set[int]]) -> None:
        """`members` returns the pids of the run; `held_inodes` the inodes of the sockets that hotrun holds."""
        self._members = members
        self._held_inodes = held_inodes
        self._others: set[int] = set()  # sockets of other programs
        self._probed = 0

    async def probe(self) -> NotReady | None:
        """See ReadinessProbe. Takes about 0.1 ms if nothing new listens."""
        held = self._held_inodes()
        listening = {found.inode for found in listeners() if found.port not in DEBUGGERS} - held
        self._probed += 1
        if listening <= self._others and not held and self._probed % _FULL_WALK_EVERY:
            return _NO
        self._others = listening
        serves = any(_serves(pid, listening, held) for pid in self._members())
        return None if serves else _NO

    def close(self) -> None:
        """Does nothing: no probe leaves anything."""


def _serves(pid: int, listening: set[int], held: set[int]) -> bool:
    for fd, target in _descriptors(pid):
        if target.startswith(_SOCKET) and int(target[len(_SOCKET) : -1]) in listening:
            return True
        if held and target == _EPOLL and not held.isdisjoint(_awaited(pid, fd)):
            return True
    return False


def _descriptors(pid: int) -> Iterator[tuple[str, str]]:
    folder = f"/proc/{pid}/fd"
    try:
        names = os.listdir(folder)
    except OSError:  # it has exited, or belongs to another user
        return
    for name in names:
        try:
            yield name, os.readlink(f"{folder}/{name}")
        except OSError:
            continue


def _awaited(pid: int, fd: str) -> Iterator[int]:
    """The inodes in an epoll set: "tfd: 3 events: 19 data: 3 pos:0 ino:1a2b sdev:8" (proc(5), since Linux 4.12)."""
    try:
        with open(f"/proc/{pid}/fdinfo/{fd}", encoding="ascii") as file:
            for line in file:
                if line.startswith("tfd:") and (found := line.partition(" ino:")[2].split()):
                    yield int(found[0], 16)
    except OSError:
        return
