"""Makes the parsers for the output of programs, from the built-in rules and the custom parsers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hotrun.core.diagnostics.custom_pattern import CustomPattern
    from hotrun.core.diagnostics.parser import Parser
    from hotrun.core.diagnostics.text_rules.rules import RuleTable
    from hotrun.core.model.project import CustomParser, Project

Key = tuple[str | int, ...]

MAX_MS = 50  # see custom_pattern.MAX_S
LONG_CHARS = 1000
# Endings of test lines. Each is long, and its last character keeps most patterns from matching.
ENDINGS = (
    "",
    *(filler * (LONG_CHARS // len(filler)) + "\x00" for filler in ("a", "0", " ", "a ", "a.", "/a", "a:", "-")),
)

_table: RuleTable | None = None
_with_custom: tuple[tuple[CustomParser, ...], RuleTable] | None = None


def rules() -> RuleTable:
    """The built-in rules. They are loaded once."""
    global _table
    if _table is None:
        from importlib.resources import files

        from hotrun.core.diagnostics.text_rules.rules import RuleTable

        text = files("hotrun.core.diagnostics.text_rules").joinpath("rules.toml").read_text(encoding="utf-8")
        _table = RuleTable.parse(text)
    return _table


def known_names() -> tuple[str, ...]:
    """The built-in names that `parsers` may contain."""
    from hotrun.core.diagnostics.parser import known_parsers

    return known_parsers(rules())


def wrong_examples(project: Project) -> list[tuple[Key, str]]:
    """The keys of examples that their custom parser does not match as stated, each with the problem in words."""
    from hotrun.core.diagnostics.custom import example_problems

    return [
        (("parser", place, *key), text)
        for place, parser in enumerate(project.parsers)
        for key, text in example_problems(parser)
    ]


def parser_for(names: tuple[str, ...], argv: tuple[str, ...], custom: tuple[CustomParser, ...]) -> Parser:
    """The parser for the output of the command `argv`. `names` choose the rules. `custom`: the custom parsers."""
    from hotrun.core.diagnostics.parser import Parser
    from hotrun.core.diagnostics.text_rules.programs import program_of

    return Parser(_table_with(custom), names, program_of(argv))


def _table_with(custom: tuple[CustomParser, ...]) -> RuleTable:
    """The built-in rules and the custom parsers. The last table is kept."""
    global _with_custom
    if not custom:
        return rules()
    if _with_custom is None or _with_custom[0] != custom:
        from hotrun.core.diagnostics.custom import with_custom

        _with_custom = custom, with_custom(rules(), custom)
    return _with_custom[1]


def switched_off(custom: tuple[CustomParser, ...]) -> list[Key]:
    """The keys of the patterns that took too long and are no longer used."""
    return [key for key, pattern, _ in _patterns(custom) if pattern.is_off]


def slow_patterns(custom: tuple[CustomParser, ...]) -> list[tuple[Key, str]]:
    """The keys of patterns that take too long on a test line, each with a message. It does not find every one."""
    return [
        (key, f"takes more than {MAX_MS} ms on some lines, and would be switched off")
        for key, pattern, texts in _patterns(custom)
        if _is_slow(pattern.text, texts)
    ]


def _is_slow(text: str, examples: list[str]) -> bool:
    """Try the lines of `examples`, whole and cut in half, with each of the ENDINGS."""
    from hotrun.core.diagnostics.custom_pattern import CustomPattern

    tried = CustomPattern(text)  # a copy, so that the one in use is not switched off
    lines = ["", *(line[:LONG_CHARS] for example in examples for line in example.split("\n"))]
    for end in ENDINGS:
        for begin in (begin for line in lines for begin in (line, line[: len(line) // 2])):
            tried.match(begin + end)
            if tried.is_off:
                return True
    return False


def _patterns(custom: tuple[CustomParser, ...]) -> Iterator[tuple[Key, CustomPattern, list[str]]]:
    """The key of each pattern, the pattern, and the texts of its examples."""
    if not custom:
        return
    from hotrun.core.diagnostics.custom import patterns_of
    from hotrun.core.diagnostics.custom_pattern import custom_pattern

    for place, parser in enumerate(custom):
        texts = [example.text for example in parser.examples]
        for key, pattern in patterns_of(parser):
            yield ("parser", place, *key), custom_pattern(pattern), texts
