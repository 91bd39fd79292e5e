"""Projects from the command line: a part of a project (`hotrun run web`), or only a command (`hotrun -- app`). Pure.

Also applies other folders to watch (-w, -x).
"""

from __future__ import annotations

import os.path
import re
from collections.abc import Sequence

import msgspec

from hotrun.config.loading.problems import describe, explain, suggestion
from hotrun.config.loading.resolve import absolute, argv_of
from hotrun.config.tables.invalid_value import InvalidValue
from hotrun.config.tables.values import Pattern
from hotrun.core.model.project import Process, Program, Project, Step, Watch
from hotrun.core.model.text import closest
from hotrun.errors import HotrunError

BUILD = "build"


def select(project: Project, names: Sequence[str]) -> Project:
    """Return `project` with only the processes and steps `names` and what they need, or all of it without names.

    Raises HotrunError for an unknown name.
    """
    if not names:
        return project
    parts: dict[str, Step | Process] = {**project.steps, **project.processes}
    wanted: set[str] = set()
    todo = list(names)
    while todo:
        name = todo.pop()
        if name not in parts:
            raise _unknown(name, project)
        if name not in wanted:
            wanted.add(name)
            todo.extend(parts[name].waits_for)
    return msgspec.structs.replace(
        project,
        steps={name: step for name, step in project.steps.items() if name in wanted},
        processes={name: process for name, process in project.processes.items() if name in wanted},
    )


def command_line_project(
    root: str,
    argv: Sequence[str],
    build: str | None = None,
    watch_paths: Sequence[str] = (),
    exclude: Sequence[str] = (),
) -> Project:
    """Return the project of `hotrun [--build BUILD] -- ARGV`: one process in the absolute folder `root`.

    Every change restarts it, after the step "build" if there is one. Raises HotrunError for an empty command, or for a
    path or pattern that cannot be used.
    """
    if not argv or argv[0].strip() == "":
        raise HotrunError("missing command after --")
    if build is not None and build.strip() == "":
        raise HotrunError("--build: missing command")
    steps = {} if build is None else {BUILD: Step(BUILD, Program(argv_of(build), root))}
    name = _process_name(argv[0], steps)
    # With a build, only the build restarts the process.
    process = Process(name, Program(tuple(argv), root), paths=() if steps else None, needs=tuple(steps))
    project = Project(root, None, Watch((root,)), steps, {name: process})
    return override_watch(project, [absolute(path, root) for path in watch_paths], exclude)


def override_watch(project: Project, paths: Sequence[str], exclude: Sequence[str]) -> Project:
    """Return `project` with -w and -x applied. Raises HotrunError for a path or pattern that cannot be used.

    `paths`, relative to the current folder, replace the watched folders. `exclude` is added to what is excluded.
    """
    if "" in paths:
        raise HotrunError("-w: missing path")
    for pattern in exclude:
        try:
            Pattern.parse(pattern)
        except InvalidValue as error:
            raise HotrunError(f"-x {describe(pattern)}: {explain(error, pattern)}") from None
    roots = tuple(os.path.abspath(os.path.expanduser(path)) for path in paths)
    watch = msgspec.structs.replace(
        project.watch, roots=roots or project.watch.roots, exclude=(*project.watch.exclude, *exclude)
    )
    return msgspec.structs.replace(project, watch=watch)


def _process_name(program: str, steps: dict[str, Step]) -> str:
    """Return a valid name for the process, made from the file name of its program."""
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", os.path.basename(program)).lstrip("_.-").rstrip("-")
    return name if name and name not in steps else "command"


def _unknown(name: str, project: Project) -> HotrunError:
    known = (*project.processes, *project.steps)
    meant = suggestion(closest(name, known))
    return HotrunError(f"no process or step is named {describe(name)}{meant}", f"available: {', '.join(known)}")
