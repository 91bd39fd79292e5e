"""`hotrun check`: is the configuration right, and does every pattern match something."""

from __future__ import annotations

from hotrun.cli.options import Options
from hotrun.cli.project import ChosenProject, config_path, enter, load_configured, refuse
from hotrun.cli.say import say
from hotrun.core.model.project import Project
from hotrun.core.model.text import count
from hotrun.errors import HotrunError


def check(options: Options, expand: bool = False) -> int:
    """Validate the configuration; prints what it holds and its warnings. Raises HotrunError with all problems.

    `expand`: prints it as a file without short forms instead.
    """
    path = config_path(options, enter(options))
    if path is None:
        raise HotrunError(
            "no hotrun.toml here or above, and no [tool.hotrun] in a pyproject.toml", "create one with hotrun init"
        )
    project, warnings = load_configured(options, path)
    if expand:
        for line in _expanded(options, path).splitlines():
            say(line)
        return 0
    if project.parsers:
        from hotrun.session.parsers import slow_patterns, wrong_examples

        refuse(options, path, [*slow_patterns(project.parsers), *wrong_examples(project)])
    for warning in (*warnings, *_idle(options, project, path)):
        say(f"warning: {warning}")
    say(f"{path}: ok, {count(len(project.steps), 'step')}, {count(len(project.processes), 'process', 'processes')}")
    return 0


def _expanded(options: Options, path: str) -> str:
    from hotrun.config.loading.load import load
    from hotrun.config.writing.expand import to_toml

    return to_toml(load(path, options.profile))


def _idle(options: Options, project: Project, path: str) -> list[str]:
    """Patterns that match nothing. The walk and pathspec cost more than the rest, so only where there are any."""
    if not any(part.paths for part in project.parts.values()):
        return []
    from hotrun.cli.places import ConfigPlaces, idle_warnings
    from hotrun.core.changes.links import unmatched_patterns
    from hotrun.inspect.walk import watched_files

    return idle_warnings(
        ConfigPlaces(options, ChosenProject(project, path)), unmatched_patterns(project, watched_files(project))
    )
