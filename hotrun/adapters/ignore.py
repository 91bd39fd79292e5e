"""Which files and folders exist for hotrun: built-in rules, ignore files at every level, `watch.exclude`."""

from __future__ import annotations

import os
from collections.abc import Iterable

from pathspec import GitIgnoreSpec

from hotrun.adapters.folder import NAME as OWN_FOLDER

# Version control; dependencies and build trees that no person edits; caches of tools; what editors and systems leave
# beside a file while they save it.
_FOLDERS = (
    f"{OWN_FOLDER} .git .hg .svn .jj .bzr "
    "node_modules __pycache__ .venv venv target .tox .nox .eggs *.egg-info "
    ".mypy_cache .ruff_cache .pytest_cache .hypothesis .gradle .cache .parcel-cache .turbo .next .nuxt .svelte-kit "
    ".angular .idea .vscode .direnv .terraform"
).split()
_FILES = r"*~ *.sw? .*.sw? .#* \#*# 4913 ___jb_*___ *.kate-swp .goutputstream-* .DS_Store *.pyc".split()
BUILT_IN = (*(f"{name}/" for name in _FOLDERS), *_FILES)
IGNORE_FILES = (".gitignore", ".ignore")  # the later one wins


class Rules:
    """The rules that hold inside one folder: those of the folder above, and its own ignore files. Immutable."""

    def __init__(
        self, specs: tuple[tuple[int, GitIgnoreSpec], ...], last: GitIgnoreSpec, files: tuple[str, ...]
    ) -> None:
        # (length of the folder's relative path, its patterns), weakest first; `last` is watch.exclude.
        self._specs = specs
        self._last = last
        self._files = files

    @classmethod
    def of_root(cls, root: str, exclude: Iterable[str], gitignore: bool) -> Rules:
        """The rules of a watched root; patterns are relative to it."""
        specs = [(0, GitIgnoreSpec.from_lines(BUILT_IN))]
        if gitignore:
            for path in (_global_excludes(), os.path.join(root, ".git", "info", "exclude")):
                specs += [(0, spec) for spec in _read(path)]
        return cls(tuple(specs), GitIgnoreSpec.from_lines(exclude), IGNORE_FILES if gitignore else ())

    def inside(self, folder: str, relative: str) -> Rules:
        """The rules inside `folder` (absolute), which is at `relative` ("" for the root itself) under the root."""
        depth = len(relative) + 1 if relative else 0
        own = [(depth, spec) for name in self._files for spec in _read(os.path.join(folder, name))]
        return Rules((*self._specs, *own), self._last, self._files) if own else self

    def ignores(self, relative: str, is_folder: bool) -> bool:
        """Whether the file or folder at `relative` is ignored; that a folder above may be is not asked again."""
        path = relative + "/" if is_folder else relative
        verdict = self._last.check_file(path).include
        if verdict is not None:
            return verdict
        for depth, spec in reversed(self._specs):
            verdict = spec.check_file(path[depth:]).include
            if verdict is not None:
                return verdict
        return False


def _read(path: str) -> list[GitIgnoreSpec]:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            spec = GitIgnoreSpec.from_lines(file.read().splitlines())
    except (OSError, ValueError):
        return []  # not there, not readable, or not a pattern file: it ignores nothing
    return [spec] if spec.patterns else []


def _global_excludes() -> str:
    """git's default place of the user's own excludes file."""
    base = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return os.path.join(base, "git", "ignore")
