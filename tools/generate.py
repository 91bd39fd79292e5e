"""Generate hotrun.toml.example and the marked parts of docs/*.md from the code.

python -m tools.generate

A marked part is between the lines `<!-- generated: NAME -->` and `<!-- end of generated -->`. PARTS has the function
that generates it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import typer.main

from hotrun.cli.command_line import app
from hotrun.cli.command_table import COMMANDS
from hotrun.config.tables.common import Table
from hotrun.config.tables.go import Go, GoHost, GoPlugin
from hotrun.config.tables.model import (
    BuildOptions,
    BuildStep,
    Config,
    ExportTable,
    Proxy,
    ReadyTable,
    ReloadTable,
    RunProcess,
    UiTable,
    WatchTable,
)
from hotrun.config.tables.parsers import ExampleTable, ParserTable
from hotrun.config.writing.keys import keys_of
from hotrun.core.model.requests import QUESTIONS, REQUESTS
from hotrun.keys.actions import ACTIONS, DEFAULT_KEYS
from tools.example import example

REPOSITORY = Path(__file__).parents[1]
COMMAND = "python -m tools.generate"
_PART = re.compile(r"(?ms)^<!-- generated: (.+?) -->\n.*?^<!-- end of generated -->$")

# Each table and the keys to list, or all. The tables in Config have sections of their own.
_TABLES: dict[str, tuple[type[Table], tuple[str, ...]]] = {
    "top level": (Config, ("env_files",)),
    "[watch]": (WatchTable, ()),
    "[build]": (BuildOptions, ()),
    "[build.NAME]": (BuildStep, ()),
    "[run.NAME]": (RunProcess, ()),
    "[run.NAME.ready]": (ReadyTable, ()),
    "[run.NAME.reload]": (ReloadTable, ()),
    "[go]": (Go, ()),
    "[go.host]": (GoHost, ()),
    "[go.plugin]": (GoPlugin, ()),
    "[proxy]": (Proxy, ()),
    "[parser]": (ParserTable, ()),
    "[parser.examples]": (ExampleTable, ()),
    "[ui]": (UiTable, ()),
    "[exports.NAME]": (ExportTable, ()),
}


def key_table(name: str) -> str:
    """Return the Markdown table of the keys in a section of docs/config.md."""
    table, only = _TABLES[name]
    rows = [
        f"| `{key.name}` | {key.default} | {key.description} |"
        for key in keys_of(table).values()
        if not only or key.name in only
    ]
    return "\n".join(["| key | default | meaning |", "|---|---|---|", *rows])


def action_table(_name: str) -> str:
    """Return the Markdown table of the actions."""
    rows = [
        f"| `{action}` | {', '.join(f'`{json.dumps(key)}`' for key in keys)} | {ACTIONS[action].help} |"
        for action, keys in DEFAULT_KEYS.items()
    ]
    return "\n".join(["| action | keys | what it does |", "|---|---|---|", *rows])


def command_table(_name: str) -> str:
    """The table of the commands."""
    rows = [
        ("hotrun", "Run the project in this folder.", "0"),
        ("hotrun -- COMMAND", "Restart COMMAND on every change, without a configuration.", "0"),
        ("hotrun --once", "Build once, and start no process.", "0 passed, 1 failed"),
        *(
            (f"hotrun {name} {row.argument}".strip().replace("|", r"\|"), row.help, row.exits)
            for name, row in COMMANDS.items()
        ),
    ]
    return "\n".join(
        ["| command | what it does | exit code |", "|---|---|---|", *(f"| `{n}` | {h} | {e} |" for n, h, e in rows)]
    )


def request_table(_name: str) -> str:
    """The table of what the control socket answers."""
    rows = [(cmd, ", ".join(f"`{name}`" for name in kind.arguments), kind.help) for cmd, kind in QUESTIONS.items()]
    rows += [
        (verb, f"`name` of a {kind.argument}, optional" if kind.argument else "", kind.help)
        for verb, kind in REQUESTS.items()
    ]
    return "\n".join(
        [
            "| cmd | args | what it does |",
            "|---|---|---|",
            *(f"| `{cmd}` | {args} | {help} |" for cmd, args, help in rows),
        ]
    )


def help_pages(_name: str) -> str:
    """Every page of --help, as a terminal of 100 columns shows it."""
    group: Any = typer.main.get_command(app)
    context = group.make_context("hotrun", [], resilient_parsing=True, terminal_width=98)
    pages = [("hotrun", group.get_help(context))]
    for name in COMMANDS:
        command = group.commands[name]
        inner = command.make_context(name, [], parent=context, resilient_parsing=True)
        pages.append((f"hotrun {name}", command.get_help(inner)))
    return "```text\n" + "\n\n".join(f"$ {line} --help\n{page}" for line, page in pages) + "\n```"


PARTS: dict[str, Callable[[str], str]] = {
    **dict.fromkeys(_TABLES, key_table),
    "actions": action_table,
    "commands": command_table,
    "requests": request_table,
    "help pages": help_pages,
}


def filled(page: str) -> str:
    """Return a page with each marked part generated again. Raises KeyError for an unknown part."""
    return _PART.sub(
        lambda found: f"<!-- generated: {found[1]} -->\n\n{PARTS[found[1]](found[1])}\n\n<!-- end of generated -->",
        page,
    )


def files() -> Iterator[tuple[Path, str]]:
    """Yield each file that is generated, wholly or in part, with the text that it should have."""
    yield REPOSITORY / "hotrun.toml.example", example()
    for path in sorted((REPOSITORY / "docs").glob("*.md")):
        text = path.read_text(encoding="utf-8")
        if _PART.search(text):
            yield path, filled(text)


def main() -> None:
    """Write the files that are out of date, and print their names."""
    for path, text in files():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(REPOSITORY)}")


if __name__ == "__main__":
    main()
