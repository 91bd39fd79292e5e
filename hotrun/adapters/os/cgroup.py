"""A control group (v2) for each program, where we may make one: born inside, and killed by one write of the kernel's.

Needs a group of our own that can be written: that of a user's service manager, not that of a plain login.
"""

from __future__ import annotations

import contextlib
import os

from hotrun.adapters.os import mounts


class Cgroup:
    """The group that one reaper's program is born into."""

    def __init__(self, path: str, above: str) -> None:
        self.path = path
        self._above = above

    def leave(self) -> None:
        """Take this process back to where it came from; what it has started stays."""
        with contextlib.suppress(OSError):
            _write(os.path.join(self._above, "cgroup.procs"), "0")

    def kill(self) -> None:
        """SIGKILL to every member, at one moment (Linux 5.14; before, nothing happens)."""
        kill(self.path)

    def remove(self, with_session: bool) -> None:
        """Remove the group, which must be empty by now; `with_session`: and the session's, if this was the last."""
        with contextlib.suppress(OSError):
            os.rmdir(self.path)
        if with_session:
            remove_session(os.path.dirname(self.path))


def own_folder() -> str | None:
    """The folder of the group that this process is in; None without cgroup v2."""
    try:
        with open("/proc/self/cgroup", encoding="utf-8", errors="surrogateescape") as file:
            paths = [line.rstrip("\n")[3:] for line in file if line.startswith("0::")]
    except OSError:
        return None
    mount = mounts.current().first_of("cgroup2") if paths else None
    return os.path.normpath(mount + paths[0]) if mount is not None else None


def enter_new(session: str, own: str) -> Cgroup | None:
    """Put this process into a new group below that of the session, which is made if need be.

    `own` is the group that it is in now. None where the system does not let us.
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
    """SIGKILL to every member of a group and of those below it."""
    with contextlib.suppress(OSError):
        _write(os.path.join(path, "cgroup.kill"), "1")


def remove_session(path: str) -> None:
    """Remove a session's group and those below it, as far as they are empty."""
    with contextlib.suppress(OSError):
        for name in os.listdir(path):
            if os.path.isdir(os.path.join(path, name)):
                with contextlib.suppress(OSError):
                    os.rmdir(os.path.join(path, name))
        os.rmdir(path)


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
