"""The project's `.hotrun` folder: ignores itself, never triggers, and holds what children and editors may read."""

from __future__ import annotations

import contextlib
import os

from hotrun.adapters.os.atomic_write import replace_file

NAME = ".hotrun"
_KEPT = 2  # a step of a canceled build may still read its list


class StateFolder:
    """`.hotrun` under one root. Nothing in it is needed for the work: where it cannot be written, hotrun goes on."""

    def __init__(self, root: str) -> None:
        self.path = os.path.join(root, NAME)
        self._lists: list[str] = []
        self._announced: str | None = None

    def write_changes(self, build: int, paths: tuple[str, ...]) -> str | None:
        """Write the paths of a build, NUL-separated; returns the file, or None where it could not be written."""
        path = os.path.join(self.path, f"changed-{build}")
        try:
            self._ensure()
            with open(path, "wb") as file:
                file.write(b"".join(os.fsencode(name) + b"\0" for name in paths))
        except OSError:
            return None
        self._lists.append(path)
        while len(self._lists) > _KEPT:
            _remove(self._lists.pop(0))
        return path

    def announce(self, text: str) -> None:
        """Say in `run.json` who runs here, until `close`; there is never half of it to be read."""
        with contextlib.suppress(OSError):
            self._announced = self.replace("run.json", text.encode())

    def replace(self, name: str, data: bytes) -> str:
        """Let the file `name` in it hold `data`; returns its path. Raises OSError."""
        path = os.path.join(self.path, name)
        self._ensure()
        replace_file(path, data, 0o600)
        return path

    def sync_folder(self) -> str | None:
        """A folder for files whose events prove that all events before them have come; None where there can be none."""
        try:
            return self.make("sync")
        except OSError:
            return None

    def make(self, name: str) -> str:
        """The folder `name` in it, made where it is not there yet. Raises OSError."""
        path = os.path.join(self.path, name)
        self._ensure()
        os.makedirs(path, 0o700, exist_ok=True)
        return path

    def close(self) -> None:
        """Remove what only this session needed."""
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
