"""`hotrun` itself, and the commands that work on a project without a running hotrun, as the parser sees them."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.exceptions import Exit

from hotrun import __version__
from hotrun.cli.command_table import COMMANDS
from hotrun.cli.parameters import (
    Build,
    Config,
    Directory,
    Exclude,
    Json,
    Once,
    Postpone,
    Profile,
    Timing,
    Ui,
    Watch,
    merged,
    only,
    run_options,
)
from hotrun.cli.parser import app, command
from hotrun.core.model.text import did_you_mean
from hotrun.errors import HotrunError

_WATCHING = ("directory", "config", "profile", "watch", "exclude")


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"hotrun {__version__}")
        raise Exit


@app.callback()
def root(
    ctx: typer.Context,
    directory: Directory = None,
    config: Config = None,
    ui: Ui = None,
    once: Once = False,
    timing: Timing = False,
    postpone: Postpone = False,
    watch: Watch = None,
    exclude: Exclude = None,
    profile: Profile = None,
    build: Build = None,
    version: Annotated[
        bool, typer.Option("-V", "--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> int:
    given = run_options(directory, config, ui, once, timing, postpone, watch, exclude, profile, build)
    options = merged(ctx, **given)
    if ctx.invoked_subcommand is not None:
        return 0
    from hotrun.cli.run import run

    return run(options)


@command("run")
def run_names(
    ctx: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", show_default=False, help="Run only these processes, and what they need."),
    ] = None,
    directory: Directory = None,
    config: Config = None,
    ui: Ui = None,
    once: Once = False,
    timing: Timing = False,
    postpone: Postpone = False,
    watch: Watch = None,
    exclude: Exclude = None,
    profile: Profile = None,
    build: Build = None,
) -> int:
    from hotrun.cli.run import run

    given = run_options(directory, config, ui, once, timing, postpone, watch, exclude, profile, build)
    return run(merged(ctx, names=tuple(names or ()), **given))


@command("init")
def init(
    ctx: typer.Context,
    directory: Directory = None,
    pick: Annotated[
        int | None, typer.Option("--pick", metavar="N", help="Choose project N when several are detected.")
    ] = None,
    from_file: Annotated[
        str | None,
        typer.Option("--from", metavar="FILE", help="Convert another tool's file: air, bee, modd, nodemon, ..."),
    ] = None,
    from_command: Annotated[
        str | None,
        typer.Option("--from-command", metavar="CMD", help="Convert a command line: wgo, watchexec, entr, ..."),
    ] = None,
    vscode: Annotated[bool, typer.Option("--vscode", help="Write a task for VS Code instead.")] = False,
) -> int:
    options = only(ctx, "directory", directory=directory)
    if vscode:
        from hotrun.cli.vscode import init_vscode

        return init_vscode(options)
    from hotrun.cli.init import init

    return init(options, pick, from_file, from_command)


@command("check")
def check(
    ctx: typer.Context,
    directory: Directory = None,
    config: Config = None,
    profile: Profile = None,
    expand: Annotated[
        bool, typer.Option("--expand", help="Print it with every step written out, also those that [go] stands for.")
    ] = False,
) -> int:
    from hotrun.cli.check import check

    return check(only(ctx, *_WATCHING, directory=directory, config=config, profile=profile), expand)


@command("demo")
def demo(
    ctx: typer.Context,
    check: Annotated[bool, typer.Option("--check", help="Test it: make an edit, wait for the result, exit.")] = False,
) -> int:
    from hotrun.cli.demo import demo

    return demo(only(ctx, "ui", "once"), check)


@command("schema")
def schema(
    ctx: typer.Context,
    kind: Annotated[str, typer.Argument(metavar="[config|events]", help="Print this one.")] = "config",
) -> int:
    from hotrun.cli.schema import schema

    only(ctx, "directory")
    return schema(kind)


@command("why")
def why(
    ctx: typer.Context,
    path: Annotated[str, typer.Argument(metavar="PATH", help="Explain this file or folder.")],
    as_json: Json = False,
    directory: Directory = None,
    config: Config = None,
    profile: Profile = None,
) -> int:
    from hotrun.cli.why import why

    return why(only(ctx, *_WATCHING, directory=directory, config=config, profile=profile), path, as_json)


@command("doctor")
def doctor(ctx: typer.Context, directory: Directory = None, config: Config = None, profile: Profile = None) -> int:
    from hotrun.cli.doctor import doctor

    return doctor(only(ctx, *_WATCHING, directory=directory, config=config, profile=profile))


@command("help")
def show_help(
    ctx: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="[COMMAND]", show_default=False, help="Show the help of this command.")
    ] = None,
) -> int:
    only(ctx)
    root: Any = ctx.find_root()
    if name is not None and name not in COMMANDS:
        raise HotrunError(f"no such command: {name}", did_you_mean(name, COMMANDS) or "hotrun help lists the commands")
    page = root if name is None else root.command.commands[name].make_context(name, [], root, resilient_parsing=True)
    print(page.get_help())
    return 0


@command("go-check")
def go_check(
    ctx: typer.Context,
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="HOST PLUGIN...", show_default=False, help="Compare the host with the plugins, in this order."
        ),
    ] = None,
    symbols: Annotated[
        list[str] | None,
        typer.Option("--symbol", metavar="NAME", help="Expect NAME in each plugin. Repeatable."),
    ] = None,
    as_json: Json = False,
) -> int:
    from hotrun.cli.go_check import go_check

    only(ctx)
    return go_check(files or [], symbols or (), as_json)
