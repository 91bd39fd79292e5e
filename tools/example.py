"""Generate hotrun.toml.example: every key of the model with its description, default and an example."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

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
from hotrun.config.tables.parsers import ParserTable
from hotrun.config.writing import toml_text
from hotrun.config.writing.keys import Key, keys_of, plain

WIDTH = 120
HEAD = """\
#:schema ./hotrun.schema.json
# For completion and checks in an editor: hotrun schema config > hotrun.schema.json
#
# Every key of hotrun.toml. Remove the "#" of a line such as "#poll = ..." to use that key.
# Only one [build.NAME] or [run.NAME] is required. docs/config.md has more about each key.
# A duration is "300ms", "1.5s", "2m" or "1h". Patterns are those of .gitignore, relative to this folder.
"""
PROFILE = """\
# --profile NAME applies these tables over the file. Tables merge key by key, values and arrays replace.
[profile.release]
build.app.command = "go build -trimpath -o tmp/app ."
env.LOG = "info"
"""


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A table of the example: its header, and the table of the model that it shows.

    `values` replace the examples of the model. `on` has the optional keys that are not comments. `only` has the keys to
    show, and `without` those to leave out. `is_off`: the whole table is a comment.
    """

    header: str
    table: type[Table]
    about: str = ""
    values: Mapping[str, Any] = {}
    on: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    is_off: bool = False


SECTIONS = (
    Section(header="", table=Config, only=("env_files",), on=("env_files",)),
    Section(header="[watch]", table=WatchTable, on=("exclude",)),
    Section(header="[build]", table=BuildOptions, on=("jobs",)),
    Section(
        header="[build.generate]",
        table=BuildStep,
        about="A step that the next one needs.",
        values={"command": ["go", "generate", "./..."], "paths": ["**/*.templ"], "outputs": ["**/*_templ.go"]},
        only=("command", "paths", "outputs"),
        on=("paths", "outputs"),
    ),
    Section(
        header="[build.app]",
        table=BuildStep,
        values={"command": "go build -o tmp/app .", "paths": ["version.txt"]},
        on=("paths", "inputs", "needs", "outputs"),
    ),
    Section(
        header="[run.web]",
        table=RunProcess,
        values={"command": "tmp/app", "env": {"PORT": "8000"}},
        without=("ready", "reload"),
        on=("needs", "paths", "listen"),
    ),
    Section(header="[run.web.ready]", table=ReadyTable, on=("log", "timeout")),
    Section(header="[run.web.reload]", table=ReloadTable, on=("paths", "signal")),
    Section(header="[go]", table=Go, without=("host", "plugin"), is_off=True),
    Section(header="[go.host]", table=GoHost, is_off=True),
    Section(
        header="[[go.plugin]]",
        table=GoPlugin,
        values={"package": "./plugins/auth", "output": "tmp/plugins/auth.so", "flags": ["-buildvcs=false"]},
        is_off=True,
    ),
    Section(header="[proxy]", table=Proxy, is_off=True),
    Section(
        header="[[parser]]",
        table=ParserTable,
        values={
            "examples": [{"text": "ERR a.x@3:0\n  bad", "file": "a.x", "line": 3, "column": 1, "message": "bad"}],
        },
        without=("errorformat",),
        is_off=True,
    ),
    Section(
        header="[[parser]]",
        table=ParserTable,
        about="A custom parser with Vim's errorformat, and an example that compares other keys.",
        values={
            "name": "othertool",
            "errorformat": "%f:%l:%c:%e:%k: %t%n %m",
            "examples": [
                {"text": "a.x:3:1:3:5: W7 odd", "severity": "warning", "end_line": 3, "end_column": 5, "code": "7"}
            ],
        },
        only=("name", "errorformat", "examples"),
        is_off=True,
    ),
    Section(header="[ui]", table=UiTable),
    Section(header="[exports.bacon]", table=ExportTable),
)


def example() -> str:
    """Return the text of hotrun.toml.example."""
    return "\n".join([HEAD, *("".join(_lines(section)) for section in SECTIONS), PROFILE])


def _lines(section: Section) -> Iterator[str]:
    if section.header:
        yield _remark(section.about or _purpose(section.table))
        yield f"{'#' if section.is_off else ''}{section.header}\n"
    for key in keys_of(section.table).values():
        if key.name not in section.without and (not section.only or key.name in section.only):
            yield from _key(key, section)
    if section.table is Config:
        env = keys_of(Config)["env"]
        yield f"\n{_remark(f'{env.comment} Default: none.')}[env]\n"
        yield from (f"{name} = {toml_text.value(value)}\n" for name, value in env.example.items())


def _key(key: Key, section: Section) -> Iterator[str]:
    is_on = not section.is_off and (key.is_required or key.name in section.on)
    yield _remark(f"{key.comment} {_default(key)}")
    yield f"{'' if is_on else '#'}{key.assignment(section.values.get(key.name))}\n"


def _default(key: Key) -> str:
    return "Required." if key.default == "required" else f"Default: {plain(key.default)}."


def _purpose(table: type[Table]) -> str:
    return " ".join((table.__doc__ or "").split())


def _remark(text: str) -> str:
    return textwrap.fill(text, WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False) + "\n"
