"""Detects version control operations that are rewriting the tree, by the files that they keep meanwhile."""

from __future__ import annotations

import os

# In .git during the operation. index.lock exists for milliseconds to seconds (checkout, reset, stash, pull); the others
# also while git waits for a person.
_GIT = {
    "index.lock": "git index.lock",
    "rebase-merge": "git rebase",
    "rebase-apply": "git rebase",
    "MERGE_HEAD": "git merge",
    "CHERRY_PICK_HEAD": "git cherry-pick",
    "REVERT_HEAD": "git revert",
    "BISECT_LOG": "git bisect",
}
_HG = {"wlock": "hg wlock"}
_JJ = {"working_copy.lock": "jj working copy lock"}


class VcsOperations:
    """The operations of the repositories around these roots."""

    def __init__(self, roots: tuple[str, ...]) -> None:
        found: dict[str, dict[str, str]] = {}
        for root in roots:
            found |= _repositories(root)
        self._markers = tuple(
            (os.path.join(d, name), what) for d, names in found.items() for name, what in names.items()
        )
        self.folders = tuple(found)

    def current(self) -> tuple[str, ...]:
        """Return what is in progress. Costs a stat for each marker, 20 microseconds in all."""
        return tuple(dict.fromkeys(what for path, what in self._markers if os.path.lexists(path)))


def _repositories(folder: str) -> dict[str, dict[str, str]]:
    """The administrative folders from `folder` upwards, with their markers."""
    found: dict[str, dict[str, str]] = {}
    while True:
        for path, markers in (
            (_git_folder(os.path.join(folder, ".git")), _GIT),
            (os.path.join(folder, ".hg"), _HG),
            (os.path.join(folder, ".jj", "working_copy"), _JJ),
        ):
            if path is not None and os.path.isdir(path):
                found[path] = markers
        above = os.path.dirname(folder)
        if found or above == folder:
            return found
        folder = above


def _git_folder(path: str) -> str | None:
    """`.git` itself, or the target of a worktree's or submodule's `.git` file."""
    if not os.path.isfile(path):
        return path
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            key, _, target = file.readline().partition(":")
    except OSError:
        return None
    return os.path.join(os.path.dirname(path), target.strip()) if key == "gitdir" else None
