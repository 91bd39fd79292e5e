"""Digests of file contents, which tell an edit from a save that changes no byte, a touch or a chmod."""

from __future__ import annotations

import os

MAX_BYTES = (
    1 << 20
)  # 1 MiB takes about 1 ms; a larger file is hardly ever saved without a change, and counts as changed
_SIZE = 16  # a chance of 1 in 2^64 for a pair; it decides about a rebuild, not about security


def blake2b_of(path: str) -> str:
    """Return the digest of a file of any size, in hexadecimal digits. Raises OSError."""
    from hashlib import blake2b, file_digest

    with open(path, "rb") as file:
        return file_digest(file, lambda: blake2b(digest_size=_SIZE)).hexdigest()


def digest(path: str, size: int) -> bytes | None:
    """Return the digest of a file of `size` bytes; None if it is larger than MAX_BYTES or cannot be read."""
    if size > MAX_BYTES:
        return None
    try:
        # Never block: a pipe may have replaced the file since its stat.
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        found = os.read(fd, MAX_BYTES + 1)
    except OSError:
        return None
    finally:
        os.close(fd)
    return None if len(found) > MAX_BYTES else digest_of(found)


def digest_of(contents: bytes) -> bytes:
    """Return the digest of bytes that were read from a file."""
    from hashlib import blake2b  # 4 ms, and a walk reads no contents

    return blake2b(contents, digest_size=_SIZE).digest()
