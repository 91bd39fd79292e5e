"""Writes a file anew so that there is never half of it to be read."""

from __future__ import annotations

import contextlib
import os


def replace_file(path: str, data: bytes, mode: int = 0o666, beside: str | None = None) -> None:
    """Let the file `path` hold `data`; `mode` is for a new file, before the umask. Raises OSError.

    It is written under the name `beside`, which must be in the same folder, and gets its own name when it is complete.
    """
    if beside is None:
        beside = f"{path}.{os.getpid()}"
    with contextlib.suppress(FileNotFoundError):
        os.remove(beside)  # of a session that was killed in this very moment
    # O_EXCL: whatever link somebody may have laid there, it is not followed.
    fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with open(fd, "wb") as file:
            file.write(data)
        os.replace(beside, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.remove(beside)
        raise
