"""The checks of [exports.NAME]: a file of its own below the root, which is nobody else's."""

from __future__ import annotations

import os.path
from collections.abc import Iterator, Mapping

from hotrun.config.loading.problems import Findings, Path, key_path
from hotrun.config.tables.model import ExportTable
from hotrun.core.model.project import Project

OWN_FOLDER = ".hotrun"


def check_exports(exports: Mapping[str, ExportTable], findings: Findings) -> None:
    """Note in `findings` what is wrong with the paths, as far as that can be told without looking at the disk."""
    taken: dict[str, Path] = {}
    for name, export in exports.items():
        path: Path = ("exports", name, "path")
        if findings.touch(path):
            continue
        place = os.path.normpath(export.path)
        first = place.partition("/")[0]
        if os.path.isabs(place) or first in ("..", "~"):
            findings.expected(path, "a path below the root, relative to it", export.path)
        elif place == "." or export.path.endswith("/"):
            findings.expected(path, "a file, not a folder", export.path)
        elif first == OWN_FOLDER:
            findings.expected(path, f"a file outside of {OWN_FOLDER}/, which is hotrun's own", export.path)
        elif place in taken:
            findings.expected(path, f"a file of its own ({key_path(taken[place])} has this one)", export.path)
        taken.setdefault(place, path)


def misplaced(project: Project) -> Iterator[tuple[Path, str]]:
    """Yield the key and the words for each export that lies where none may be written, as the disk has it."""
    root = os.path.realpath(project.root)
    for export in project.exports:
        path: Path = ("exports", export.name, "path")
        folder = os.path.realpath(os.path.dirname(export.path))
        if os.path.isdir(export.path):
            yield path, f"expected a file, {export.path} is a folder"
        elif folder != root and not folder.startswith(os.path.join(root, "")):
            yield path, f"expected a path below the root, a link leads to {folder}"
        elif export.path == project.config:
            yield path, "expected a file of its own, this is the configuration"
