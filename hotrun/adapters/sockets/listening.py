"""Who listens on a TCP port: from the kernel's list of sockets to the process that holds one. Reads only."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterable

import msgspec

from hotrun.adapters.sockets.sock_diag import Listener, can_tell, listeners
from hotrun.core.model import inputs

__all__ = ["ListeningProcess", "can_tell", "holders", "holders_of", "named"]

_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104  # compared with, not bound to


class ListeningProcess(msgspec.Struct, frozen=True):
    """Who listens on `address`. `pid` None: a process of somebody else, of whom the kernel tells the `user` alone.

    `is_ours`: hotrun started it, or something that started it.
    """

    address: str
    user: str
    pid: int | None = None
    command: str = ""
    is_ours: bool = False
    port: int = 0


def holders(host: str, port: int) -> tuple[ListeningProcess, ...]:
    """Who listens on `port` so that nobody else can on `host`: there, or on every address of its kind."""
    wanted = _addresses(host)
    return _found([it for it in listeners() if it.port == port and _collides(it.address, wanted)])


def holders_of(ports: Iterable[int]) -> tuple[ListeningProcess, ...]:
    """Who listens on these ports, at whatever address, in the order of the ports.

    Walks through every process of this user: 10 ms to 0.1 s, not for the loop.
    """
    wanted = list(dict.fromkeys(ports))
    found = [it for it in listeners() if it.port in wanted]
    return _found(sorted(found, key=lambda it: wanted.index(it.port)))


def named(found: Iterable[ListeningProcess], owner_of: Callable[[int], str | None]) -> tuple[inputs.PortOwner, ...]:
    """The same as the engine knows them, each process once for a port; `owner_of` a pid: the name of ours."""
    told: dict[object, inputs.PortOwner] = {}
    for holder in found:
        process = owner_of(holder.pid) if holder.pid is not None else None
        told.setdefault(
            (holder.port, holder.pid, holder.user),
            inputs.PortOwner(holder.port, holder.pid, holder.user, holder.command or None, process),
        )
    return tuple(told.values())


def _addresses(host: str) -> set[str]:
    """The addresses that a host's name stands for, of this machine's own files and resolver."""
    try:
        found = socket.getaddrinfo(host or "0.0.0.0", None, type=socket.SOCK_STREAM)  # noqa: S104
    except OSError:
        return {host}
    return {str(entry[4][0]) for entry in found}


def _collides(address: str, wanted: set[str]) -> bool:
    if address in wanted:
        return True
    if address == "::":  # takes IPv4, too, unless it was told otherwise
        return True
    if address in _EVERYWHERE or not wanted.isdisjoint(_EVERYWHERE):
        return any((":" in address) == (":" in other) for other in wanted)
    return False


def _found(sockets: list[Listener]) -> tuple[ListeningProcess, ...]:
    owners = _owners({it.inode for it in sockets}) if sockets else {}
    return tuple(_holder(it, owners.get(it.inode)) for it in sockets)


def _owners(inodes: set[int]) -> dict[int, int]:
    """The first process found that holds each of these sockets; those of others cannot be looked into."""
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


def _holder(found: Listener, pid: int | None) -> ListeningProcess:
    user = _user(found.uid)
    if pid is None:
        return ListeningProcess(found.address, user, port=found.port)
    command = _read(pid, "cmdline").rstrip(b"\0").replace(b"\0", b" ").decode("utf-8", "replace")
    is_ours = b"HOTRUN=1" in _read(pid, "environ").split(b"\0")
    return ListeningProcess(found.address, user, pid, command, is_ours, found.port)


def _read(pid: int, name: str) -> bytes:
    try:
        with open(f"/proc/{pid}/{name}", "rb") as file:
            return file.read()
    except OSError:
        return b""


def _user(uid: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"
