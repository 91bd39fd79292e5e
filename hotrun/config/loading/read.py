"""Finds the configuration file, and reads it when it can be trusted: it says which commands are run, so nobody
but the person who runs them may be able to write it."""

from __future__ import annotations

import os
import os.path
import stat

from hotrun.errors import HotrunError

HOTRUN_TOML = "hotrun.toml"
PYPROJECT = "pyproject.toml"


def find(start: str) -> str | None:
    """Return the configuration for the folder `start`: the first hotrun.toml, or pyproject.toml with [tool.hotrun],
    in it or above it; None where there is none. Whether it can be trusted is for `read_config` to tell."""
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
    """Return the text of the file `path`, called `shown` in messages. Raises HotrunError where it is no UTF-8 file,
    cannot be read, or could have been written by somebody else."""
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
            f"{shown}:{line}: not UTF-8: the byte 0x{content[error.start]:02x} is not allowed there",
            "save the file as UTF-8, without a byte order mark",
        ) from None


def _read_regular(path: str) -> tuple[bytes, os.stat_result]:
    """Return content and state of the very file that was opened. Never waits, as a named pipe would have it."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError("it is not a regular file")
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
            f"{shown}: refused: it belongs to another user (uid {found.st_uid}), who could run commands as you",
            f"if you trust what it holds: sudo chown {os.geteuid()} {_quoted(shown)}",
        )
    if found.st_mode & stat.S_IWOTH:
        raise HotrunError(
            f"{shown}: refused: everybody may write to it, and could run commands as you",
            f"look at what it holds, then: chmod o-w {_quoted(shown)}",
        )


def _holds_hotrun(path: str) -> bool:
    """Tell whether a pyproject.toml is meant for hotrun. A malformed one that names hotrun is: `load` will say so."""
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
