"""Remembers what was read from a staged file: a host of megabytes is parsed once, and not for each edit of a plugin.

What is remembered belongs to the file of that very time, size and inode. A file that was written a moment ago might be
written again within the same tick of the clock, so it is not remembered yet.
"""

from __future__ import annotations

import contextlib
import os
import time

import msgspec

from hotrun.go.build.atomic_copy import replace
from hotrun.go.read.artifact import Artifact, read_artifact

KNOWN = ".known"
YOUNG_NS = 100_000_000  # clocks of file systems stand still for up to 10 ms

State = tuple[int, int, int, int]


class ParseCache(msgspec.Struct, frozen=True):
    """`format` changes with what is read."""

    format: int
    state: State
    artifact: Artifact


FORMAT = 1


def artifact_of(path: str) -> Artifact:
    """What the file is. Raises HotrunError where it cannot be read."""
    before = state_of(path)
    with contextlib.suppress(OSError, msgspec.MsgspecError), open(path + KNOWN, "rb") as file:
        known = msgspec.msgpack.decode(file.read(), type=ParseCache)
        if known.format == FORMAT and known.state == before:
            return known.artifact
    found = read_artifact(path)
    if before is not None and before == state_of(path) and time.time_ns() - max(before[:2]) > YOUNG_NS:
        replace(path + KNOWN, msgspec.msgpack.encode(ParseCache(FORMAT, before, found)))
    return found


def state_of(path: str) -> State | None:
    """What differs after every write to the file, and for another file of that name; None where there is none."""
    try:
        found = os.lstat(path)
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)
