"""From the words of a command line to an exit code, with all commands."""

from __future__ import annotations

from typer.exceptions import Exit, TyperException

from hotrun.cli import instance_commands, project_commands
from hotrun.cli.options import Options
from hotrun.cli.parser import app, in_our_words
from hotrun.errors import HotrunError

__all__ = ["app", "parse_and_run"]
REGISTERED = (project_commands, instance_commands)  # importing them has registered their commands


def parse_and_run(args: list[str]) -> int:
    """Parse `args` (without the program's name) and run the command; returns the exit code. Raises HotrunError."""
    command: tuple[str, ...] | None = None
    if "--" in args:
        at = args.index("--")
        args, command = args[:at], tuple(args[at + 1 :])
        if not command:
            raise HotrunError("no command after --", "for example: hotrun -- python app.py")
    try:
        result = app(args, prog_name="hotrun", standalone_mode=False, obj=Options(command=command))
    except Exit as done:
        return done.exit_code
    except TyperException as error:
        raise in_our_words(error) from error
    return result if isinstance(result, int) else 0
