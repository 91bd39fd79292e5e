"""The tables for custom parsers: [[parser]] and its examples."""

# No `from __future__ import annotations`. model.py has the reason.

from typing import Annotated, Literal

from msgspec import Meta

from hotrun.config.tables.common import Name, Table
from hotrun.config.tables.values import Regex
from hotrun.core.model.project import Severity
from hotrun.core.model.settings import about

ParserKind = Literal["line", "block"]
SeverityName = Annotated[Severity, Meta(extra={"expected": '"error", "warning", "info", "note" or "hint"'})]


class ExampleTable(Table, frozen=True):
    """A text, and the one problem that a custom parser must find in it. Only the keys that are set are compared."""

    text: Annotated[
        str,
        Meta(min_length=1, extra={"expected": "a text"}),
        about("Parse this output of the tool, one or more lines."),
    ]
    file: Annotated[str | None, about("Expect this file, as printed.", default="not compared")] = None
    line: Annotated[int | None, about("Expect this line, from 1.", default="not compared")] = None
    column: Annotated[int | None, about("Expect this column, from 1.", default="not compared")] = None
    end_line: Annotated[int | None, about("Expect this last line, from 1.", default="not compared")] = None
    end_column: Annotated[
        int | None, about("Expect this end column, just behind the last character, from 1.", default="not compared")
    ] = None
    severity: Annotated[SeverityName | None, about("Expect this severity.", default="not compared")] = None
    code: Annotated[str | None, about("Expect this code.", default="not compared")] = None
    message: Annotated[str | None, about("Expect this message.", default="not compared")] = None


OneExample = Annotated[ExampleTable, Meta(extra={"expected": "a table with the key text"})]


class ParserTable(Table, frozen=True):
    """A custom parser for the output of steps. It uses a regular expression or Vim's errorformat."""

    name: Annotated[Name, about("Use this name in `parsers`.", example="mytool")]
    kind: Annotated[
        ParserKind,
        about('Read a problem from one `"line"`, or from a `"block"` of several lines.', example="block"),
    ] = "line"
    match: Annotated[
        Regex | None,
        about(
            "Match a line with a problem. Use named groups such as `file` and `message`.",
            example=r"(?P<severity>ERR|WRN) (?P<file>\S+)@(?P<line>\d+):(?P<column>\d+)",
            default="none",
        ),
    ] = None
    match_next: Annotated[
        list[Regex],
        about("Match the following lines of a block, in this order.", example=[r" +(?P<message>\S.*)$"]),
    ] = []
    max_lines: Annotated[
        Annotated[int, Meta(ge=1, le=100, extra={"expected": "a number from 1 to 100"})],
        about(
            "Match all of `match_next` within this many lines, 1 to 100.",
            example=3,
            default="as many as `match_next` has",
        ),
    ] = 0
    continuation: Annotated[
        Regex | None,
        about("Add the following lines that match this as details.", example=" {4}"),
    ] = None
    errorformat: Annotated[
        Annotated[str, Meta(min_length=1)] | list[str] | None,
        Meta(extra={"expected": 'a string such as "%f:%l: %m", or an array of them'}),
        about(
            "Use this instead of `match`. One or more strings as in Vim's option `errorformat`.", example="%f:%l: %m"
        ),
    ] = None
    tool: Annotated[
        str | None, about("Show this name as the tool of its problems.", example="mytool", default="its `name`")
    ] = None
    severity: Annotated[
        SeverityName | dict[str, Severity] | None,
        Meta(extra={"expected": 'a severity such as "warning", or a table such as { WRN = "warning" }'}),
        about(
            "Set the severity of all its problems, or map the words of the group `severity`.",
            example={"ERR": "error", "WRN": "warning"},
            default="common words are understood",
        ),
    ] = None
    column_base: Annotated[
        Annotated[int, Meta(ge=0, le=1, extra={"expected": "0 or 1"})],
        about("Count columns from `0` or `1`, as the tool does.", example=0),
    ] = 1
    examples: Annotated[
        list[OneExample],
        about("List texts and the problem expected in each. `hotrun check` tests them."),
    ] = []
