"""Walk a project once, without watching it. Separate from scan.py, so that `check` does not import the watcher."""

from __future__ import annotations

from hotrun.adapters.files.tree import Tree
from hotrun.core.model.project import Project


def tree_of(project: Project) -> Tree:
    """The tree of the project's files, before its first walk."""
    single = project.env_files | ({project.config} if project.config else set())
    return Tree(project.root, project.watch, sorted(single))


def watched_files(project: Project) -> tuple[str, ...]:
    """All watched files, relative to the root."""
    return tuple(change.path for change in tree_of(project).rescan())
