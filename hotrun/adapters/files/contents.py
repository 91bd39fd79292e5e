"""What is in a file, as a digest: a save that changes no byte, a touch and a chmod are told from an edit by it."""

from __future__ import annotations

import os

MOST_BYTES = 1 << 20  # 1 MiB takes about 1 ms; what is bigger is hardly saved without a change, and counts as changed
_SIZE = 16  # a chance of 1 in 2^64 for a pair; it decides about a rebuild, not about security


def blake2b_of(path: str) -> str:
    """The digest of a file of any size, in hexadecimal digits. Raises OSError."""
    from hashlib import blake2b, file_digest

    with open(path, "rb") as file:
        return file_digest(file, lambda: blake2b(digest_size=_SIZE)).hexdigest()


def digest(path: str, size: int) -> bytes | None:
    """The digest of the file's bytes; None where it is larger than MOST_BYTES (`size`) or cannot be read."""
    if size > MOST_BYTES:
        return None
    try:
        # Never wait: it may have been replaced by a pipe since somebody looked.
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        found = os.read(fd, MOST_BYTES + 1)
    except OSError:
        return None
    finally:
        os.close(fd)
    return None if len(found) > MOST_BYTES else digest_of(found)


def digest_of(contents: bytes) -> bytes:
    """The digest of what was read from a file."""
    from hashlib import blake2b  # 4 ms, and a walk alone reads no contents

    return blake2b(contents, digest_size=_SIZE).digest()
