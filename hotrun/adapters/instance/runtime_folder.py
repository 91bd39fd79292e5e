"""A private folder for sockets, locks and records of running sessions. No other user may read or replace it.

It is XDG_RUNTIME_DIR/hotrun, or hotrun-UID in a folder for temporary files. It must be a folder, not a link, and only
this user may have access.
"""

from __future__ import annotations

import os
import stat

MAX_SOCKET_PATH_BYTES = 103  # of a socket's path: macOS takes 104 with the zero at the end, Linux 108
_FNV_OFFSET, _FNV_PRIME = 0xCBF29CE484222325, 0x100000001B3


class UnsafeFolder(Exception):
    """There is no folder that only this user can enter; the message says why."""


def candidates() -> list[str]:
    """Return the possible places, best first, whether they exist or not. The path of a socket fits into each."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    temporary = os.environ.get("TMPDIR", "")
    folders = [os.path.join(runtime, "hotrun")] if os.path.isabs(runtime) and os.path.isdir(runtime) else []
    for base in (temporary, "/tmp"):  # noqa: S108  # checked before it is used
        if os.path.isabs(base) and os.path.isdir(base):
            folders.append(os.path.join(base, f"hotrun-{os.getuid()}"))
    longest = "/" + "f" * 16 + ".sock"
    return [folder for folder in dict.fromkeys(folders) if len(os.fsencode(folder + longest)) <= MAX_SOCKET_PATH_BYTES]


def safe_folders() -> list[str]:
    """Return the existing places that only this user can enter, best first. Makes no folder."""
    return [folder for folder in candidates() if os.path.isdir(folder) and why_unsafe(folder) is None]


def runtime_folder() -> str:
    """Return the first place that can be made and that only this user can enter (mode 0700). Raises UnsafeFolder."""
    why = "no folder for sockets"
    for folder in candidates():
        try:
            os.makedirs(folder, 0o700, exist_ok=True)
        except OSError as error:
            why = f"{folder}: {(error.strerror or str(error)).lower()}"
            continue
        found = why_unsafe(folder)
        if found is None:
            return folder
        why = f"{folder} {found}"
    raise UnsafeFolder(why)


def why_unsafe(folder: str) -> str | None:
    """Return why somebody else could access `folder`; None if nobody can."""
    try:
        found = os.lstat(folder)
    except OSError as error:
        return (error.strerror or str(error)).lower()
    if not stat.S_ISDIR(found.st_mode):
        return "is not a folder"
    if found.st_uid != os.getuid():
        return f"belongs to uid {found.st_uid}"
    if stat.S_IMODE(found.st_mode) & 0o077:
        return f"is accessible to others (mode {stat.S_IMODE(found.st_mode):04o})"
    return None


def name_of(root: str) -> str:
    """Return a short name for an absolute path: 64 bits of FNV-1a, because hashlib would cost 4 ms.

    https://datatracker.ietf.org/doc/html/draft-eastlake-fnv
    """
    found = _FNV_OFFSET
    for byte in os.fsencode(root):
        found = (found ^ byte) * _FNV_PRIME & 0xFFFF_FFFF_FFFF_FFFF
    return f"{found:016x}"
