"""Puts what fits into its place: all files are written elsewhere first, and then renamed into their places.

A rename leaves a host that runs, and the plugins that it has opened, with the files that they had; a write into one of
these would end it. What is there already is left alone.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Sequence
from typing import Self

import msgspec

from hotrun.errors import HotrunError
from hotrun.go.build.atomic_copy import replace
from hotrun.go.build.parse_cache import State, state_of
from hotrun.go.read.artifact import Artifact, read_artifact
from hotrun.go.target import FOLDER

LIST = f"{FOLDER}/published.json"


class Put(msgspec.Struct, frozen=True):
    """A file that was put in its place: its sha256, and what its state was then."""

    digest: str
    state: State


class Published(msgspec.Struct, frozen=True):
    """All of them, by path."""

    files: dict[str, Put] = {}

    @classmethod
    def read(cls) -> Self:
        """What was published last; nothing where that is not known."""
        try:
            with open(LIST, "rb") as file:
                return msgspec.json.decode(file.read(), type=cls)
        except (OSError, msgspec.MsgspecError):
            return cls()

    def is_there(self, path: str, digest: str) -> bool:
        """Whether what is at `path` is what has this sha256."""
        put, state = self.files.get(path), state_of(path)
        if state is None or os.path.islink(path):
            return False
        known = put.digest if put is not None and put.state == state else _digest(path)
        return known == digest

    def foreign(self, path: str, digest: str) -> Artifact | None:
        """What somebody else has put at `path`, where something of ours has been, and `digest` is to be."""
        put, state = self.files.get(path), state_of(path)
        if put is None or state is None or put.state == state:
            return None
        found = _digest(path)
        return None if found in ("", put.digest, digest) else read_artifact(path)


def publish(files: Sequence[tuple[str, str, str]], before: Published) -> None:
    """Put copies of files into their places: (file, its place, its sha256), the host first.

    Raises HotrunError where one cannot be written; then all are as they were.
    """
    due = [(path, output) for path, output, digest in files if not before.is_there(output, digest)]
    written: list[tuple[str, str]] = []
    try:
        for path, output in due:
            require_place(output)
            new = new_name(path, output)
            written.append((new, output))
            shutil.copyfile(path, new)
            shutil.copymode(path, new)
        while written:
            os.replace(*written[-1])  # the host comes last: it opens the plugins
            written.pop()
    except OSError as error:
        for new, _ in written:
            if os.path.exists(new):
                os.remove(new)
        raise HotrunError(f"{error.filename2 or error.filename}: cannot be written: {error.strerror}") from None
    found = {output: Put(digest, state) for _, output, digest in files if (state := state_of(output)) is not None}
    replace(LIST, msgspec.json.encode(Published(found)))


def require_place(output: str) -> None:
    """Raises OSError where a file could not be renamed to `output`."""
    folder = os.path.dirname(output) or "."
    os.makedirs(folder, exist_ok=True)
    if os.path.isdir(output):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), output)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), folder)


def new_name(path: str, output: str) -> str:
    """The name under which a copy of `path` for `output` is written, from which it can be renamed."""
    folder, name = os.path.split(output)
    if os.stat(folder or ".").st_dev == os.stat(FOLDER).st_dev:
        return f"{path}.put"  # where nobody watches
    return os.path.join(folder, f".{name}.put")


def _digest(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
