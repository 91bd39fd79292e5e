"""The commands that ask a running hotrun, as the parser sees them."""

from __future__ import annotations

from typing import Annotated

import typer

from hotrun.cli.parameters import Directory, Json, only
from hotrun.cli.parser import command
from hotrun.core.model.requests import REQUESTS, Argument, Verb
from hotrun.errors import HotrunError

Step = Annotated[str | None, typer.Argument(metavar="[STEP]", show_default=False, help="Build only this step.")]
Process = Annotated[
    str | None, typer.Argument(metavar="[PROCESS]", show_default=False, help="Restart only this process.")
]


@command("status")
def status(
    ctx: typer.Context,
    as_json: Json = False,
    timing: Annotated[bool, typer.Option("--timing", help="Show the time of each step of the last build.")] = False,
    directory: Directory = None,
) -> int:
    from hotrun.cli.status import status

    options = only(ctx, "directory", "timing", directory=directory, timing=timing)
    return status(options.directory, as_json, options.timing)


@command("errors")
def errors(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print the diagnostics as a JSON array.")] = False,
    vim: Annotated[bool, typer.Option("--vim", help="Print for Vim's :cfile and :cgetexpr, and for Emacs.")] = False,
    github: Annotated[bool, typer.Option("--github", help="Print annotations for GitHub Actions.")] = False,
    sarif: Annotated[bool, typer.Option("--sarif", help="Print a SARIF 2.1.0 document.")] = False,
    most: Annotated[int | None, typer.Option("-n", metavar="N", min=0, help="Print at most N.")] = None,
    directory: Directory = None,
) -> int:
    from hotrun.cli.errors import errors

    options = only(ctx, "directory", directory=directory)
    wanted = {"json": as_json, "vim": vim, "github": github, "sarif": sarif}
    given = [form for form, is_given in wanted.items() if is_given]
    if len(given) > 1:
        raise HotrunError(f"--{given[0]} cannot be combined with --{given[1]}", "leave one of them out")
    return errors(options.directory, given[0] if given else None, most)


@command("open")
def open_problem(
    ctx: typer.Context,
    number: Annotated[int, typer.Argument(metavar="N", help="Open this one. hotrun errors lists them, from 1.")],
    directory: Directory = None,
) -> int:
    from hotrun.cli.open import open_problem

    return open_problem(only(ctx, "directory", directory=directory).directory, number)


def _request(ctx: typer.Context, verb: Verb, name: str | None, directory: str | None) -> int:
    from hotrun.cli.request import request

    return request(only(ctx, "directory", directory=directory).directory, verb, name)


def _register(verb: Verb, argument: Argument | None) -> None:
    """Register the command for a row of REQUESTS."""

    def without_name(ctx: typer.Context, directory: Directory = None) -> int:
        return _request(ctx, verb, None, directory)

    def with_step(ctx: typer.Context, step: Step = None, directory: Directory = None) -> int:
        return _request(ctx, verb, step, directory)

    def with_process(ctx: typer.Context, process: Process = None, directory: Directory = None) -> int:
        return _request(ctx, verb, process, directory)

    match argument:
        case None:
            command(verb)(without_name)
        case "step":
            command(verb)(with_step)
        case "process":
            command(verb)(with_process)


for _verb, _kind in REQUESTS.items():
    if _kind.reply:
        _register(_verb, _kind.argument)
