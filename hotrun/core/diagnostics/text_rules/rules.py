"""The table of rules: the keys of each kind of rule, and which rules read a command's output.

Patterns are compiled at their first use.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal

import msgspec

from hotrun.core.diagnostics.json_formats import formats
from hotrun.core.diagnostics.text_rules.programs import program_name
from hotrun.core.model.events import Severity
from hotrun.errors import HotrunError

if TYPE_CHECKING:
    from hotrun.core.diagnostics.custom_pattern import CustomPattern

AUTO = formats.AUTO
NONE = "none"
RUNTIME = "runtime"

_SEVERITIES: dict[str, Severity] = {
    **dict.fromkeys(("error", "fatal error", "fatal", "failed", "fail", "✖", "\u00d7", "✘"), "error"),
    **dict.fromkeys(("warning", "warn", "⚠", "▲", "!"), "warning"),
    **dict.fromkeys(("info", "information", "message", "remark", "style", "i", "ⓘ"), "info"),
    "note": "note",
    "hint": "hint",
    "help": "hint",
}


@functools.cache
def compiled(pattern: str) -> re.Pattern[str]:
    """The compiled pattern, which is compiled once, at its first use."""
    return re.compile(pattern)


@functools.cache
def _custom(pattern: str) -> CustomPattern:
    from hotrun.core.diagnostics.custom_pattern import custom_pattern

    return custom_pattern(pattern)


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """The keys of all rules. Patterns are Python's, matched from the start of a line without ANSI sequences.

    Named groups: file, line, column, end_line, end_column, severity, code, message, and for a related place on the same
    line other_file, other_line, other. `caret`: a mark in the problem's column. `member`: the name of the code at the
    place, as package.Class.method.
    """

    name: str
    tool: str = ""  # the tool of its findings, and a name to select rules; default: the rule's name
    # Every first line of this rule contains one of these. "^x": it begins with x.
    # A good literal is rare, with a rare first character. Without any, the rule tries every line, which is slow.
    literals: tuple[str, ...] = ()
    severity: Severity | dict[str, Severity] = {}  # the severity, or the severities of the words in the severity group
    column_base: Literal[0, 1] = 1  # the tool's number of the first column
    last_column: bool = False  # end_column is the column of the last character, not the one after it
    continuation: str = (
        ""  # lines that follow and belong to it: its detail; its groups are taken where they are missing
    )
    example: tuple[str, ...] = ()  # output in which the rule finds a problem
    always: bool = False  # part of "auto" for every program
    auto: bool = True  # False: only if selected by name or program
    runtime: bool = False  # reports of a running program, such as a stack trace
    fallback: bool = False  # only used if the run has no other error
    # "search": the printed name is only the end of the path, so the file must be searched
    paths: Literal["printed", "search"] = "printed"
    owner: str = ""  # a later line that names the `package` of the findings above it, which wait for it
    is_custom: bool = False  # from the configuration: its patterns have a time limit
    summary: bool = False  # only used if no other finding has its code or its message

    def compiled(self, pattern: str) -> re.Pattern[str] | CustomPattern:
        """A compiled pattern of this rule."""
        return _custom(pattern) if self.is_custom else compiled(pattern)

    @property
    def family(self) -> str:
        """The tool whose output this rule reads."""
        return self.tool or self.name


class LocatedRule(Rule, frozen=True, kw_only=True):
    """Keys for the lines that may follow a finding."""

    caret: int = 0  # number of source lines that may precede a line of carets, and are then detail
    wrapped: str = ""  # with caret: lines above the source belong to the message; the pattern of the whole message
    caret_column: bool = False  # the caret gives the finding's column, if none is printed
    note: str = ""  # an explanation with a related place, from its own groups or those of ...
    note_at: str = ""  # ... the line after it


class LineRule(LocatedRule, frozen=True, kw_only=True, tag="line"):
    """A finding in one line."""

    match: str
    above: str = ""  # pattern of the line directly above, which may have groups
    context: tuple[str, ...] = ()  # earlier lines with related places


class BlockRule(LocatedRule, frozen=True, kw_only=True, tag="block"):
    """`match`, then each of `match_next` in turn within `max_lines` lines. Other rules see the first line as well."""

    match: str
    match_next: tuple[str, ...]
    max_lines: int = 1


class StickyRule(Rule, frozen=True, kw_only=True, tag="sticky"):
    """A header that applies to the items below it, until a line matches `until`.

    With `verdict`, items wait for a later header with their code. That verdict emits them, another one drops them.
    """

    header: str
    item: str
    until: str = "^$"
    verdict: str = ""


class TraceRule(Rule, frozen=True, kw_only=True, tag="trace"):
    """A stack trace: its beginning, its frames, and a message. Its place is a frame in the project's code."""

    begin: str
    frame: tuple[str, ...]
    other: str = ""  # other lines of the trace
    end: str = ""  # the last line, with the message
    messages: tuple[str, ...] = ()  # the first match is the message; earlier patterns win
    chain: str = ""  # begins a related trace, which may have its own message
    report: Literal["first", "last"] = "last"  # which trace of a chain is the finding; the others are related places
    pick: Literal["first", "last"] = "last"  # which of the project's frames is the place
    foreign: str = ""  # matches frames outside of the project
    lead: str = ""  # a line above with the place, for a trace without a frame in the project
    mention: str = ""  # a place in the message, for the same purpose
    slack: int = 0  # maximum number of other lines before the first frame
    loose: bool = False  # other lines do not end the trace, and go to other rules
    stop: str = ""  # ends a loose trace
    mute: str = ""  # from here to `stop` there are no findings


class ErrorformatRule(Rule, frozen=True, kw_only=True, tag="errorformat"):
    """Lists of formats of Vim's 'errorformat'."""

    errorformat: tuple[str, ...]


AnyRule = LineRule | BlockRule | StickyRule | TraceRule | ErrorformatRule


class DirectoryRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Lines in which a tool reports that it enters (group `directory`) or leaves a directory.

    With `near`, they only name the package that it works on: paths may also be relative to its folder.
    """

    literals: tuple[str, ...]
    enter: str = ""
    leave: str = ""
    near: str = ""


class RuleTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All rules in the order in which they are tried, and the tools that read each program's output."""

    rules: tuple[AnyRule, ...] = msgspec.field(name="rule")
    programs: dict[str, tuple[str, ...]] = {}
    directories: tuple[DirectoryRule, ...] = msgspec.field(name="directory", default=())

    @classmethod
    def parse(cls, text: str) -> RuleTable:
        """Parse a table from a TOML `text`. Raises HotrunError. Patterns are not checked (see check.problems)."""
        import tomli

        try:
            return msgspec.convert(tomli.loads(text), cls)
        except (tomli.TOMLDecodeError, msgspec.ValidationError) as error:
            raise HotrunError(f"rules: {error}") from error

    def select(self, names: Sequence[str], program: str) -> tuple[AnyRule, ...]:
        """The rules that `names` select, in table order. Raises ValueError for a name that is not in known_parsers.

        A name is a tool, a rule, "auto" (those for `program`, or all), "runtime" (traces and panics) or "none".
        """
        chosen: set[str] = set()
        for name in names:
            found = self._automatic(program) if name == AUTO else self._named((name,))
            if not found and name != NONE and name not in formats.format_names():
                raise ValueError(f"unknown parser {name!r}")
            chosen.update(rule.name for rule in found)
        return tuple(rule for rule in self.rules if rule.name in chosen)

    def _automatic(self, program: str) -> list[AnyRule]:
        name = program_name(program)
        tools = self.programs.get(name) or self.programs.get(name.rpartition("-")[2])  # x86_64-linux-gnu-gcc
        if not tools:
            return [rule for rule in self.rules if rule.auto]
        return [*(rule for rule in self.rules if rule.always), *self._named(tools)]

    def _named(self, names: Iterable[str]) -> list[AnyRule]:
        wanted = frozenset(names)
        return [
            rule
            for rule in self.rules
            if rule.name in wanted or rule.family in wanted or (rule.runtime and RUNTIME in wanted)
        ]


def known_parsers(rules: RuleTable) -> tuple[str, ...]:
    """All valid names of parsers: "auto", "none", "runtime", then tools, rules and JSON formats, sorted."""
    names = {rule.name for rule in rules.rules} | {rule.family for rule in rules.rules} | {*formats.format_names()}
    return (AUTO, NONE, RUNTIME, *sorted(names))


def severity_of(rule: Rule, word: str | None) -> Severity:
    """The severity for a tool's `word`. Unknown words are errors."""
    if isinstance(rule.severity, str):
        return rule.severity
    if word is None:
        return "error"
    return rule.severity.get(word) or _SEVERITIES.get(word.lower(), "error")
