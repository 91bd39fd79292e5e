"""Replaces a file at once, so that nobody ever reads half of it."""

from __future__ import annotations

import contextlib
import os


def replace_file(path: str, data: bytes, mode: int = 0o666, temporary: str | None = None) -> None:
    """Replace the content of the file `path` by `data`; `mode` is for a new file, before the umask. Raises OSError.

    It is written as `temporary`, which must be in the same folder, and renamed when it is complete.
    """
    if temporary is None:
        temporary = f"{path}.{os.getpid()}"
    with contextlib.suppress(FileNotFoundError):
        os.remove(temporary)  # left by a session that was killed at this moment
    # O_EXCL: a link that somebody may have put there is not followed.
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with open(fd, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.remove(temporary)
        raise
