"""Where a running hotrun is met: one socket and one lock for each root, in a folder that only this user can enter.

The lock is taken before anything is started, so this must import nothing heavy.
"""

from __future__ import annotations

import contextlib
import fcntl
import os

from hotrun.adapters.instance.runtime_folder import name_of, runtime_folder, safe_folders


class AlreadyRunning(Exception):
    """Another hotrun has this root; `pid` is None where it has not said so yet."""

    def __init__(self, root: str, pid: int | None) -> None:
        super().__init__(root)
        self.root = root
        self.pid = pid

    def __str__(self) -> str:
        who = "another hotrun" if self.pid is None else f"pid {self.pid}"
        return f"hotrun runs already in {self.root}: {who}"


def socket_path(root: str) -> str:
    """Where the hotrun of this root listens. Raises Unsafe."""
    return os.path.join(runtime_folder(), f"{name_of(os.path.realpath(root))}.sock")


def known_paths(root: str) -> list[str]:
    """The same for somebody who asks, and makes nothing: the places that are safe, best first."""
    name = f"{name_of(os.path.realpath(root))}.sock"
    return [os.path.join(folder, name) for folder in safe_folders()]


class InstanceLock:
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
                raise AlreadyRunning(root, int(pid) if pid.isdigit() else None) from None
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
