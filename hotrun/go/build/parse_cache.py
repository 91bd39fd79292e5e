"""Cache what was parsed from a staged file, so that an edit of a plugin does not parse a host of megabytes again.

An entry is valid for one mtime, ctime, size and inode. A file written a moment ago is not cached yet, because another
write within the same clock tick would go unnoticed.
"""

from __future__ import annotations

import contextlib
import os
import time

import msgspec

from hotrun.go.build.atomic_copy import replace
from hotrun.go.read.artifact import Artifact, read_artifact

CACHE_SUFFIX = ".parsed"
MIN_AGE_NS = 100_000_000  # file system clocks tick every 10 ms at most

State = tuple[int, int, int, int]


class ParseCache(msgspec.Struct, frozen=True):
    """`format` is FORMAT, which changes with the fields of Artifact."""

    format: int
    state: State
    artifact: Artifact


FORMAT = 1


def artifact_of(path: str) -> Artifact:
    """The parsed file, from the cache if possible. Raises HotrunError if it cannot be read."""
    before = state_of(path)
    with contextlib.suppress(OSError, msgspec.MsgspecError), open(path + CACHE_SUFFIX, "rb") as file:
        cached = msgspec.msgpack.decode(file.read(), type=ParseCache)
        if cached.format == FORMAT and cached.state == before:
            return cached.artifact
    found = read_artifact(path)
    if before is not None and before == state_of(path) and time.time_ns() - max(before[:2]) > MIN_AGE_NS:
        replace(path + CACHE_SUFFIX, msgspec.msgpack.encode(ParseCache(FORMAT, before, found)))
    return found


def state_of(path: str) -> State | None:
    """A state that changes with every write, and for another file of the same name. None if the file is missing."""
    try:
        found = os.lstat(path)
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)
