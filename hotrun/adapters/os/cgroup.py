"""A control group (v2) for each program, where hotrun may make one: the program starts in it, and one write kills all.

Needs a writable group, which a user's service manager gives and a plain login does not.
"""

from __future__ import annotations

import contextlib
import os

from hotrun.adapters.os import mounts


class Cgroup:
    """The group of one reaper's program."""

    def __init__(self, path: str, above: str) -> None:
        self.path = path
        self._above = above

    def leave(self) -> None:
        """Move this process back to the group that it came from; its children stay."""
        with contextlib.suppress(OSError):
            _write(os.path.join(self._above, "cgroup.procs"), "0")

    def kill(self) -> None:
        """SIGKILL every member at the same moment (since Linux 5.14; does nothing before)."""
        kill(self.path)

    def remove(self, with_session: bool) -> None:
        """Remove the group, which must be empty by now.

        `with_session`: also the session's group, if this was its last one.
        """
        with contextlib.suppress(OSError):
            os.rmdir(self.path)
        if with_session:
            remove_session(os.path.dirname(self.path))


def own_folder() -> str | None:
    """Return the folder of the group of this process; None without cgroup v2."""
    try:
        with open("/proc/self/cgroup", encoding="utf-8", errors="surrogateescape") as file:
            paths = [line.rstrip("\n")[3:] for line in file if line.startswith("0::")]
    except OSError:
        return None
    mount = mounts.current().first_of("cgroup2") if paths else None
    return os.path.normpath(mount + paths[0]) if mount is not None else None


def enter_new(session: str, own: str) -> Cgroup | None:
    """Move this process into a new group below that of the session, which is made if needed.

    `own` is its present group. Returns None if the system does not allow it.
    """
    path = os.path.join(session, str(os.getpid()))
    try:
        os.makedirs(path)
        _write(os.path.join(path, "cgroup.procs"), "0")
    except OSError:
        remove_session(session)
        return None
    return Cgroup(path, own)


def kill(path: str) -> None:
    """SIGKILL every member of a group and of the groups below it."""
    with contextlib.suppress(OSError):
        _write(os.path.join(path, "cgroup.kill"), "1")


def remove_session(path: str) -> None:
    """Remove a session's group and those below it, if they are empty."""
    with contextlib.suppress(OSError):
        for name in os.listdir(path):
            if os.path.isdir(os.path.join(path, name)):
                with contextlib.suppress(OSError):
                    os.rmdir(os.path.join(path, name))
        os.rmdir(path)


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
