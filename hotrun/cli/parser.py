"""The parser of the command line: typer, with the help pages and the errors of hotrun. Commands register here."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from hotrun.cli.command_table import COMMANDS
from hotrun.core.model.text import did_you_mean
from hotrun.errors import HotrunError

WIDTH = 100  # characters of a help page at most
USAGE = (
    ("hotrun [OPTIONS]", "run the project in this folder"),
    ("hotrun run NAME...", "run only these processes, and what they need"),
    ("hotrun [OPTIONS] -- COMMAND...", "restart COMMAND on every change, without a configuration"),
)
EXAMPLES = (
    ("hotrun", "use hotrun.toml, or detect the project"),
    ("hotrun -- python app.py", "restart a program when a file changes"),
    ("hotrun --build make -- ./app", "build before each restart"),
    ("hotrun --once", "build once, exit 0 or 1 (for CI)"),
)
EXIT_CODES = (
    "Exit codes: 0 success, 1 a build or process failed, 2 wrong command line or configuration, "
    "3 no running hotrun found."
)
HELP = "Rebuild your project when you save, and restart it only if the build passes."

_Formatter = Any  # the parser's own types are private
_Function = TypeVar("_Function", bound=Callable[..., int])


class HelpPage(TyperCommand):
    """A command whose help shows its examples first."""

    def format_help_text(self, ctx: Any, formatter: _Formatter) -> None:  # noqa: ANN401
        super().format_help_text(ctx, formatter)
        _write_rows(formatter, "Examples", COMMANDS[self.name or ""].examples)


class CommandGroup(TyperGroup):
    """`hotrun` itself: its help, and the error for a word that is no command."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401
        if args[0] in self.commands or args[0].startswith("-") or ctx.resilient_parsing:
            return super().resolve_command(ctx, args)
        raise no_such_command(args)

    def format_usage(self, ctx: Any, formatter: _Formatter) -> None:  # noqa: ANN401
        _write_rows(formatter, "Usage", USAGE)

    def format_help_text(self, ctx: Any, formatter: _Formatter) -> None:  # noqa: ANN401
        formatter.write_paragraph()
        formatter.write_text(HELP)
        _write_rows(formatter, "Examples", EXAMPLES)

    def format_commands(self, ctx: Any, formatter: _Formatter) -> None:  # noqa: ANN401
        for group, rows in groupby(COMMANDS.items(), lambda row: row[1].group):
            _write_rows(formatter, group, [(name, row.help) for name, row in rows])

    def format_epilog(self, ctx: Any, formatter: _Formatter) -> None:  # noqa: ANN401
        formatter.write_paragraph()
        formatter.write_text(EXIT_CODES)

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401
        return list(COMMANDS)


app = typer.Typer(
    cls=CommandGroup,
    invoke_without_command=True,
    rich_markup_mode=None,  # it would take [go] for markup
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": WIDTH},
)


def command(name: str) -> Callable[[_Function], _Function]:
    """Register a function as the command `name`, with the help of COMMANDS."""
    return app.command(name, cls=HelpPage, help=COMMANDS[name].help)


def no_such_command(args: Sequence[str]) -> HotrunError:
    """The error for a first word that is no command; it may be the name of a process."""
    hint = did_you_mean(args[0], (*COMMANDS, "--help", "--version"))
    names = shlex.join(arg for arg in args if not arg.startswith("-"))
    return HotrunError(f"no such command: {args[0]}", hint or f"to run a process: hotrun run {names}")


def in_our_words(error: TyperException) -> HotrunError:
    """The error of the parser in the form of all other errors."""
    ctx: Any = getattr(error, "ctx", None)
    help_of = f"{ctx.command_path} --help" if ctx is not None else "hotrun --help"
    option = getattr(error, "option_name", None)
    near = getattr(error, "possibilities", None)  # the nearest first
    if near:
        return HotrunError(f"no such option: {option}", f'did you mean "{near[0]}"? {help_of} lists the options')
    text = error.format_message().removesuffix(".")
    return HotrunError(text[:1].lower() + text[1:], f"{help_of} lists the options")


def _write_rows(formatter: _Formatter, title: str, rows: Sequence[tuple[str, str]]) -> None:
    if rows:
        with formatter.section(title):
            formatter.write_dl(list(rows), col_max=40)
