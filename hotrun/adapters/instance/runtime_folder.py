"""A private place for what lives as long as a session: sockets, locks, records. No other user may read or replace it.

XDG_RUNTIME_DIR/hotrun, or hotrun-UID in a folder for temporary files. What bears that name must be a folder of this
user alone, and no link.
"""

from __future__ import annotations

import os
import stat

MOST_BYTES = 103  # of a socket's path: macOS takes 104 with the zero at the end, Linux 108
_FNV_OFFSET, _FNV_PRIME = 0xCBF29CE484222325, 0x100000001B3


class UnsafeFolder(Exception):
    """There is no folder that only this user can enter; the message says why."""


def candidates() -> list[str]:
    """The places for it, best first, whether they are there or not; a socket's path must fit into each."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    temporary = os.environ.get("TMPDIR", "")
    folders = [os.path.join(runtime, "hotrun")] if os.path.isabs(runtime) and os.path.isdir(runtime) else []
    for base in (temporary, "/tmp"):  # noqa: S108  # looked at closely before it is used
        if os.path.isabs(base) and os.path.isdir(base):
            folders.append(os.path.join(base, f"hotrun-{os.getuid()}"))
    longest = "/" + "f" * 16 + ".sock"
    return [folder for folder in dict.fromkeys(folders) if len(os.fsencode(folder + longest)) <= MOST_BYTES]


def safe_folders() -> list[str]:
    """Those of the places that are there and ours alone, best first; makes nothing."""
    return [folder for folder in candidates() if os.path.isdir(folder) and flaw(folder) is None]


def runtime_folder() -> str:
    """The first of the places that can be made and is ours alone, mode 0700. Raises Unsafe."""
    why = "no folder for sockets"
    for folder in candidates():
        try:
            os.makedirs(folder, 0o700, exist_ok=True)
        except OSError as error:
            why = f"{folder}: {(error.strerror or str(error)).lower()}"
            continue
        found = flaw(folder)
        if found is None:
            return folder
        why = f"{folder} {found}"
    raise UnsafeFolder(why)


def flaw(folder: str) -> str | None:
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


def name_of(root: str) -> str:
    """A short name for an absolute path: 64 bits of FNV-1a, as hashlib would cost 4 ms.

    https://datatracker.ietf.org/doc/html/draft-eastlake-fnv
    """
    found = _FNV_OFFSET
    for byte in os.fsencode(root):
        found = (found ^ byte) * _FNV_PRIME & 0xFFFF_FFFF_FFFF_FFFF
    return f"{found:016x}"
