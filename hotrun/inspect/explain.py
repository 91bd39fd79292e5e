"""Why a path is watched or not: goes the way of the tree's walk down to one path, and names what ends it.

Must agree with tree.py in every case; a test compares the two on random folders.
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
    """What the watcher sees of one path.

    `path` (absolute) is the name that counts: the real one where PATH went through a link to a folder, `through`. Not
    watched is what has a `reason`: `at` (absolute) is the path itself or the folder above it that the reason is about.
    `rule` is the last pattern that spoke about it. `single`: watched by itself, whatever ignores it.
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
        """Whether its changes are seen."""
        return self.reason is None


def sight_of(project: Project, path: str) -> PathStatus:
    """Look at `path`, which may not exist; relative to the current folder. A slash at the end means a folder."""
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
    linked = _name_behind_link(project, place) if project.watch.follow_symlinks else None
    if linked is not None:
        return msgspec.structs.replace(_descend(project, linked, as_folder), through=_link_in(linked))
    return PathStatus(place, as_folder or os.path.isdir(place), os.path.lexists(place), "outside", place)


def _name_behind_link(project: Project, path: str) -> str | None:
    """The name by which a path outside of the roots is watched because a link leads there. Walks everything."""
    tree = Tree(project.root, project.watch, ())
    tree.verify()
    above, name = os.path.split(path)
    return next(iter([*tree.names_of(path), *(os.path.join(folder, name) for folder in tree.names_of(above))]), None)


def _link_in(path: str) -> str | None:
    """The folder on the way to `path`, or itself, that is a link; the last one. None: a mount has several names."""
    while not os.path.islink(path):
        if path == os.path.dirname(path):
            return None
        path = os.path.dirname(path)
    return path


def _inside(project: Project, path: str, as_folder: bool) -> PathStatus:
    """Look at a path that lies in a root; behind a link to a folder, at the place that it leads to."""
    sight = _descend(project, path, as_folder)
    if sight.reason != "link" or sight.at is None:
        return sight
    real = os.path.realpath(path)
    if real == path or _root_of(real, project) is None:
        return sight
    return msgspec.structs.replace(_descend(project, real, as_folder), through=sight.at)


def _descend(project: Project, path: str, as_folder: bool) -> PathStatus:
    """From the root down to `path`, as the walk does, until something ends it."""
    follow = project.watch.follow_symlinks
    root = _root_of(path, project)
    assert root is not None
    rules, relative = rules_of(root, project.root, project.watch)
    exists = os.path.lexists(path)
    at_end = is_folder(path, follow=follow) or (as_folder and not exists)
    names = path[len(root) :].strip(os.sep).split(os.sep) if path != root else []
    folder, rule = root, None
    way: _Way | None = _Way(root) if follow else None
    for depth, name in enumerate(names, 1):
        rules = rules.inside(folder, relative)
        below = os.path.join(folder, name)
        is_last = depth == len(names)
        inner_folder = at_end if is_last else not os.path.lexists(below) or is_folder(below, follow=follow)
        relative = f"{relative}/{name}" if relative else name
        rule = rules.decision(relative, inner_folder)
        reason = "ignored" if rule is not None and rule.ignores else _obstacle(folder, below, inner_folder, way)
        if reason is not None:
            return PathStatus(path, at_end, exists, reason, folder if reason == "unreadable" else below, rule)
        folder = below
    if at_end and exists and not _is_readable(path):
        return PathStatus(path, at_end, exists, "unreadable", path, rule)
    return PathStatus(path, at_end, exists, rule=rule)


class _Way:
    """The folders on the way down, which may come by one of them again where links are followed."""

    def __init__(self, root: str) -> None:
        self._seen: set[Identity | None] = {identity_of(root)}
        self._linked = False

    def loops(self, folder: str) -> bool:
        """Go on to `folder`; True if a link has led to it, and it is one of those above it."""
        self._linked = self._linked or os.path.islink(folder)
        identity = identity_of(folder)
        is_known = identity in self._seen
        self._seen.add(identity)
        return self._linked and identity is not None and is_known


def _obstacle(folder: str, path: str, is_folder: bool, way: _Way | None) -> Reason | None:
    """What keeps `path` in `folder` from being watched, other than rules."""
    if os.path.isdir(folder) and not _is_readable(folder):
        return "unreadable"
    if is_folder:
        if not is_text(os.path.basename(path)):
            return "name"
        return "loop" if way is not None and way.loops(path) else None
    if os.path.isdir(path):
        return "link"
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return None  # not there, or a link that leads nowhere, which is seen itself
    return None if stat.S_ISREG(mode) else "special"


def _root_of(path: str, project: Project) -> str | None:
    """The innermost watched folder that `path` is, or lies in: a root inside of another is walked for itself."""
    roots = [root for root in project.watch.roots if os.path.isdir(root) and (path == root or is_below(path, root))]
    return max(roots, key=len, default=None)


def _absolute(path: str) -> str:
    """The path with no "." and "..": "link/.." is what the kernel takes it for."""
    parts = path.split("/")
    if ".." in parts and any(part not in ("", ".", "..") for part in parts[: len(parts) - parts[::-1].index("..")]):
        above, name = os.path.split(path.rstrip("/"))
        return os.path.realpath(path) if name in (".", "..") else os.path.join(os.path.realpath(above), name)
    return os.path.abspath(path)


def _aliased(path: str, watched: list[str]) -> str:
    """The path by the name that the project uses, where another name leads to the same folder; else as it is."""
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
