"""Finds folders that need polling, because changes made elsewhere (a server, a virtual machine's host) raise no events.

Local writes do raise events even there, so a trial would prove nothing. The type of the file system decides.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

MOUNTINFO = "/proc/self/mountinfo"  # only on Linux; the events of other systems are trusted

# Of networks and clusters, then of virtual machines, containers on other systems, and WSL's Windows drives.
_POLLED = frozenset(
    "nfs nfs4 cifs smb3 smbfs afs ceph glusterfs lustre gpfs beegfs gfs2 ocfs2 orangefs coda "
    "9p virtiofs vboxsf vmhgfs prl_fs osxfs grpcfuse fakeowner drvfs wslfs fuse".split()
)
# Of "fuse.NAME", those that keep their files on this machine and pass all changes through. The others, sshfs and the
# like, may change on the other side. "fuseblk" is a local disk (NTFS, exFAT).
_LOCAL_FUSE = frozenset("fuse-overlayfs gocryptfs encfs cryfs securefs mergerfs ntfs-3g exfat lxcfs".split())
_ESCAPE = re.compile(rb"\\([0-7]{3})")


class Mounts:
    """The mount points at one moment."""

    def __init__(self, mountinfo: bytes) -> None:
        """`mountinfo` has the format of proc(5); other lines are skipped."""
        self._types: dict[str, str] = {}
        for line in mountinfo.splitlines():
            before, separator, after = line.partition(b" - ")
            fields = before.split(b" ")
            if separator and len(fields) >= 6:  # a later mount hides an earlier one in the same place
                self._types[_unescaped(fields[4])] = after.split(b" ")[0].decode("ascii", "replace")
        self._any_polled = any(map(_needs_polling, self._types.values()))

    def type_of(self, path: str) -> str | None:
        """Return the type of the file system of a real, absolute `path`; None if it is not known."""
        while (found := self._types.get(path)) is None and path != os.path.dirname(path):
            path = os.path.dirname(path)
        return found

    def first_of(self, kind: str) -> str | None:
        """Return where a file system of this type is mounted; None if nowhere."""
        return next((place for place, found in self._types.items() if found == kind), None)

    def without_events(self, folders: Iterable[str]) -> set[str]:
        """Return those of the folders (absolute, may be links) that must be polled."""
        if not self._any_polled:
            return set()
        real: dict[str, str] = {}
        found = set()
        for folder in folders:
            above, name = os.path.split(folder)
            # Most folders follow their parent, and one lookup is cheaper than one for each part of the path.
            known = real.get(above)
            plain = known is not None and not os.path.islink(folder)
            real[folder] = os.path.join(known or "", name) if plain else os.path.realpath(folder)
            if _needs_polling(self.type_of(real[folder]) or ""):
                found.add(folder)
        return found


def current() -> Mounts:
    """Return the present mounts; none where the system does not list them like Linux."""
    try:
        with open(MOUNTINFO, "rb") as file:
            return Mounts(file.read())
    except OSError:
        return Mounts(b"")


def _needs_polling(kind: str) -> bool:
    family, _, name = kind.partition(".")
    return kind in _POLLED or (family == "fuse" and name not in _LOCAL_FUSE)


def _unescaped(field: bytes) -> str:
    """Decode a path as the kernel prints it: space, tab, line feed and backslash as three octal digits."""
    return os.fsdecode(_ESCAPE.sub(lambda found: bytes((int(found[1], 8) & 255,)), field))
