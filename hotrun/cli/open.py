"""`hotrun open N`: open a problem of the running hotrun in the editor."""

from __future__ import annotations

import msgspec

from hotrun.cli.status import folder_of
from hotrun.client import Client
from hotrun.core.model import events
from hotrun.core.model.text import count
from hotrun.errors import HotrunError


def open_problem(directory: str | None, number: int) -> int:
    """Open problem `number`, from 1, as `hotrun errors` lists them; returns the exit code of an editor in the terminal.

    Raises HotrunError: 3 if hotrun is not running, 1 if there is no such problem or it has no file.
    """
    from hotrun.session.editor import open_and_wait

    with Client(folder_of(directory)) as client:
        found = client.ask("errors")
    problems = msgspec.convert(found["diagnostics"], list[events.Diagnostic])
    if not 1 <= number <= len(problems):
        there = count(len(problems), "problem") if problems else "no problems"
        raise HotrunError(f"no problem {number}: found {there}", "hotrun errors lists them, from 1", 1)
    problem = problems[number - 1]
    if problem.file is None:
        raise HotrunError(f"problem {number} has no file: {problem.message}", exit_code=1)
    return open_and_wait(problem.file, problem.line, problem.column, found["editor"])
