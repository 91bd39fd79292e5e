"""The project's `.hotrun` folder: files for programs and editors. It ignores itself and never triggers a build."""

from __future__ import annotations

import contextlib
import os

from hotrun.adapters.os.atomic_write import replace_file

NAME = ".hotrun"
_KEPT_LISTS = 2  # a step of a canceled build may still read its list


class StateFolder:
    """`.hotrun` in one root. hotrun works without it where it cannot be written."""

    def __init__(self, root: str) -> None:
        self.path = os.path.join(root, NAME)
        self._lists: list[str] = []
        self._announced: str | None = None

    def write_changes(self, build: int, paths: tuple[str, ...]) -> str | None:
        """Write the changed paths of a build, NUL-separated; returns the file, or None if it could not be written."""
        path = os.path.join(self.path, f"changed-{build}")
        try:
            self._ensure()
            with open(path, "wb") as file:
                file.write(b"".join(os.fsencode(name) + b"\0" for name in paths))
        except OSError:
            return None
        self._lists.append(path)
        while len(self._lists) > _KEPT_LISTS:
            _remove(self._lists.pop(0))
        return path

    def announce(self, text: str) -> None:
        """Write `run.json`, which describes the running session until `close`. Nobody ever reads half of it."""
        with contextlib.suppress(OSError):
            self._announced = self.replace("run.json", text.encode())

    def replace(self, name: str, data: bytes) -> str:
        """Replace the content of the file `name` in the folder; returns its path. Raises OSError."""
        path = os.path.join(self.path, name)
        self._ensure()
        replace_file(path, data, 0o600)
        return path

    def cookie_folder(self) -> str | None:
        """Return a folder for cookie files (see adapters/files/cookies.py); None if it cannot be made."""
        try:
            return self.make("sync")
        except OSError:
            return None

    def make(self, name: str) -> str:
        """Return the folder `name` in it, after making it if needed. Raises OSError."""
        path = os.path.join(self.path, name)
        self._ensure()
        os.makedirs(path, 0o700, exist_ok=True)
        return path

    def close(self) -> None:
        """Remove the files that only this session needed."""
        while self._lists:
            _remove(self._lists.pop())
        if self._announced is not None:
            _remove(self._announced)

    def _ensure(self) -> None:
        if not os.path.isdir(self.path):
            os.mkdir(self.path, 0o700)
        ignore = os.path.join(self.path, ".gitignore")
        if not os.path.exists(ignore):
            with open(ignore, "w", encoding="utf-8") as file:
                file.write("*\n")


def _remove(path: str) -> None:
    with contextlib.suppress(OSError):
        os.remove(path)
