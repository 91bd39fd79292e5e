"""Check [[parser]]: a pattern or an errorformat, known named groups, and unique names."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from hotrun.config.loading.problems import Findings, Path
from hotrun.config.tables.parsers import ParserTable
from hotrun.core.diagnostics.text_rules.errorformat import InvalidErrorformat, formats
from hotrun.core.model.text import quote

KnownParsers = Callable[[], Sequence[str]]
GROUPS = ("file", "line", "column", "end_line", "end_column", "severity", "code", "message")


def check_parsers(parsers: Sequence[ParserTable], known: KnownParsers | None, findings: Findings) -> None:
    """Add to `findings` what is wrong between the keys of `parsers`. `known` returns the built-in names."""
    names: set[str] = set()
    for place, parser in enumerate(parsers):
        path = ("parser", place)
        if findings.touch(path):
            continue
        if parser.name in names or (known is not None and parser.name in known()):
            findings.add((*path, "name"), f"{quote(parser.name)} is already the name of a parser")
        names.add(parser.name)
        _check_way(parser, path, findings)


def _check_way(parser: ParserTable, path: Path, findings: Findings) -> None:
    if (parser.match is None) == (parser.errorformat is None):
        fact = "missing match or errorformat" if parser.match is None else "match and errorformat exclude each other"
        findings.add(path, fact)
    elif parser.errorformat is not None:
        _check_errorformat(parser, path, findings)
    else:
        _check_groups(parser, path, findings)


def _check_errorformat(parser: ParserTable, path: Path, findings: Findings) -> None:
    for key in ("match_next", "max_lines", "continuation"):
        if getattr(parser, key):
            findings.add((*path, key), "applies only with match, not with errorformat")
    texts = (parser.errorformat,) if isinstance(parser.errorformat, str) else parser.errorformat or ()
    try:
        formats(tuple(texts))
    except InvalidErrorformat as error:
        findings.add((*path, "errorformat"), f"invalid errorformat ({error})")


def _check_groups(parser: ParserTable, path: Path, findings: Findings) -> None:
    patterns: dict[Path, str] = {("match",): str(parser.match)}
    patterns.update((("match_next", place), str(text)) for place, text in enumerate(parser.match_next))
    groups: set[str] = set()
    for key, text in patterns.items():
        for name in re.compile(text).groupindex:
            groups.add(name)
            if name not in GROUPS:
                findings.unknown((*path, *key), "group", name, GROUPS)
    if "message" not in groups:
        findings.add((*path, "match"), "missing the group (?P<message>...)")
    if parser.kind == "block" and not parser.match_next:
        findings.add((*path, "match_next"), 'missing, kind "block" needs at least one pattern')
    for of_a_block in ("match_next", "max_lines"):
        if parser.kind == "line" and getattr(parser, of_a_block):
            findings.add((*path, of_a_block), 'applies only if kind is "block"')
