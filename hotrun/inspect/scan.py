"""Looks at a project without running it: puts adapters together for the commands that start nothing."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import msgspec

from hotrun.adapters.files.ignore import IgnoreRule, is_below
from hotrun.adapters.os.mounts import current
from hotrun.adapters.sockets.listening import ListeningProcess, listening_at
from hotrun.core.model.inputs import InputsListed
from hotrun.core.model.project import Project, Step
from hotrun.inspect.explain import PathStatus, sight_of
from hotrun.inspect.limits import Limit, inotify_limits
from hotrun.inspect.probe import NotSeen, probe
from hotrun.inspect.walk import tree_of

__all__ = [
    "IgnoreRule",
    "Limit",
    "ListeningProcess",
    "NotSeen",
    "PathStatus",
    "inotify_limits",
    "listening_at",
    "probe",
    "sight_of",
]

COUNT_S = 1.0  # all pruned folders together are counted for this long; the walk that prunes them is there to save that


class Pruned(msgspec.Struct, frozen=True):
    """A folder (absolute) that is left out, and how many folders it would add; `more`: at least so many."""

    path: str
    folders: int
    more: bool


class ProjectScan(msgspec.Struct, frozen=True):
    """What a walk of the whole project finds: `files` relative to the root, `pruned` with the biggest first."""

    files: tuple[str, ...]
    folders: int
    pruned: tuple[Pruned, ...]
    unwatched: tuple[str, ...]


def survey(project: Project) -> ProjectScan:
    """Walk the project and what it leaves out."""
    tree = tree_of(project)
    files = tuple(change.path for change in tree.verify())
    folders = tree.folders()
    deadline = time.monotonic() + COUNT_S
    pruned = [_counted(path, deadline) for path in _left_out(project, folders)]
    pruned.sort(key=lambda one: (-one.folders, one.path))
    return ProjectScan(files, len(folders), tuple(pruned), tuple(tree.unwatched))


def file_systems(project: Project) -> dict[str, tuple[str | None, bool]]:
    """Of each root: the type of its file system, None where that is not known, and whether it raises events."""
    mounts = current()
    silent = mounts.without_events(project.watch.roots)
    return {root: (mounts.type_of(os.path.realpath(root)), root not in silent) for root in project.watch.roots}


def listed(project: Project, step: Step) -> InputsListed:
    """What this step with `inputs` is made of, asked now: by running the tools that know it."""
    from hotrun.adapters.step_inputs.list_once import list_once

    return list_once(step, project.root)


def _left_out(project: Project, folders: list[str]) -> Iterator[str]:
    """The folders right below watched ones that are not watched."""
    known = {*folders, *project.watch.roots}
    for folder in folders:
        if any(is_below(os.path.join(folder, ""), root) for root in project.watch.roots):
            below = (path for path in _folders_in(folder) if path not in known)
            yield from (path for path in below if os.access(path, os.R_OK | os.X_OK))  # else the tree names it


def _folders_in(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []


def _counted(path: str, deadline: float) -> Pruned:
    """Count the folders in `path` and itself, until `deadline` (of the monotonic clock)."""
    found, todo = 0, [path]
    while todo and time.monotonic() < deadline:
        found += 1
        todo.extend(_folders_in(todo.pop()))
    return Pruned(path, max(found, 1), bool(todo))
