"""Check [exports.NAME]: each needs a separate file below the root."""

from __future__ import annotations

import os.path
from collections.abc import Iterator, Mapping

from hotrun.config.loading.problems import Findings, Path, key_path
from hotrun.config.tables.model import ExportTable
from hotrun.core.model.project import Project
from hotrun.core.model.text import quote

STATE_FOLDER = ".hotrun"


def check_exports(exports: Mapping[str, ExportTable], findings: Findings) -> None:
    """Add to `findings` what is wrong with the paths, without a look at the disk."""
    taken: dict[str, Path] = {}
    for name, export in exports.items():
        path: Path = ("exports", name, "path")
        if findings.touch(path):
            continue
        place = os.path.normpath(export.path)
        first = place.partition("/")[0]
        if os.path.isabs(place) or first in ("..", "~"):
            findings.expected(path, 'a path below the root such as ".errors"', export.path)
        elif place == "." or export.path.endswith("/"):
            findings.add(path, f"{quote(export.path)} is a folder, expected a file")
        elif first == STATE_FOLDER:
            findings.expected(path, f"a file outside {STATE_FOLDER}/", export.path)
        elif place in taken:
            findings.add(path, f"{key_path(taken[place])} already has the file {quote(export.path)}")
        taken.setdefault(place, path)


def misplaced(project: Project) -> Iterator[tuple[Path, str]]:
    """Yield the key and the message for each export that must not be written where it is on disk."""
    root = os.path.realpath(project.root)
    for export in project.exports:
        path: Path = ("exports", export.name, "path")
        folder = os.path.realpath(os.path.dirname(export.path))
        if os.path.isdir(export.path):
            yield path, f"{export.path} is a folder, expected a file"
        elif folder != root and not folder.startswith(os.path.join(root, "")):
            yield path, f"a link leads out of the root to {folder}"
        elif export.path == project.config:
            yield path, "this is the configuration file, choose another path"
