"""The options that several commands take, and how what was typed becomes Options."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from hotrun.cli.options import Options
from hotrun.errors import HotrunError

Directory = Annotated[str | None, typer.Option("-C", "--directory", metavar="DIR", help="Run as if started in DIR.")]
Config = Annotated[str | None, typer.Option("-c", "--config", metavar="FILE", help="Read the configuration from FILE.")]
Profile = Annotated[
    str | None, typer.Option("--profile", metavar="NAME", help="Apply [profile.NAME] of the configuration.")
]
Ui = Annotated[
    str | None,
    typer.Option(
        "--ui",
        metavar="UI",
        help="Show inline (pinned status), full (full screen), plain (lines) or json (events). Default: auto.",
    ),
]
Once = Annotated[
    bool, typer.Option("--once", help="Build once, then exit 0 (passed) or 1 (failed). Start no process; for CI.")
]
Timing = Annotated[bool, typer.Option("--timing", help="Show the time of each step after each build.")]
Postpone = Annotated[bool, typer.Option("--postpone", help="Wait for the first change before building.")]
Watch = Annotated[list[str] | None, typer.Option("-w", "--watch", metavar="PATH", help="Watch only PATH. Repeatable.")]
Exclude = Annotated[
    list[str] | None,
    typer.Option("-x", "--exclude", metavar="PATTERN", help="Ignore files that match PATTERN. Repeatable."),
]
Build = Annotated[
    str | None, typer.Option("--build", metavar="CMD", help="Run CMD as the build before COMMAND (with -- COMMAND).")
]
Json = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]

# What each option is called in messages.
FLAGS = {
    "directory": "-C",
    "config": "-c",
    "ui": "--ui",
    "once": "--once",
    "timing": "--timing",
    "postpone": "--postpone",
    "watch": "-w",
    "exclude": "-x",
    "profile": "--profile",
    "build": "--build",
    "command": "-- COMMAND",
}


def merged(ctx: typer.Context, **given: object) -> Options:
    """The options so far, and over them those that were given here; an empty text counts as given."""
    found: Options = ctx.obj
    typed = {name: value for name, value in given.items() if not (value is None or value is False or value == ())}
    ctx.obj = msgspec.structs.replace(found, **typed)
    options: Options = ctx.obj
    return options


def only(ctx: typer.Context, *used: str, **given: object) -> Options:
    """As `merged`, for a command that uses only the options `used`. Raises HotrunError for one that it would ignore."""
    options = merged(ctx, **given)
    for name, flag in FLAGS.items():
        if name not in used and getattr(options, name) != getattr(Options(), name):
            raise HotrunError(
                f"hotrun {ctx.info_name} does not take {flag}", f"hotrun {ctx.info_name} --help lists its options"
            )
    return options


def run_options(
    directory: str | None,
    config: str | None,
    ui: str | None,
    once: bool,
    timing: bool,
    postpone: bool,
    watch: list[str] | None,
    exclude: list[str] | None,
    profile: str | None,
    build: str | None,
) -> dict[str, object]:
    """The options of `hotrun` and `hotrun run`, by the names that Options has for them."""
    return {
        "directory": directory,
        "config": config,
        "ui": ui,
        "once": once,
        "timing": timing,
        "postpone": postpone,
        "watch": tuple(watch or ()),
        "exclude": tuple(exclude or ()),
        "profile": profile,
        "build": build,
    }
