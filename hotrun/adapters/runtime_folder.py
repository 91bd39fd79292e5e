"""A private place for what lives as long as a session: sockets and records, which no other user may read or replace."""

from __future__ import annotations

import os
import stat

_FNV_OFFSET, _FNV_PRIME = 0xCBF29CE484222325, 0x100000001B3


def runtime_folder() -> str | None:
    """XDG_RUNTIME_DIR/hotrun, or hotrun-UID in the folder for temporary files; made if need be, mode 0700.

    None where it cannot be made, or where what bears its name is a link, belongs to somebody else or is open to others.
    """
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    temporary = os.path.join(os.environ.get("TMPDIR") or "/tmp", f"hotrun-{os.getuid()}")  # noqa: S108 - checked below
    for path in (*([os.path.join(runtime, "hotrun")] if runtime else []), temporary):
        try:
            if not os.path.lexists(path):
                os.mkdir(path, 0o700)
            found = os.lstat(path)
        except OSError:
            continue
        if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077:
            return path
    return None


def name_of(root: str) -> str:
    """A short name for an absolute path: its FNV-1a of 64 bits; hashlib would cost 4 ms of imports at each start."""
    value = _FNV_OFFSET
    for byte in os.fsencode(root):
        value = (value ^ byte) * _FNV_PRIME & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"
