"""Who listens on a TCP port: from the kernel's tables of sockets to the process that holds one. Reads /proc only."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator

import msgspec

_TABLES = (("/proc/net/tcp", socket.AF_INET), ("/proc/net/tcp6", socket.AF_INET6))
_LISTEN = "0A"
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104  # compared with, not bound to


class Holder(msgspec.Struct, frozen=True):
    """Who listens on `address`. `pid` None: a process of somebody else, of whom the kernel tells the `user` alone.

    `is_ours`: hotrun started it, or something that started it.
    """

    address: str
    user: str
    pid: int | None = None
    command: str = ""
    is_ours: bool = False


class _Socket(msgspec.Struct, frozen=True):
    address: str
    uid: int
    inode: str


def can_tell() -> bool:
    """Whether this system says who listens; elsewhere `holders` finds nobody."""
    return os.path.exists(_TABLES[0][0])


def holders(host: str, port: int) -> tuple[Holder, ...]:
    """Who listens on `port` so that nobody else can on `host`: there, or on every address of its kind."""
    wanted = _addresses(host)
    sockets = [found for found in _listening(port) if _collides(found.address, wanted)]
    owners = _owners({found.inode for found in sockets}) if sockets else {}
    return tuple(_holder(found, owners.get(found.inode)) for found in sockets)


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


def _listening(port: int) -> Iterator[_Socket]:
    for table, family in _TABLES:
        try:
            with open(table, encoding="ascii") as file:
                rows = [line.split() for line in file][1:]
        except OSError:
            continue
        for row in rows:
            address, _, number = row[1].partition(":")
            if row[3] == _LISTEN and int(number, 16) == port:
                yield _Socket(_decoded(address, family), int(row[7]), row[9])


def _decoded(text: str, family: int) -> str:
    """An address as the kernel prints it: words of four bytes, each in the machine's own order."""
    words = bytes.fromhex(text)
    if sys.byteorder == "little":
        words = b"".join(words[at : at + 4][::-1] for at in range(0, len(words), 4))
    return socket.inet_ntop(family, words)


def _owners(inodes: set[str]) -> dict[str, int]:
    """The first process found that holds each of these sockets; those of others cannot be looked into."""
    targets = {f"socket:[{inode}]": inode for inode in inodes}
    found: dict[str, int] = {}
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


def _holder(found: _Socket, pid: int | None) -> Holder:
    user = _user(found.uid)
    if pid is None:
        return Holder(found.address, user)
    command = _read(pid, "cmdline").rstrip(b"\0").replace(b"\0", b" ").decode("utf-8", "replace")
    is_ours = b"HOTRUN=1" in _read(pid, "environ").split(b"\0")
    return Holder(found.address, user, pid, command, is_ours)


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
