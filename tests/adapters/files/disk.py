"""Helpers for a folder on the real disk, its changes, and what a Tree makes of them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from hotrun.adapters.files.tree import Tree
from hotrun.core.model.inputs import Change
from hotrun.core.model.project import Watch


def write(path: Path, text: str = "x") -> Path:
    """Write a file, after making the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def write_unnoticeably(path: Path) -> None:
    """Write other bytes of the same size, and restore the mtime.

    Repeated until the file system's clock has ticked: before that, only the bytes reveal the change.
    """
    before = path.stat()
    content = bytes(byte ^ 1 for byte in path.read_bytes())
    while path.stat().st_ctime_ns == before.st_ctime_ns:
        with path.open("r+b") as file:
            file.write(content)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def save_atomically(path: Path, text: str) -> Path:
    """Save like many editors: write a new file in the same folder and rename it over the old one. Returns its name."""
    beside = path.with_name(path.name + ".new")
    beside.write_text(text)
    beside.replace(path)
    return beside


def tree_of(
    root: Path,
    *,
    roots: Iterable[Path] = (),
    exclude: tuple[str, ...] = (),
    gitignore: bool = True,
    single: Iterable[Path] = (),
    follow: bool = False,
) -> Tree:
    """Return a tree that has not read the disk yet."""
    folders = tuple(map(str, roots)) or (str(root),)
    watch = Watch(folders, exclude=exclude, gitignore=gitignore, follow_symlinks=follow)
    return Tree(str(root), watch, tuple(map(str, single)))


def walked(root: Path, **options: object) -> Tree:
    """Return a tree that knows the present files."""
    tree = tree_of(root, **options)  # type: ignore[arg-type]
    tree.rescan()
    return tree


def short(changes: Iterable[Change]) -> list[str]:
    """Return changes in a readable form: "+added", "~modified", "-deleted", sorted."""
    return sorted({"added": "+", "modified": "~", "deleted": "-"}[change.kind] + change.path for change in changes)


def watched(root: Path, **options: object) -> list[str]:
    """Return the names of all files that a new scan of the disk finds."""
    tree = tree_of(root, **options)  # type: ignore[arg-type]
    return sorted(change.path for change in tree.rescan())


def examine(tree: Tree, *paths: Path) -> list[str]:
    """Return the changes at these paths."""
    return short(tree.examine([str(path) for path in paths]))


def signatures(tree: Tree) -> dict[str, object]:
    """Return the signatures that a tree knows, by absolute path."""
    return {
        os.path.join(path, name): signature
        for path, folder in tree._folders.items()
        for name, signature in folder.files.signatures.items()
    }
