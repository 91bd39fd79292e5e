"""Walks a project once, without watching it. Apart from survey.py, because `check` must not load what watches."""

from __future__ import annotations

from hotrun.adapters.files.tree import Tree
from hotrun.core.model.project import Project


def tree_of(project: Project) -> Tree:
    """The tree of the project's files, not walked yet."""
    single = project.env_files | ({project.config} if project.config else set())
    return Tree(project.root, project.watch, sorted(single))


def watched_files(project: Project) -> tuple[str, ...]:
    """Every watched file, relative to the root."""
    return tuple(change.path for change in tree_of(project).verify())
