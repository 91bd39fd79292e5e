"""File signatures from one stat: whether a file exists, which version it is, and whether a name can be watched."""

from __future__ import annotations

import os
import stat
from typing import NamedTuple

# The clock of a file system may stand still this long (a jiffy, before Linux 6.13): two writes within leave one
# signature.
RACY_NS = 10_000_000
WHOLE_S_RACY_NS = 2_000_000_000  # where times are kept in steps of one or two seconds
# A ctime this far ahead is of another machine's clock, or ours was set back: it proves nothing.
AHEAD_NS = 1_000_000_000

Identity = tuple[int, int]  # of a folder: device and inode


class Signature(NamedTuple):
    """Differs after every kind of change: ctime reveals a write whose mtime was set back, ino an atomic save."""

    mtime_ns: int
    ctime_ns: int
    size: int
    ino: int

    def is_racy(self, looked_ns: int) -> bool:
        """Return whether a write after a stat at `looked_ns` (since 1970) may leave this signature unchanged."""
        return not self.is_older(looked_ns) and self.ctime_ns <= looked_ns + AHEAD_NS

    def is_older(self, then_ns: int) -> bool:
        """Return whether every change of the file was made before `then_ns` (since 1970), as far as clocks can tell."""
        racy_ns = RACY_NS if self.ctime_ns % 1_000_000_000 else WHOLE_S_RACY_NS
        return self.ctime_ns < then_ns - racy_ns


def signature_of(found: os.stat_result) -> Signature | None:
    """Return the signature of a regular file or a broken link; None for anything else."""
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISLNK(found.st_mode)):
        return None
    return Signature(found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)


def stat_of(path: str | os.DirEntry[str]) -> os.stat_result | None:
    """Return the stat of a path, of a broken link its own; None if nothing exists or can be reached."""
    try:
        return os.stat(path) if isinstance(path, str) else path.stat()
    except FileNotFoundError:
        try:
            return os.lstat(path)
        except OSError:
            return None
    except OSError:
        return None


def identity_of(path: str) -> Identity | None:
    """Return the identity of the folder behind a path, through links; None if there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if stat.S_ISDIR(found.st_mode) else None


def is_folder(path: str, *, follow: bool) -> bool:
    """Return whether a folder exists; `follow`: a link to one counts."""
    try:
        return stat.S_ISDIR((os.stat if follow else os.lstat)(path).st_mode)
    except OSError:
        return False


def entry_is_folder(entry: os.DirEntry[str], *, follow: bool) -> bool:
    """Return whether an entry of a listing is a folder; `follow`: a link to one counts."""
    try:
        return entry.is_dir(follow_symlinks=follow)
    except OSError:
        return False


def is_text(name: str) -> bool:
    """Return whether the name is UTF-8; the sensor cannot watch other folders."""
    if name.isascii():
        return True
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
