"""Which processes listen on a TCP port.

On Linux the kernel's list of sockets is read, and /proc for the process that has one: psutil takes 4 to 6 times as long
and does not know the user of a socket whose process belongs to somebody else. Elsewhere psutil is asked, for each
process of this user. Who a process is comes from psutil everywhere.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Container, Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from hotrun.adapters.sockets.sock_diag import Listener, is_supported, listeners
from hotrun.core.model import inputs

if TYPE_CHECKING:
    import psutil

__all__ = ["ListeningProcess", "listening_at", "listening_on", "to_port_owners"]

_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104  # compared with, not bound to


class ListeningProcess(msgspec.Struct, frozen=True):
    """A process that listens on `port` at `address`.

    `pid` is None for a process of another user: only its `user` is known. `is_ours`: a hotrun started it, or one of its
    ancestors.
    """

    address: str
    user: str
    pid: int | None = None
    command: str = ""
    is_ours: bool = False
    port: int = 0


def listening_at(host: str, port: int) -> tuple[ListeningProcess, ...]:
    """Return the processes that keep others from listening on `port` of `host`: there, or on every address."""
    wanted = _addresses(host)
    return tuple(one for one in _listening((port,)) if _collides(one.address, wanted))


def listening_on(ports: Iterable[int]) -> tuple[ListeningProcess, ...]:
    """Return the processes that listen on these ports, at any address, in the order of the ports.

    Walks through every process of this user, which takes 10 ms to 0.1 s: call it in a thread.
    """
    wanted = list(dict.fromkeys(ports))
    return tuple(sorted(_listening(wanted), key=lambda one: wanted.index(one.port)))


def to_port_owners(
    found: Iterable[ListeningProcess], name_of: Callable[[int], str | None]
) -> tuple[inputs.PortOwner, ...]:
    """Convert them for the engine, each process once for a port; `name_of` a pid: that of our process, if it is one."""
    owners: dict[object, inputs.PortOwner] = {}
    for one in found:
        process = name_of(one.pid) if one.pid is not None else None
        owners.setdefault(
            (one.port, one.pid, one.user),
            inputs.PortOwner(one.port, one.pid, one.user, one.command or None, process),
        )
    return tuple(owners.values())


def _listening(ports: Container[int]) -> Iterator[ListeningProcess]:
    return _by_kernel(ports) if is_supported() else by_psutil(ports)


def _addresses(host: str) -> set[str]:
    """The addresses of a host name, from the local files and the resolver."""
    try:
        found = socket.getaddrinfo(host or "0.0.0.0", None, type=socket.SOCK_STREAM)  # noqa: S104
    except OSError:
        return {host}
    return {str(entry[4][0]) for entry in found}


def _collides(address: str, wanted: set[str]) -> bool:
    if address in wanted:
        return True
    if address == "::":  # includes IPv4, unless the program has switched that off
        return True
    if address in _EVERYWHERE or not wanted.isdisjoint(_EVERYWHERE):
        return any((":" in address) == (":" in other) for other in wanted)
    return False


# --- Linux -----------------------------------------------------------------------------------------------------


def _by_kernel(ports: Container[int]) -> Iterator[ListeningProcess]:
    sockets = [one for one in listeners() if one.port in ports]
    owners = _owners({one.inode for one in sockets}) if sockets else {}
    return (_with_owner(one, owners.get(one.inode)) for one in sockets)


def _owners(inodes: set[int]) -> dict[int, int]:
    """The first process found with each of these sockets; processes of other users cannot be looked into."""
    targets = {f"socket:[{inode}]": inode for inode in inodes}
    found: dict[int, int] = {}
    for pid in sorted(int(name) for name in os.listdir("/proc") if name.isdigit()):
        folder = f"/proc/{pid}/fd"
        try:
            names = os.listdir(folder)
        except OSError:
            continue
        for name in names:
            try:
                inode = targets.get(os.readlink(f"{folder}/{name}"))
            except OSError:
                continue
            if inode is not None:
                found.setdefault(inode, pid)
        if len(found) == len(targets):
            break
    return found


def _with_owner(found: Listener, pid: int | None) -> ListeningProcess:
    user = _user(found.uid)
    if pid is None:
        return ListeningProcess(found.address, user, port=found.port)
    return ListeningProcess(found.address, user, pid, *_described(pid), found.port)


def _user(uid: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


# --- every system ----------------------------------------------------------------------------------------------


def by_psutil(ports: Container[int]) -> Iterator[ListeningProcess]:
    """Yield the processes of this user that listen on these ports; those of other users are not visible."""
    import psutil

    for process in psutil.process_iter():
        try:
            connections = process.net_connections("tcp")
            user = process.username() if connections else ""
        except (psutil.Error, OSError):  # of another user, or it has just exited
            continue
        for one in connections:
            if one.status == psutil.CONN_LISTEN and one.laddr.port in ports:
                address = one.laddr.ip
                yield ListeningProcess(address, user, process.pid, *_described(process.pid), one.laddr.port)


def _described(pid: int) -> tuple[str, bool]:
    """The command line of a process, and whether hotrun started it; ("", False) where that cannot be read."""
    import psutil

    try:
        process = psutil.Process(pid)
        command = " ".join(process.cmdline())
    except psutil.Error:
        return "", False
    return command, _is_ours(process)


def _is_ours(process: psutil.Process) -> bool:
    import psutil

    try:
        return process.environ().get("HOTRUN") == "1"
    except psutil.Error:
        return False
