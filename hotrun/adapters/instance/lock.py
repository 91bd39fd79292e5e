"""The lock and the socket path of a running hotrun: one of each for a root, in a folder that only this user can enter.

The lock is acquired before anything is started, so this module must import nothing heavy.
"""

from __future__ import annotations

import contextlib
import fcntl
import os

from hotrun.adapters.instance.runtime_folder import name_of, runtime_folder, safe_folders


class AlreadyRunning(Exception):
    """Another hotrun runs in this root; `pid` is None if it has not written that yet."""

    def __init__(self, root: str, pid: int | None) -> None:
        super().__init__(root)
        self.root = root
        self.pid = pid

    def __str__(self) -> str:
        pid = "" if self.pid is None else f" (pid {self.pid})"
        return f"hotrun is already running in {self.root}{pid}"


def socket_path(root: str) -> str:
    """Return where the hotrun of this root listens. Raises UnsafeFolder."""
    return os.path.join(runtime_folder(), f"{name_of(os.path.realpath(root))}.sock")


def known_paths(root: str) -> list[str]:
    """Return where a hotrun of this root may listen: in the folders that are safe, best first. Makes no folder."""
    name = f"{name_of(os.path.realpath(root))}.sock"
    return [os.path.join(folder, name) for folder in safe_folders()]


class InstanceLock:
    """Locks a root until `release`, or until this process exits for any reason."""

    def __init__(self, root: str) -> None:
        """Raises AlreadyRunning if another process has the root, UnsafeFolder or OSError if it cannot be locked."""
        self.socket = socket_path(root)
        self._path = f"{self.socket.removesuffix('.sock')}.lock"
        self._fd = self._lock(root)
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, b"%d\n" % os.getpid(), 0)

    def _lock(self, root: str) -> int:
        while True:
            try:
                fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            except FileNotFoundError:  # another hotrun has just removed the empty folder
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
            os.close(fd)  # its owner removed it between the two calls, and exited

    def _is_there(self, fd: int) -> bool:
        with contextlib.suppress(OSError):
            return os.path.samestat(os.fstat(fd), os.lstat(self._path))
        return False

    def release(self) -> None:
        """Remove socket and lock, and their folder if that is empty. Does nothing the second time."""
        if self._fd < 0:
            return
        for path in (self.socket, self._path):
            with contextlib.suppress(OSError):
                os.remove(path)
        with contextlib.suppress(OSError):
            os.rmdir(os.path.dirname(self._path))
        os.close(self._fd)
        self._fd = -1
