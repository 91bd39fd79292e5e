"""Where a running hotrun is met: one socket and one lock for each root, in a folder that only this user can enter.

The lock is taken before anything is started, so this must import nothing heavy.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat

MOST_BYTES = 103  # of a socket's path: macOS takes 104 with the zero at the end, Linux 108
_FNV_OFFSET, _FNV_PRIME = 0xCBF29CE484222325, 0x100000001B3


class Held(Exception):
    """Another hotrun has this root; `pid` is None where it has not said so yet."""

    def __init__(self, root: str, pid: int | None) -> None:
        super().__init__(root)
        self.root = root
        self.pid = pid

    def __str__(self) -> str:
        who = "another hotrun" if self.pid is None else f"pid {self.pid}"
        return f"hotrun runs already in {self.root}: {who}"


class Unsafe(Exception):
    """There is no folder that only this user can enter; the message says why."""


def socket_path(root: str) -> str:
    """Where the hotrun of this root listens. Raises Unsafe."""
    return os.path.join(_folder(), f"{_hash(root)}.sock")


def known_paths(root: str) -> list[str]:
    """The same for somebody who asks, and makes nothing: the places that are safe, best first."""
    name = f"{_hash(root)}.sock"
    return [os.path.join(folder, name) for folder in _candidates() if os.path.isdir(folder) and _flaw(folder) is None]


class Claim:
    """A root that is ours until `release`, or until this process ends in whatever way."""

    def __init__(self, root: str) -> None:
        """Raises Held where another process has the root, Unsafe or OSError where it cannot be claimed at all."""
        self.socket = socket_path(root)
        self._path = f"{self.socket.removesuffix('.sock')}.lock"
        self._fd = self._lock(root)
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, b"%d\n" % os.getpid(), 0)

    def _lock(self, root: str) -> int:
        while True:
            try:
                fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            except FileNotFoundError:  # the last one who was in the folder has just taken it away
                socket_path(root)
                continue
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pid = os.pread(fd, 20, 0).strip()
                os.close(fd)
                raise Held(root, int(pid) if pid.isdigit() else None) from None
            if self._is_there(fd):
                return fd
            os.close(fd)  # it was removed between the two calls: that is the end of the one who had it

    def _is_there(self, fd: int) -> bool:
        with contextlib.suppress(OSError):
            return os.path.samestat(os.fstat(fd), os.lstat(self._path))
        return False

    def release(self) -> None:
        """Remove socket and lock, and the folder where nobody else is in it; once."""
        if self._fd < 0:
            return
        for path in (self.socket, self._path):
            with contextlib.suppress(OSError):
                os.remove(path)
        with contextlib.suppress(OSError):
            os.rmdir(os.path.dirname(self._path))
        os.close(self._fd)
        self._fd = -1


def _candidates() -> list[str]:
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    temporary = os.environ.get("TMPDIR", "")
    folders = [os.path.join(runtime, "hotrun")] if os.path.isabs(runtime) and os.path.isdir(runtime) else []
    for base in (temporary, "/tmp"):  # noqa: S108  # looked at closely before it is used
        if os.path.isabs(base) and os.path.isdir(base):
            folders.append(os.path.join(base, f"hotrun-{os.getuid()}"))
    longest = "/" + "f" * 16 + ".sock"
    return [folder for folder in dict.fromkeys(folders) if len(os.fsencode(folder + longest)) <= MOST_BYTES]


def _folder() -> str:
    """The first of the places that can be made and is ours alone. Raises Unsafe."""
    why = "no folder for sockets"
    for folder in _candidates():
        try:
            os.makedirs(folder, 0o700, exist_ok=True)
        except OSError as error:
            why = f"{folder}: {(error.strerror or str(error)).lower()}"
            continue
        flaw = _flaw(folder)
        if flaw is None:
            return folder
        why = f"{folder} {flaw}"
    raise Unsafe(why)


def _flaw(folder: str) -> str | None:
    """Why somebody else could get at what is in `folder`."""
    try:
        found = os.lstat(folder)
    except OSError as error:
        return (error.strerror or str(error)).lower()
    if not stat.S_ISDIR(found.st_mode):
        return "is no folder"
    if found.st_uid != os.getuid():
        return f"belongs to uid {found.st_uid}"
    if stat.S_IMODE(found.st_mode) & 0o077:
        return f"is open to others (mode {stat.S_IMODE(found.st_mode):04o})"
    return None


def _hash(root: str) -> str:
    """64 bits of FNV-1a (https://datatracker.ietf.org/doc/html/draft-eastlake-fnv): hashlib would cost 4 ms."""
    found = _FNV_OFFSET
    for byte in os.fsencode(os.path.realpath(root)):
        found = (found ^ byte) * _FNV_PRIME & 0xFFFF_FFFF_FFFF_FFFF
    return f"{found:016x}"
