"""The table of rules: what each kind of rule may say, and which rules read a command's output.

Rules are text until a line needs them: patterns are compiled at their first use.
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
    """The compiled pattern; each is compiled once, when a line first asks for it."""
    return re.compile(pattern)


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """What all rules share. Patterns are Python's, matched from the start of a line that is free of ANSI.

    Named groups: file, line, column, end_line, end_column, severity, code, message, and for a related place on the same
    line other_file, other_line, other. `caret` is a mark that stands in the problem's column, `member` the name of the
    code that the place is in, as package.Class.method.
    """

    name: str
    tool: str = ""  # what findings are signed with, and a name to choose rules by; the rule's name if left out
    # A line without any of these cannot be a first line of this rule; "^x" means that it begins with x.
    # Best if rare, with a rare first character; none at all is slow: the rule is always tried.
    clues: tuple[str, ...] = ()
    severity: Severity | dict[str, Severity] = {}  # the one severity, or what the severity group's words mean
    column_base: Literal[0, 1] = 1  # what the tool calls the first column
    last_column: bool = False  # end_column is the column of the last character, not the one behind it
    continuation: str = (
        ""  # lines that follow and belong to it: its detail; its groups are taken where they are missing
    )
    example: tuple[str, ...] = ()  # output in which the rule finds something
    always: bool = False  # of "auto" whatever the program is
    auto: bool = True  # False: only where chosen by name or by program
    runtime: bool = False  # reports of a running program, such as a stack trace
    fallback: bool = False  # counts only where the run has no other error
    # "search": the file's name is only the end of its path, and the file must be looked for
    paths: Literal["printed", "search"] = "printed"
    owner: str = ""  # a line further down that names the `package` of what was found above it, which waits for it
    is_custom: bool = False  # of the configuration: its patterns have a limit of time
    summary: bool = False  # counts only where no other finding has its code or says its message

    def compiled(self, pattern: str) -> re.Pattern[str] | CustomPattern:
        """One of the patterns of this rule, compiled."""
        if not self.is_custom:
            return compiled(pattern)
        from hotrun.core.diagnostics.custom_pattern import custom_pattern

        return custom_pattern(pattern)

    @property
    def family(self) -> str:
        """The name of the tool this rule reads."""
        return self.tool or self.name


class LocatedRule(Rule, frozen=True, kw_only=True):
    """What may follow a finding that was seen in one piece."""

    caret: int = 0  # so many lines of source may stand above a line of carets, and are detail if that comes
    wrapped: str = ""  # with caret: lines above the source belong to the message; what the whole of it is
    caret_column: bool = False  # the caret's column is the finding's, where none is printed
    note: str = ""  # a line that explains: a related place, by its own groups or by those of ...
    note_at: str = ""  # ... the line after it


class LineRule(LocatedRule, frozen=True, kw_only=True, tag="line"):
    """One line says it all."""

    match: str
    above: str = ""  # what the line directly above must match; it may have groups as well
    context: tuple[str, ...] = ()  # lines further up that tell how one got there: related places


class BlockRule(LocatedRule, frozen=True, kw_only=True, tag="block"):
    """`match`, then each of `match_next` in turn within `max_lines` lines. Other rules see the first line as well."""

    match: str
    match_next: tuple[str, ...]
    max_lines: int = 1


class StickyRule(Rule, frozen=True, kw_only=True, tag="sticky"):
    """A header that holds for the items below it, until a line matches `until`.

    With `verdict`, items wait until a header with that verdict names their code; another verdict drops them.
    """

    header: str
    item: str
    until: str = "^$"
    verdict: str = ""


class TraceRule(Rule, frozen=True, kw_only=True, tag="trace"):
    """A stack trace: its beginning, its frames, and a message somewhere. The place is that of one's own code."""

    begin: str
    frame: tuple[str, ...]
    other: str = ""  # lines that belong to it as well
    end: str = ""  # the last line, with the message
    messages: tuple[str, ...] = ()  # the message is the first line that matches; an earlier pattern beats a later one
    chain: str = ""  # another trace of the same story begins; it may bring its own message
    report: Literal["first", "last"] = "last"  # which of a chain is the finding; the others are related
    pick: Literal["first", "last"] = "last"  # which own frame is the place
    foreign: str = ""  # found in frames of other people's code
    lead: str = ""  # a line above it with the place, for a trace without an own frame
    mention: str = ""  # a place in the message, for the same case
    slack: int = 0  # so many other lines may stand between begin and the first frame
    loose: bool = False  # other lines do not end it and go to the other rules
    stop: str = ""  # what ends a loose one
    mute: str = ""  # from here to its stop nothing is a finding


class ErrorformatRule(Rule, frozen=True, kw_only=True, tag="errorformat"):
    """Vim's 'errorformat': one or more lists of formats."""

    errorformat: tuple[str, ...]


AnyRule = LineRule | BlockRule | StickyRule | TraceRule | ErrorformatRule


class DirectoryRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Lines by which a tool says where it works from now on (group `directory`), and that it is done there.

    With `near` it only says what it is at: paths may be relative to that folder as well.
    """

    clues: tuple[str, ...]
    enter: str = ""
    leave: str = ""
    near: str = ""


class RuleTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All rules, in the order in which they are tried, and which of them read which program's output."""

    rules: tuple[AnyRule, ...] = msgspec.field(name="rule")
    programs: dict[str, tuple[str, ...]] = {}
    directories: tuple[DirectoryRule, ...] = msgspec.field(name="directory", default=())

    @classmethod
    def parse(cls, text: str) -> RuleTable:
        """The table that a TOML `text` holds. Raises HotrunError; patterns are not looked at (see check.problems)."""
        import tomli

        try:
            return msgspec.convert(tomli.loads(text), cls)
        except (tomli.TOMLDecodeError, msgspec.ValidationError) as error:
            raise HotrunError(f"rules: {error}") from error

    def select(self, names: Sequence[str], program: str) -> tuple[AnyRule, ...]:
        """The rules that `names` choose, in table order. Raises ValueError for a name that known_parsers does not list.

        A name is a tool, a rule, "auto" (what fits `program`, else all), "runtime" (traces and panics) or "none".
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
    """All names that a configuration may give as parsers: "auto", "none", "runtime", then tools, rules and the formats
    of JSON, sorted.
    """
    names = {rule.name for rule in rules.rules} | {rule.family for rule in rules.rules} | {*formats.format_names()}
    return (AUTO, NONE, RUNTIME, *sorted(names))


def severity_of(rule: Rule, word: str | None) -> Severity:
    """What the tool's own `word` for a severity means; an error if it says nothing that is known."""
    if isinstance(rule.severity, str):
        return rule.severity
    if word is None:
        return "error"
    return rule.severity.get(word) or _SEVERITIES.get(word.lower(), "error")
