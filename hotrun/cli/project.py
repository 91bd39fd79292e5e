"""Which project a command works on: a configuration file, what follows `--`, or what is detected."""

from __future__ import annotations

import os

import msgspec

from hotrun.cli.options import Options
from hotrun.core.spec import Project
from hotrun.errors import HotrunError


COMMANDS = ("check", "init", "schema", "demo")


class Chosen(msgspec.Struct, frozen=True):
    """A project and what to tell about it. `path` is its configuration file; `explanation` says what was detected."""

    project: Project
    path: str | None = None
    warnings: tuple[str, ...] = ()
    explanation: str | None = None


def enter(options: Options) -> str:
    """Go where -C says; returns the folder, absolute. Raises HotrunError if it is none."""
    if options.directory is not None:
        try:
            os.chdir(options.directory)
        except OSError as error:
            raise HotrunError(f"-C {options.directory}: {error.strerror}", "name a folder that is there") from error
    try:
        return os.getcwd()
    except FileNotFoundError as error:
        raise HotrunError("the current folder has been removed", "cd to one that is there") from error


def choose(options: Options, folder: str) -> Chosen:
    """The project for these options; `folder` is where hotrun was started. Raises HotrunError."""
    if options.command is not None:
        return Chosen(_from_command_line(options, folder))
    if options.build is not None:
        raise HotrunError("--build goes with a command", "hotrun --build 'make' -- ./app")
    path = config_path(options, folder)
    if path is None:
        return _detected(options, folder)
    project, warnings = load_configured(options, path)
    return Chosen(project, path, warnings)


def config_path(options: Options, folder: str) -> str | None:
    """The configuration file to use: the named one, or the one found from `folder` upwards."""
    from hotrun.config.read import find

    return os.path.abspath(options.config) if options.config is not None else find(folder)


def load_configured(options: Options, path: str) -> tuple[Project, tuple[str, ...]]:
    """Load the file again with everything that the command line lays over it; returns project and warnings."""
    from hotrun.config.load import load
    from hotrun.parsers import known

    loaded = load(path, options.profile, known)
    return _narrowed(options, loaded.project), loaded.warnings


def _narrowed(options: Options, project: Project) -> Project:
    if options.names:
        from hotrun.config.narrow import select

        _refuse_mistyped_command(options.names[0], project)
        project = select(project, options.names)
    if options.watch or options.exclude:
        from hotrun.config.narrow import override_watch

        project = override_watch(project, options.watch, options.exclude)
    return project


def _refuse_mistyped_command(name: str, project: Project) -> None:
    """The first word is a process, unless it looks more like a command than like any of them."""
    from hotrun.core.words import did_you_mean

    if name not in project.parts and not did_you_mean(name, project.parts):
        hint = did_you_mean(name, COMMANDS)
        if hint is not None:
            raise HotrunError(f"no command and no process is named {name}", hint)


def _from_command_line(options: Options, folder: str) -> Project:
    from hotrun.config.narrow import command_line_project

    for given, name in ((options.config, "-c"), (options.profile, "--profile")):
        if given is not None:
            raise HotrunError(f"{name} reads a configuration, and -- COMMAND runs without one", "leave one of them out")
    if options.names:
        raise HotrunError(f"{options.names[0]} stands before --", "names of processes go with a hotrun.toml")
    return command_line_project(folder, options.command or (), options.build, options.watch, options.exclude)


def _detected(options: Options, folder: str) -> Chosen:
    from hotrun.config.detect import detect
    from hotrun.config.template import to_project

    if options.profile is not None:
        raise HotrunError(f"--profile {options.profile}: there is no hotrun.toml", "hotrun init writes one")
    candidates = detect(folder)
    if not candidates:
        raise HotrunError(
            f"nothing to run in {folder}: no hotrun.toml here or above, and no kind of project that hotrun knows",
            "hotrun -- COMMAND restarts a command on every change; hotrun init writes a hotrun.toml to fill in",
        )
    if len(candidates) > 1:
        listing = "\n".join(f"  could run: {candidate.title}" for candidate in candidates)
        raise HotrunError(
            f"several projects fit in {folder}, so none is run\n{listing}",
            "hotrun init --pick N writes the N-th to hotrun.toml, or say hotrun -- COMMAND",
        )
    project = to_project(candidates[0], folder)
    what = f"{candidates[0].title}: {_commands(project)}; `hotrun init` saves this as hotrun.toml"
    return Chosen(_narrowed(options, project), None, (), what)


def _commands(project: Project) -> str:
    return ", then ".join(f"`{_shown(part.program.argv)}`" for part in project.parts.values())


def _shown(argv: tuple[str, ...]) -> str:
    if len(argv) == 3 and argv[1] == "-c":
        return argv[2]
    import shlex

    return shlex.join(argv)
