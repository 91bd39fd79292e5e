"""The command line as typer sees it: flags become Options, Options become a call, its result the exit code."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import typer
from typer.core import TyperGroup
from typer.exceptions import Exit, TyperException

from hotrun import __version__
from hotrun.cli.options import Options
from hotrun.errors import HotrunError

Directory = Annotated[str | None, typer.Option("-C", "--directory", metavar="DIR", help="Work in DIR.")]
Config = Annotated[str | None, typer.Option("-c", "--config", metavar="FILE", help="Use this hotrun.toml.")]
Ui = Annotated[str | None, typer.Option("--ui", metavar="UI", help="auto, inline, full, plain or json.")]
Once = Annotated[bool, typer.Option("--once", help="Build once, then exit 0 (passed) or 1 (failed); for CI.")]
Timing = Annotated[bool, typer.Option("--timing", help="Show where the time went after each build.")]
Postpone = Annotated[bool, typer.Option("--postpone", help="Start nothing before the first change.")]
Watch = Annotated[
    list[str] | None, typer.Option("-w", "--watch", metavar="PATH", help="Watch this instead; may be repeated.")
]
Exclude = Annotated[
    list[str] | None, typer.Option("-x", "--exclude", metavar="PATTERN", help="Do not watch this; may be repeated.")
]
Profile = Annotated[
    str | None, typer.Option("--profile", metavar="NAME", help="Lay the table profile.NAME over the file.")
]
Build = Annotated[str | None, typer.Option("--build", metavar="CMD", help="With -- COMMAND: build with this first.")]
Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", show_default=False)]

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

HELP = """Rebuilds your project when you save, and restarts it only if the build passes.

hotrun [OPTIONS] [NAME]...        run the project in this folder (or only NAME... and what they need)

hotrun [OPTIONS] -- COMMAND ...   no configuration: restart COMMAND on every change
"""


class _Group(TyperGroup):
    """A first word that is no command is the name of a process."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401  # the parser's own types are private
        if args[0] in self.commands:
            return super().resolve_command(ctx, args)
        return "run", self.commands["run"], args


app = typer.Typer(
    cls=_Group,
    help=HELP,
    invoke_without_command=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    subcommand_metavar="[COMMAND | NAME...] [-- COMMAND ...]",
)


def parse_and_run(args: list[str]) -> int:
    """Parse `args` (without the program's name) and carry them out; returns the exit code. Raises HotrunError."""
    command: tuple[str, ...] | None = None
    if "--" in args:
        at = args.index("--")
        args, command = args[:at], tuple(args[at + 1 :])
        if not command:
            raise HotrunError("nothing follows --", "hotrun -- COMMAND ...")
    try:
        result = app(args, prog_name="hotrun", standalone_mode=False, obj=Options(command=command))
    except Exit as done:
        return done.exit_code
    except TyperException as error:
        raise _in_our_words(error) from error
    return result if isinstance(result, int) else 0


def _in_our_words(error: TyperException) -> HotrunError:
    """What the parser has to say, in the form of all other errors."""
    ctx: Any = getattr(error, "ctx", None)
    help_of = f"{ctx.command_path} --help" if ctx is not None and not ctx.command.hidden else "hotrun --help"
    option = getattr(error, "option_name", None)
    near = getattr(error, "possibilities", None)  # the nearest first
    if near:
        return HotrunError(f"no such option: {option}", f'did you mean "{near[0]}"? {help_of} lists the options')
    text = error.format_message().removesuffix(".")
    return HotrunError(text[:1].lower() + text[1:], f"{help_of} lists the options")


def _with(ctx: typer.Context, **given: object) -> Options:
    """The options so far with those laid over that were given here; an empty text was given, too."""
    found: Options = ctx.obj
    told = {name: value for name, value in given.items() if not (value is None or value is False or value == ())}
    ctx.obj = msgspec.structs.replace(found, **told)
    options: Options = ctx.obj
    return options


def _only(ctx: typer.Context, *used: str, **given: object) -> Options:
    """As `_with`, for a command that heeds the options `used`. Raises HotrunError for one that it would ignore."""
    options = _with(ctx, **given)
    for name, flag in FLAGS.items():
        if name not in used and getattr(options, name) != getattr(Options(), name):
            raise HotrunError(
                f"{flag} does not go with hotrun {ctx.info_name}", f"hotrun {ctx.info_name} --help lists the options"
            )
    return options


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
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> int:
    given = _run_options(directory, config, ui, once, timing, postpone, watch, exclude, profile, build)
    options = _with(ctx, **given)
    if ctx.invoked_subcommand is not None:
        return 0
    from hotrun.cli.run import run

    return run(options)


@app.command("run", hidden=True)
def run_names(
    ctx: typer.Context,
    names: Names = None,
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
    """Run only these processes and what they need."""
    from hotrun.cli.run import run

    given = _run_options(directory, config, ui, once, timing, postpone, watch, exclude, profile, build)
    return run(_with(ctx, names=tuple(names or ()), **given))


@app.command()
def check(
    ctx: typer.Context,
    directory: Directory = None,
    config: Config = None,
    profile: Profile = None,
    expand: Annotated[
        bool, typer.Option("--expand", help="Print it with every step spelled out, also those that [go] stands for.")
    ] = False,
) -> int:
    """Validate the configuration; warn of patterns that match nothing."""
    from hotrun.cli.check import check

    used = ("directory", "config", "profile", "watch", "exclude")
    return check(_only(ctx, *used, directory=directory, config=config, profile=profile), expand)


@app.command()
def init(
    ctx: typer.Context,
    directory: Directory = None,
    pick: Annotated[int | None, typer.Option("--pick", metavar="N", help="Which one, where several fit.")] = None,
    from_file: Annotated[
        str | None,
        typer.Option("--from", metavar="FILE", help="Take over another tool's file: air, bee, modd, nodemon, ..."),
    ] = None,
    from_command: Annotated[
        str | None,
        typer.Option("--from-command", metavar="CMD", help="Take over a command line: wgo, watchexec, entr, ..."),
    ] = None,
    vscode: Annotated[bool, typer.Option("--vscode", help="Write the task for VS Code instead.")] = False,
) -> int:
    """Write a commented hotrun.toml from what is detected here, or from what another tool is told."""
    options = _only(ctx, "directory", directory=directory)
    if vscode:
        from hotrun.cli.vscode import init_vscode

        return init_vscode(options)
    from hotrun.cli.init import init

    return init(options, pick, from_file, from_command)


@app.command()
def schema(ctx: typer.Context, kind: Annotated[str, typer.Argument(metavar="config|events")] = "config") -> int:
    """Print the JSON Schema of the configuration or of the events."""
    from hotrun.cli.schema import schema

    _only(ctx, "directory")
    return schema(kind)


@app.command()
def demo(
    ctx: typer.Context,
    check: Annotated[bool, typer.Option("--check", help="Make an edit, wait until it is served, end.")] = False,
) -> int:
    """Run a small real project in a temporary folder."""
    from hotrun.cli.demo import demo

    return demo(_only(ctx, "ui", "once"), check)


@app.command()
def why(
    ctx: typer.Context,
    path: Annotated[str, typer.Argument(metavar="PATH")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
    directory: Directory = None,
    config: Config = None,
    profile: Profile = None,
) -> int:
    """Say whether PATH is watched, by which rule, and what a change to it would start."""
    from hotrun.cli.why import why

    used = ("directory", "config", "profile", "watch", "exclude")
    return why(_only(ctx, *used, directory=directory, config=config, profile=profile), path, as_json)


@app.command()
def doctor(ctx: typer.Context, directory: Directory = None, config: Config = None, profile: Profile = None) -> int:
    """Look for what would keep hotrun from working here: limits, file systems, held ports."""
    from hotrun.cli.doctor import doctor

    used = ("directory", "config", "profile", "watch", "exclude")
    return doctor(_only(ctx, *used, directory=directory, config=config, profile=profile))


@app.command()
def status(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print all of it as JSON.")] = False,
    timing: Annotated[bool, typer.Option("--timing", help="Say where the time of the last build went.")] = False,
    directory: Directory = None,
) -> int:
    """Say how the hotrun that runs here is doing."""
    from hotrun.cli.status import status

    options = _only(ctx, "directory", "timing", directory=directory, timing=timing)
    return status(options.directory, as_json, options.timing)


@app.command()
def errors(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print the diagnostics as a JSON array.")] = False,
    vim: Annotated[bool, typer.Option("--vim", help="For Vim's :cfile and :cgetexpr, and for Emacs.")] = False,
    github: Annotated[bool, typer.Option("--github", help="Annotations for GitHub Actions.")] = False,
    sarif: Annotated[bool, typer.Option("--sarif", help="A SARIF 2.1.0 document.")] = False,
    most: Annotated[int | None, typer.Option("-n", metavar="N", min=0, help="Print N of them at most.")] = None,
    directory: Directory = None,
) -> int:
    """Print what is wrong in the hotrun that runs here."""
    from hotrun.cli.errors import errors

    options = _only(ctx, "directory", directory=directory)
    wanted = {"json": as_json, "vim": vim, "github": github, "sarif": sarif}
    given = [form for form, is_given in wanted.items() if is_given]
    if len(given) > 1:
        raise HotrunError(f"--{given[0]} and --{given[1]} do not go together", "leave one of them out")
    return errors(options.directory, given[0] if given else None, most)


@app.command("open")
def open_problem(
    ctx: typer.Context,
    number: Annotated[int, typer.Argument(metavar="N", help="Which one, as `hotrun errors` lists them, from 1.")],
    directory: Directory = None,
) -> int:
    """Open the place of problem N in the editor."""
    from hotrun.cli.open import open_problem

    return open_problem(_only(ctx, "directory", directory=directory).directory, number)


@app.command()
def build(
    ctx: typer.Context,
    step: Annotated[str | None, typer.Argument(metavar="STEP", show_default=False)] = None,
    directory: Directory = None,
) -> int:
    """Tell the hotrun that runs here to build: what is pending, else everything, or STEP."""
    return _request(ctx, "build", step, directory)


@app.command()
def restart(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="NAME", show_default=False)] = None,
    directory: Directory = None,
) -> int:
    """Tell the hotrun that runs here to restart its processes, or NAME."""
    return _request(ctx, "restart", name, directory)


@app.command()
def pause(ctx: typer.Context, directory: Directory = None) -> int:
    """Tell the hotrun that runs here to start nothing, and to collect what changes."""
    return _request(ctx, "pause", None, directory)


@app.command()
def resume(ctx: typer.Context, directory: Directory = None) -> int:
    """Tell the hotrun that runs here to go on."""
    return _request(ctx, "resume", None, directory)


@app.command()
def stop(ctx: typer.Context, directory: Directory = None) -> int:
    """Tell the hotrun that runs here to end, with everything that it has started."""
    return _request(ctx, "stop", None, directory)


def _request(ctx: typer.Context, verb: str, name: str | None, directory: str | None) -> int:
    from hotrun.cli.request import request

    return request(_only(ctx, "directory", directory=directory).directory, verb, name)


@app.command("go-check")
def go_check(
    ctx: typer.Context,
    files: Annotated[list[str] | None, typer.Argument(metavar="HOST PLUGIN...", show_default=False)] = None,
    symbols: Annotated[
        list[str] | None,
        typer.Option("--symbol", metavar="NAME", help="What the host looks up in each plugin; may be repeated."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
) -> int:
    """Say whether a Go program can open these plugins, and if not, why; nothing is started."""
    from hotrun.cli.go_check import go_check

    _only(ctx)
    return go_check(files or [], symbols or (), as_json)


def _run_options(
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
