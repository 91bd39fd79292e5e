"""Explain why a path is watched or not: follow the tree's walk down to the path, and name the first obstacle.

Must agree with tree.py in every case. A test compares the two on random folders.
"""

from __future__ import annotations

import os
import stat
from typing import Literal

import msgspec

from hotrun.adapters.files.ignore import IgnoreRule, is_below, rules_of
from hotrun.adapters.files.signature import Identity, identity_of, is_folder, is_text
from hotrun.adapters.files.tree import Tree
from hotrun.core.model.project import Project

Reason = Literal["ignored", "outside", "link", "loop", "name", "unreadable", "special"]


class PathStatus(msgspec.Struct, frozen=True):
    """How the watcher treats one path.

    `path` (absolute): the name that the watcher uses, which is the real one if PATH led `through` a link to a folder.
    A path with a `reason` is not watched, because of `at` (absolute): the path itself or a folder above it. `rule`: the
    last pattern that matches it. `single`: watched as a single file, even if ignored.
    """

    path: str
    is_folder: bool
    exists: bool
    reason: Reason | None = None
    at: str | None = None
    rule: IgnoreRule | None = None
    single: bool = False
    through: str | None = None

    @property
    def is_watched(self) -> bool:
        """Whether the watcher reports its changes."""
        return self.reason is None


def status_of(project: Project, path: str) -> PathStatus:
    """Explain `path`, relative to the current folder. It may be missing. A slash at the end means a folder."""
    as_folder = path.endswith("/")
    place = _absolute(path)
    single = {*project.env_files, *(root for root in project.watch.roots if not os.path.isdir(root))}
    if project.config is not None:
        single.add(project.config)
    for name in dict.fromkeys((place, _aliased(place, [*project.watch.roots, *single]))):
        if name in single:
            return PathStatus(name, is_folder=False, exists=os.path.lexists(name), single=True)
        if _root_of(name, project) is not None:
            return _inside(project, name, as_folder)
    linked = _name_through_link(project, place) if project.watch.follow_symlinks else None
    if linked is not None:
        return msgspec.structs.replace(_descend(project, linked, as_folder), through=_link_in(linked))
    return PathStatus(place, as_folder or os.path.isdir(place), os.path.lexists(place), "outside", place)


def _name_through_link(project: Project, path: str) -> str | None:
    """The name of a path outside of the roots that is watched because a link leads there. Walks the whole project."""
    tree = Tree(project.root, project.watch, ())
    tree.rescan()
    above, name = os.path.split(path)
    return next(iter([*tree.names_of(path), *(os.path.join(folder, name) for folder in tree.names_of(above))]), None)


def _link_in(path: str) -> str | None:
    """The last link on the way to `path`, or `path` itself. None if a mount gives it several names."""
    while not os.path.islink(path):
        if path == os.path.dirname(path):
            return None
        path = os.path.dirname(path)
    return path


def _inside(project: Project, path: str, as_folder: bool) -> PathStatus:
    """Explain a path in a root. If it leads through a link to a folder, explain its real path."""
    sight = _descend(project, path, as_folder)
    if sight.reason != "link" or sight.at is None:
        return sight
    real = os.path.realpath(path)
    if real == path or _root_of(real, project) is None:
        return sight
    return msgspec.structs.replace(_descend(project, real, as_folder), through=sight.at)


def _descend(project: Project, path: str, as_folder: bool) -> PathStatus:
    """Follow the walk from the root down to `path`, up to the first obstacle."""
    follow = project.watch.follow_symlinks
    root = _root_of(path, project)
    assert root is not None
    rules, relative = rules_of(root, project.root, project.watch)
    exists = os.path.lexists(path)
    at_end = is_folder(path, follow=follow) or (as_folder and not exists)
    names = path[len(root) :].strip(os.sep).split(os.sep) if path != root else []
    folder, rule = root, None
    descent: _Descent | None = _Descent(root) if follow else None
    for depth, name in enumerate(names, 1):
        rules = rules.inside(folder, relative)
        below = os.path.join(folder, name)
        is_last = depth == len(names)
        inner_folder = at_end if is_last else not os.path.lexists(below) or is_folder(below, follow=follow)
        relative = f"{relative}/{name}" if relative else name
        rule = rules.decision(relative, inner_folder)
        reason = "ignored" if rule is not None and rule.ignores else _obstacle(folder, below, inner_folder, descent)
        if reason is not None:
            return PathStatus(path, at_end, exists, reason, folder if reason == "unreadable" else below, rule)
        folder = below
    if at_end and exists and not _is_readable(path):
        return PathStatus(path, at_end, exists, "unreadable", path, rule)
    return PathStatus(path, at_end, exists, rule=rule)


class _Descent:
    """The folders on the way down. With followed links, the same folder may appear twice."""

    def __init__(self, root: str) -> None:
        self._seen: set[Identity | None] = {identity_of(root)}
        self._linked = False

    def loops(self, folder: str) -> bool:
        """Enter `folder`. True if a link led there, and it is one of the folders above."""
        self._linked = self._linked or os.path.islink(folder)
        identity = identity_of(folder)
        is_known = identity in self._seen
        self._seen.add(identity)
        return self._linked and identity is not None and is_known


def _obstacle(folder: str, path: str, is_folder: bool, descent: _Descent | None) -> Reason | None:
    """The reason other than ignore rules why `path` in `folder` is not watched."""
    if os.path.isdir(folder) and not _is_readable(folder):
        return "unreadable"
    if is_folder:
        if not is_text(os.path.basename(path)):
            return "name"
        return "loop" if descent is not None and descent.loops(path) else None
    if os.path.isdir(path):
        return "link"
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return None  # missing, or a dangling link, which is watched itself
    return None if stat.S_ISREG(mode) else "special"


def _root_of(path: str, project: Project) -> str | None:
    """The innermost root that contains `path`, or is it. A root inside of another one has its own walk."""
    roots = [root for root in project.watch.roots if os.path.isdir(root) and (path == root or is_below(path, root))]
    return max(roots, key=len, default=None)


def _absolute(path: str) -> str:
    """The path without "." and "..". "link/.." is resolved as the kernel does."""
    parts = path.split("/")
    if ".." in parts and any(part not in ("", ".", "..") for part in parts[: len(parts) - parts[::-1].index("..")]):
        above, name = os.path.split(path.rstrip("/"))
        return os.path.realpath(path) if name in (".", "..") else os.path.join(os.path.realpath(above), name)
    return os.path.abspath(path)


def _aliased(path: str, watched: list[str]) -> str:
    """The path by the project's name of its folder, if that has several names. Otherwise unchanged."""
    real = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
    for name in sorted(watched, key=len, reverse=True):
        folder = name if os.path.isdir(name) else os.path.dirname(name)
        below = os.path.realpath(folder)
        if os.path.realpath(path) == below:
            return folder
        if is_below(real, below):
            return os.path.join(folder, os.path.relpath(real, below))
    return path


def _is_readable(folder: str) -> bool:
    return os.access(folder, os.R_OK | os.X_OK)
