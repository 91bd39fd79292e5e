"""Which project a command works on: a configuration file, what follows `--`, or what is detected."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from hotrun.cli.options import Options
from hotrun.core.model.project import Project
from hotrun.errors import HotrunError

if TYPE_CHECKING:
    from hotrun.config.detect import Candidate


class ChosenProject(msgspec.Struct, frozen=True):
    """A project and what to tell about it. `path` is its configuration file; `explanation` says what was detected."""

    project: Project
    path: str | None = None
    warnings: tuple[str, ...] = ()
    explanation: str | None = None


def enter(options: Options) -> str:
    """Go where -C says; returns the folder, absolute. Raises HotrunError if it is none."""
    if options.directory == "":
        raise HotrunError("-C: missing folder")
    if options.directory is not None:
        try:
            os.chdir(options.directory)
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise HotrunError(f"-C {options.directory}: {why}", "use an existing folder") from error
    try:
        return os.getcwd()
    except FileNotFoundError as error:
        raise HotrunError("the current folder has been removed", "cd to an existing folder") from error


def choose(options: Options, folder: str) -> ChosenProject:
    """The project for these options; `folder` is where hotrun was started. Raises HotrunError."""
    if options.command is not None:
        return ChosenProject(_from_command_line(options, folder))
    if options.build is not None:
        raise HotrunError("--build needs a command to run", "for example: hotrun --build make -- ./app")
    path = config_path(options, folder)
    if path is None:
        return _detected(options, folder)
    project, warnings = load_configured(options, path)
    return ChosenProject(project, path, warnings)


def config_path(options: Options, folder: str) -> str | None:
    """The configuration file to use: the named one, or the one found from `folder` upwards."""
    from hotrun.config.loading.read import find

    if options.config == "":
        raise HotrunError("-c: missing file")
    return os.path.abspath(options.config) if options.config is not None else find(folder)


def load_configured(options: Options, path: str) -> tuple[Project, tuple[str, ...]]:
    """Load the file again with everything that the command line lays over it; returns project and warnings."""
    from hotrun.config.loading.load import load, place_of
    from hotrun.session.parsers import known_names

    loaded = load(path, options.profile, known_names)
    if not options.watch:
        for number, root in enumerate(loaded.project.watch.roots):
            if not os.path.exists(root):
                place = place_of(("watch", "paths", number), path, options.profile)
                raise HotrunError(f"{place}: {root} does not exist", "use an existing path")
    if loaded.project.exports:
        from hotrun.config.loading.check_exports import misplaced

        refuse(options, path, misplaced(loaded.project))
    return _narrowed(options, loaded.project), loaded.warnings


def refuse(options: Options, path: str, problems: Iterable[tuple[tuple[str | int, ...], str]]) -> None:
    """Raise HotrunError where there are `problems` with keys of the file `path`, one line for each."""
    from hotrun.config.loading.load import place_of

    lines = [f"{place_of(key, path, options.profile)}: {text}" for key, text in problems]
    if lines:
        raise HotrunError("\n".join(lines))


def _narrowed(options: Options, project: Project) -> Project:
    if options.names:
        from hotrun.config.loading.narrow import select

        project = select(project, options.names)
    return _rewatched(options, project)


def _rewatched(options: Options, project: Project) -> Project:
    """The project with what -w and -x lay over it."""
    for path in options.watch:
        if path and not os.path.exists(os.path.expanduser(path)):
            raise HotrunError(f"-w {path}: no such file or folder", "use an existing path")
    if options.watch or options.exclude:
        from hotrun.config.loading.narrow import override_watch

        project = override_watch(project, options.watch, options.exclude)
    return project


def _from_command_line(options: Options, folder: str) -> Project:
    from hotrun.config.loading.narrow import command_line_project

    for given, name in ((options.config, "-c"), (options.profile, "--profile")):
        if given is not None:
            raise HotrunError(
                f"{name} cannot be combined with -- COMMAND, which uses no configuration", "leave one of them out"
            )
    if options.names:
        raise HotrunError("hotrun run cannot be combined with -- COMMAND", "leave one of them out")
    return _rewatched(options, command_line_project(folder, options.command or (), options.build))


def _detected(options: Options, folder: str) -> ChosenProject:
    from hotrun.config.detect import detect
    from hotrun.config.writing.template import to_project

    if options.profile is not None:
        raise HotrunError(f"--profile {options.profile}: no hotrun.toml found", "create one with hotrun init")
    candidates = detect(folder)
    if not candidates:
        raise HotrunError(
            f"nothing to run in {folder}: no hotrun.toml here or above, and no known kind of project",
            "run hotrun -- COMMAND, or write a hotrun.toml with hotrun init",
        )
    if len(candidates) > 1:
        raise HotrunError(
            f"several projects detected in {folder}\n{listing(candidates)}",
            "choose one with hotrun init --pick 1, or run hotrun -- COMMAND",
        )
    project = to_project(candidates[0], folder)
    what = f"{candidates[0].title}: {_commands(project)} (`hotrun init` saves this as hotrun.toml)"
    return ChosenProject(_narrowed(options, project), None, (), what)


def listing(candidates: Iterable[Candidate]) -> str:
    """The projects that fit, a line for each with the number that `init --pick` takes; for an error's message."""
    return "\n".join(f"  {number}: {candidate.title}" for number, candidate in enumerate(candidates, 1))


def _commands(project: Project) -> str:
    return ", then ".join(f"`{_shown(part.program.argv)}`" for part in project.parts.values())


def _shown(argv: tuple[str, ...]) -> str:
    if len(argv) == 3 and argv[1] == "-c":
        return argv[2]
    import shlex

    return shlex.join(argv)
