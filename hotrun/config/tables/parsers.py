"""The tables of the configuration file for custom parsers: [[parser]] and its examples."""

# No `from __future__ import annotations`, for the reason in model.py.

from typing import Annotated, Literal

from msgspec import Meta

from hotrun.config.tables.common import Name, Table
from hotrun.config.tables.values import Regex
from hotrun.core.model.project import Severity

ParserKind = Literal["line", "block"]
SeverityName = Annotated[Severity, Meta(extra={"expected": '"error", "warning", "info", "note" or "hint"'})]


class ExampleTable(Table, frozen=True):
    """A text, and what a custom parser must find in it: one problem, with the keys that are given."""

    text: Annotated[str, Meta(min_length=1, description="Output of the tool.", extra={"expected": "a text"})]
    file: Annotated[str | None, Meta(description="The file, as it is printed.")] = None
    line: Annotated[int | None, Meta(description="The line, from 1.")] = None
    column: Annotated[int | None, Meta(description="The column, from 1.")] = None
    end_line: Annotated[int | None, Meta(description="The last line, from 1.")] = None
    end_column: Annotated[int | None, Meta(description="The column where it ends, from 1.")] = None
    severity: Annotated[SeverityName | None, Meta(description="The severity.")] = None
    code: Annotated[str | None, Meta(description="The code.")] = None
    message: Annotated[str | None, Meta(description="The message.")] = None


OneExample = Annotated[ExampleTable, Meta(extra={"expected": "a table with the key text"})]


class ParserTable(Table, frozen=True):
    """A custom parser for the output of steps: by a regular expression, or by Vim's errorformat."""

    name: Annotated[Name, Meta(description="The name, for `parsers` and for what it finds.")]
    kind: Annotated[
        ParserKind,
        Meta(description="Whether a problem is a line, or a block: a line and those that complete it."),
    ] = "line"
    match: Annotated[
        Regex | None,
        Meta(description="A regular expression for the line of a problem, with named groups such as file and line."),
    ] = None
    match_next: Annotated[
        list[Regex],
        Meta(description="Regular expressions for the lines that complete a block, in this order."),
    ] = []
    max_lines: Annotated[
        Annotated[int, Meta(ge=1, le=100, extra={"expected": "a number from 1 to 100"})],
        Meta(description="Within how many lines all of `match_next` must match; as many as it has if left out."),
    ] = 0
    continuation: Annotated[
        Regex | None,
        Meta(description="A regular expression for lines that follow and belong to it, as its detail."),
    ] = None
    errorformat: Annotated[
        Annotated[str, Meta(min_length=1)] | list[str] | None,
        Meta(
            description="Instead of match: one or more strings as Vim's option errorformat has them.",
            extra={"expected": 'a string such as "%f:%l: %m", or an array of them'},
        ),
    ] = None
    tool: Annotated[
        str | None, Meta(description="The tool that its problems are signed with; its name if left out.")
    ] = None
    severity: Annotated[
        SeverityName | dict[str, Severity] | None,
        Meta(
            description="The severity of all it finds, or a table of what the words in the group severity mean.",
            extra={"expected": 'a severity such as "warning", or a table such as { WRN = "warning" }'},
        ),
    ] = None
    column_base: Annotated[
        Annotated[int, Meta(ge=0, le=1, extra={"expected": "0 or 1"})],
        Meta(description="What the tool calls the first column."),
    ] = 1
    examples: Annotated[
        list[OneExample],
        Meta(description="Texts and what it must find in them; `hotrun check` tries them."),
    ] = []
