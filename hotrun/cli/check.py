"""`hotrun check`: is the configuration right, and does every pattern match something."""

from __future__ import annotations

from hotrun.cli.options import Options
from hotrun.cli.project import config_path, enter, load_configured
from hotrun.core.words import count
from hotrun.errors import HotrunError


def check(options: Options) -> int:
    """Validate the configuration; prints what it holds and its warnings. Raises HotrunError with all problems."""
    path = config_path(options, enter(options))
    if path is None:
        raise HotrunError(
            "no hotrun.toml here or above, and no [tool.hotrun] in a pyproject.toml", "hotrun init writes one"
        )
    project, warnings = load_configured(options, path)
    for warning in warnings:
        print(f"warning: {warning}")
    print(f"{path}: ok, {count(len(project.steps), 'step')}, {_processes(len(project.processes))}")
    return 0


def _processes(number: int) -> str:
    return "1 process" if number == 1 else f"{number} processes"
