"""Scan a project without running it: files, folders that are not watched, file systems and inputs of steps."""

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
from hotrun.inspect.explain import PathStatus, status_of
from hotrun.inspect.limits import Limit, inotify_limits
from hotrun.inspect.probe import WatchNotWorking, probe
from hotrun.inspect.walk import tree_of

__all__ = [
    "IgnoreRule",
    "Limit",
    "ListeningProcess",
    "PathStatus",
    "WatchNotWorking",
    "inotify_limits",
    "listening_at",
    "probe",
    "status_of",
]

COUNT_S = 1.0  # time limit for counting all pruned folders, since pruning exists to save this time


class Pruned(msgspec.Struct, frozen=True):
    """An excluded folder (absolute path), and how many folders it contains. `more`: at least that many."""

    path: str
    folders: int
    more: bool


class ProjectScan(msgspec.Struct, frozen=True):
    """The result of a walk. `files`: relative to the root. `pruned`: the biggest first."""

    files: tuple[str, ...]
    folders: int
    pruned: tuple[Pruned, ...]
    unwatched: tuple[str, ...]


def scan(project: Project) -> ProjectScan:
    """Walk the project, and count its excluded folders."""
    tree = tree_of(project)
    files = tuple(change.path for change in tree.rescan())
    folders = tree.folders()
    deadline = time.monotonic() + COUNT_S
    pruned = [_counted(path, deadline) for path in _unwatched_folders(project, folders)]
    pruned.sort(key=lambda one: (-one.folders, one.path))
    return ProjectScan(files, len(folders), tuple(pruned), tuple(tree.unwatched))


def file_systems(project: Project) -> dict[str, tuple[str | None, bool]]:
    """For each root: the type of its file system, None if unknown, and whether it reports changes."""
    mounts = current()
    silent = mounts.without_events(project.watch.roots)
    return {root: (mounts.type_of(os.path.realpath(root)), root not in silent) for root in project.watch.roots}


def list_inputs(project: Project, step: Step) -> InputsListed:
    """List the inputs of this step with `inputs` by running its build tool."""
    from hotrun.adapters.step_inputs.list_once import list_once

    return list_once(step, project.root)


def _unwatched_folders(project: Project, folders: list[str]) -> Iterator[str]:
    """The unwatched folders directly in watched ones."""
    known = {*folders, *project.watch.roots}
    for folder in folders:
        if any(is_below(os.path.join(folder, ""), root) for root in project.watch.roots):
            below = (path for path in _folders_in(folder) if path not in known)
            yield from (path for path in below if os.access(path, os.R_OK | os.X_OK))  # otherwise the tree reports it


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
