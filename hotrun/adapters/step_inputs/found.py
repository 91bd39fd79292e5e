"""The result of one way of listing, and the conversion of absolute paths to the names that changes use."""

from __future__ import annotations

import os

import msgspec

from hotrun.core.model.inputs import InputsListed
from hotrun.core.model.project import ListedFile, Step

TOOL_TIMEOUT_S = 30.0  # for one tool, which may have to download modules


class InputsFound(msgspec.Struct):
    """Files by path, the folders in which a new file may change the result, and why the list may be incomplete."""

    files: dict[str, ListedFile] = {}
    folders: tuple[str, ...] = ()
    error: str | None = None


class InputNames:
    """Names relative to one root, with forward slashes. Tools may know the root by its real path."""

    def __init__(self, root: str) -> None:
        self.root = root
        self._starts = tuple(os.path.join(path, "") for path in dict.fromkeys((root, os.path.realpath(root))))

    def of(self, path: str) -> str:
        """Return the name of this absolute path: "../x" outside of the root."""
        path = os.path.normpath(path)
        for start in self._starts:
            if path.startswith(start):
                return path[len(start) :]
        return os.path.relpath(path, self.root)


def combined(request: int, step: Step, found: list[InputsFound]) -> InputsListed:
    """Combine the results of all entries of `inputs`; a file belongs to the first that lists it."""
    files = {path: file for one in reversed(found) for path, file in one.files.items()}
    folders = tuple(sorted({folder for one in found for folder in one.folders}))
    error = next((one.error for one in found if one.error is not None), None)
    return InputsListed(request, step.name, files, folders, error)
