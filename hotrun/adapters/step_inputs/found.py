"""What one way of listing finds, and how paths on the disk become those that changes are told with."""

from __future__ import annotations

import os

import msgspec

from hotrun.core.model.inputs import InputsListed
from hotrun.core.model.project import ListedFile, Step

LIST_S = 30.0  # the longest that a tool may take: it may have to download modules


class InputsFound(msgspec.Struct):
    """Files by path, the folders below which a new file may alter that, and why there may be more."""

    files: dict[str, ListedFile] = {}
    folders: tuple[str, ...] = ()
    error: str | None = None


class InputNames:
    """Paths relative to one root, with forward slashes; tools may know it by its real place."""

    def __init__(self, root: str) -> None:
        self.root = root
        self._starts = tuple(os.path.join(path, "") for path in dict.fromkeys((root, os.path.realpath(root))))

    def of(self, path: str) -> str:
        """The name of this absolute path: "../x" outside of the root."""
        path = os.path.normpath(path)
        for start in self._starts:
            if path.startswith(start):
                return path[len(start) :]
        return os.path.relpath(path, self.root)


def combined(request: int, step: Step, found: list[InputsFound]) -> InputsListed:
    """The answer from what each element of `inputs` brings; a file is the first one's that names it."""
    files = {path: file for one in reversed(found) for path, file in one.files.items()}
    folders = tuple(sorted({folder for one in found for folder in one.folders}))
    error = next((one.error for one in found if one.error is not None), None)
    return InputsListed(request, step.name, files, folders, error)
