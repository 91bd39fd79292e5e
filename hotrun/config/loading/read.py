"""Find the configuration file and read it, but only if no other user could have written it.

The file decides which commands hotrun runs as the current user.
"""

from __future__ import annotations

import os
import os.path
import stat

from hotrun.errors import HotrunError

HOTRUN_TOML = "hotrun.toml"
PYPROJECT = "pyproject.toml"


def find(start: str) -> str | None:
    """Return the first hotrun.toml, or pyproject.toml with [tool.hotrun], in the folder `start` or above it, or None.

    `read_config` checks whether it can be trusted.
    """
    folder = os.path.abspath(start)
    while True:
        own = os.path.join(folder, HOTRUN_TOML)
        if os.path.lexists(own):
            return own
        shared = os.path.join(folder, PYPROJECT)
        if _holds_hotrun(shared):
            return shared
        if folder == os.path.dirname(folder):
            return None
        folder = os.path.dirname(folder)


def read_config(path: str, shown: str) -> str:
    """Return the text of the file `path`, called `shown` in messages.

    Raises HotrunError if it is not UTF-8, cannot be read, or another user could have written it.
    """
    try:
        content, found = _read_regular(path)
    except OSError as error:
        raise _unreadable(error, path, shown) from None
    _refuse_foreign(found, path, shown)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise HotrunError(
            f"{shown}:{line}: not UTF-8 (byte 0x{content[error.start]:02x})",
            "save the file as UTF-8, without a byte order mark",
        ) from None


def _read_regular(path: str) -> tuple[bytes, os.stat_result]:
    """Return content and state of the same open file. Does not wait for a writer if it is a named pipe."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError("not a regular file")
        return file.read(), found


def _unreadable(error: OSError, path: str, shown: str) -> HotrunError:
    if os.path.isdir(path):
        return HotrunError(f"{shown}: expected a file, got a folder")
    if isinstance(error, FileNotFoundError):
        if os.path.islink(path):
            return HotrunError(f"{shown}: a link to {os.readlink(path)}, which does not exist")
        return HotrunError(f"{shown}: no such file", "write one with: hotrun init")
    hint = f"chmod u+r {_quoted(shown)}" if isinstance(error, PermissionError) else None
    return HotrunError(f"{shown}: cannot be read: {(error.strerror or str(error)).lower()}", hint)


def _refuse_foreign(found: os.stat_result, path: str, shown: str) -> None:
    if found.st_uid != os.geteuid():
        raise HotrunError(
            f"{shown}: refused: owned by another user (uid {found.st_uid}), who could run commands as you",
            f"if you trust the file: sudo chown {os.geteuid()} {_quoted(shown)}",
        )
    if found.st_mode & stat.S_IWOTH:
        raise HotrunError(
            f"{shown}: refused: writable by every user, who could then run commands as you",
            f"check the file, then: chmod o-w {_quoted(shown)}",
        )


def _holds_hotrun(path: str) -> bool:
    """Return whether a pyproject.toml configures hotrun. True if it is malformed: `load` reports that."""
    try:
        content, _ = _read_regular(path)
    except OSError:
        return False
    if b"hotrun" not in content:
        return False
    import tomli

    try:
        tool = tomli.loads(content.decode()).get("tool")
    except (ValueError, RecursionError):
        return True
    return isinstance(tool, dict) and "hotrun" in tool


def _quoted(path: str) -> str:
    import shlex

    return shlex.quote(path)
