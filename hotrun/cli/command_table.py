"""The commands of `hotrun`, one row each: for --help, for the nearest word to a mistyped one, and for docs/commands.md.

The rows of commands that ask a running hotrun for something are made from REQUESTS.
"""

from __future__ import annotations

from typing import NamedTuple

from hotrun.core.model.requests import REQUESTS

RUN, SET_UP, RUNNING, EXPLAIN, GO = "Run", "Set up", "While it runs", "Find out why", "Go plugins"


class CommandRow(NamedTuple):
    """`argument` as the usage shows it. `examples`: what to type, and what that is for. `exits` as docs show it."""

    group: str
    help: str
    argument: str = ""
    examples: tuple[tuple[str, str], ...] = ()
    exits: str = "0"


_NOT_RUNNING = "3 not running"


def _requests() -> dict[str, CommandRow]:
    """The commands that ask for something; a new row of REQUESTS with a reply is one of them."""
    found: dict[str, CommandRow] = {}
    for verb, kind in REQUESTS.items():
        if kind.reply:
            argument = f"[{kind.argument.upper()}]" if kind.argument is not None else ""
            example = f"hotrun {verb}"
            examples = ((example, "everything"), (f"{example} app", f"only the {kind.argument} app"))
            found[verb] = CommandRow(
                RUNNING, kind.help, argument, examples if kind.argument is not None else (), f"0, {_NOT_RUNNING}"
            )
    return found


COMMANDS: dict[str, CommandRow] = {
    "run": CommandRow(
        RUN,
        "Run the project, or only some processes and what they need.",
        "[NAME]...",
        (("hotrun run web", "only web, and the steps that it needs"), ("hotrun run", "the same as hotrun")),
    ),
    "init": CommandRow(
        SET_UP,
        "Write hotrun.toml for the detected project, or convert another tool's configuration.",
        "",
        (
            ("hotrun init", "from what is detected"),
            ("hotrun init --from .air.toml", "from another tool's file"),
            ('hotrun init --from-command "wgo run ."', "from another tool's command line"),
        ),
    ),
    "check": CommandRow(
        SET_UP,
        "Validate the configuration, and warn about patterns that match no files.",
        "",
        (("hotrun check", "errors with file, line and key"), ("hotrun check --expand", "print it with defaults")),
    ),
    "demo": CommandRow(SET_UP, "Try hotrun on a sample project in a temporary folder."),
    "schema": CommandRow(
        SET_UP,
        "Print the JSON Schema of the configuration or of the events.",
        "[config|events]",
        (("hotrun schema > hotrun.schema.json", "for editors"), ("hotrun schema events", "of --ui json")),
    ),
    "status": CommandRow(
        RUNNING,
        "Show the state, the last build, and the processes.",
        "",
        (("hotrun status", "the build result as exit code"), ("hotrun status --json", "everything, for scripts")),
        f"0 passed, 1 failed, {_NOT_RUNNING}",
    ),
    "errors": CommandRow(
        RUNNING,
        "List the current errors and warnings.",
        "",
        (("hotrun errors", "for people"), ("hotrun errors --json", "for scripts")),
        f"0 no errors, 1 some, {_NOT_RUNNING}",
    ),
    "open": CommandRow(
        RUNNING,
        "Open an error in your editor.",
        "N",
        (("hotrun open 1", "the first error of hotrun errors"),),
        f"0, 1 no such error, {_NOT_RUNNING}",
    ),
    **_requests(),
    "why": CommandRow(
        EXPLAIN,
        "Explain whether a path is watched, and what a change to it triggers.",
        "PATH",
        (("hotrun why main.go", "by which rule, and the last decisions"),),
        "0 it triggers something, 1 nothing",
    ),
    "doctor": CommandRow(
        EXPLAIN,
        "Check this machine and project for problems: watch limits, file systems, ports in use.",
        exits="0, 1 problems found",
    ),
    "help": CommandRow(
        EXPLAIN,
        "Show the help of hotrun or of a command.",
        "[COMMAND]",
        (("hotrun help init", "the same as hotrun init --help"),),
    ),
    "go-check": CommandRow(
        GO,
        "Check whether a Go program can open these plugins. Only the files are read.",
        "HOST PLUGIN...",
        (("hotrun go-check tmp/host tmp/auth.so", "is this plugin compatible?"),),
        "0 compatible, 1 not",
    ),
}
