"""Publish files that fit: write all of them elsewhere first, then rename them to their outputs.

A rename leaves a running host and its loaded plugins with their old files. Writing into one of these would crash the
host. Outputs that are up to date are left alone.
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


class PublishedFile(msgspec.Struct, frozen=True):
    """A published file: its sha256, and its state right after publishing."""

    digest: str
    state: State


class Published(msgspec.Struct, frozen=True):
    """All published files, by path."""

    files: dict[str, PublishedFile] = {}

    @classmethod
    def read(cls) -> Self:
        """What was published last. Empty if not known."""
        try:
            with open(LIST, "rb") as file:
                return msgspec.json.decode(file.read(), type=cls)
        except (OSError, msgspec.MsgspecError):
            return cls()

    def is_current(self, path: str, digest: str) -> bool:
        """Whether the file at `path` has this sha256."""
        published, state = self.files.get(path), state_of(path)
        if state is None or os.path.islink(path):
            return False
        known = published.digest if published is not None and published.state == state else _digest(path)
        return known == digest

    def overwritten(self, path: str, digest: str) -> Artifact | None:
        """The file with which another program replaced our output `path`. None if it has the sha256 `digest` anyway."""
        published, state = self.files.get(path), state_of(path)
        if published is None or state is None or published.state == state:
            return None
        found = _digest(path)
        return None if found in ("", published.digest, digest) else read_artifact(path)


def publish(files: Sequence[tuple[str, str, str]], before: Published) -> None:
    """Copy files to their outputs: (file, output, sha256), the host first.

    Raises HotrunError if one cannot be written. All outputs are then as they were.
    """
    due = [(path, output) for path, output, digest in files if not before.is_current(output, digest)]
    written: list[tuple[str, str]] = []
    try:
        for path, output in due:
            require_writable(output)
            new = new_name(path, output)
            written.append((new, output))
            shutil.copyfile(path, new)
            shutil.copymode(path, new)
        while written:
            os.replace(*written[-1])  # the host last, because it opens the plugins
            written.pop()
    except OSError as error:
        for new, _ in written:
            if os.path.exists(new):
                os.remove(new)
        raise HotrunError(f"{error.filename2 or error.filename}: cannot be written: {error.strerror}") from None
    found = {
        output: PublishedFile(digest, state) for _, output, digest in files if (state := state_of(output)) is not None
    }
    replace(LIST, msgspec.json.encode(Published(found)))


def require_writable(output: str) -> None:
    """Raises OSError if no file could be renamed to `output`."""
    folder = os.path.dirname(output) or "."
    os.makedirs(folder, exist_ok=True)
    if os.path.isdir(output):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), output)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), folder)


def new_name(path: str, output: str) -> str:
    """The path for a copy of `path` on the file system of `output`, so that it can be renamed to `output`."""
    folder, name = os.path.split(output)
    if os.stat(folder or ".").st_dev == os.stat(FOLDER).st_dev:
        return f"{path}.put"  # .hotrun is not watched
    return os.path.join(folder, f".{name}.put")


def _digest(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
