"""Helpers that parse samples and single lines in the tests of diagnostics."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

from hotrun.core.diagnostics.collected import key
from hotrun.core.diagnostics.parser import Parser
from hotrun.core.diagnostics.text_rules.rules import RuleTable
from hotrun.core.model.finding import Finding

SAMPLES = Path(__file__).parent / "samples"

TRACEBACK = [
    "Traceback (most recent call last):",
    '  File "/p/a.py", line 7, in <module>',
    "    main()",
    "KeyError: 'x'",
]

# File, line, column, severity, code, and the beginning of the message.
Brief = tuple[str | None, int | None, int | None, str, str | None, str]
Expected = dict[str, list[Brief]]


@functools.cache
def table() -> RuleTable:
    """The built-in table."""
    return RuleTable.parse(
        files("hotrun.core.diagnostics.text_rules").joinpath("rules.toml").read_text(encoding="utf-8")
    )


def sample(name: str) -> list[str]:
    """The output in a sample, without its command and exit code."""
    first, *lines = (SAMPLES / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    assert first.startswith("$ ")
    return lines[:-1] if lines[-1].startswith("[exit ") else lines


def parser(*names: str, program: str = "") -> Parser:
    """A parser with the built-in table."""
    return Parser(table(), names or ("auto",), program)


def read(lines: Iterable[str], *names: str, program: str = "") -> list[Finding]:
    """The findings in `lines`, all of one stream."""
    reader = parser(*names, program=program)
    found = [finding for line in lines for finding in reader.feed("stdout", line)]
    # A repetition at the end, with its count, replaces the first finding.
    return list({key(finding): finding for finding in found + reader.finish()}.values())


def only(lines: str, *names: str) -> Finding:
    """The only finding in a text."""
    [finding] = read(lines.split("\n"), *names)
    return finding


def brief(finding: Finding) -> Brief:
    """The fields that expectations contain."""
    return (finding.file, finding.line, finding.column, finding.severity, finding.code, finding.message)


GCC = "bad.c:3:36: error: oops"
