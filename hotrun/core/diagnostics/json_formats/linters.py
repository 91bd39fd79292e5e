"""Read the JSON output of linters: ruff, mypy, pyright, eslint."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from hotrun.core.diagnostics.json_formats.report import Report
from hotrun.core.diagnostics.model.text_lines import plain
from hotrun.core.model.events import Severity
from hotrun.core.model.finding import MAX_DETAIL, Finding

# --------------------------------------------------------------------------------------------------------------- ruff
# https://docs.astral.sh/ruff/settings/#output-format


class _RuffPoint(msgspec.Struct):
    row: int
    column: int


class _RuffFix(msgspec.Struct):
    message: str | None = None


class _Ruff(msgspec.Struct):
    filename: str
    location: _RuffPoint
    end_location: _RuffPoint
    message: str
    code: str | None = None
    severity: str = "error"
    fix: _RuffFix | None = None


_ruff = msgspec.json.Decoder(list[_Ruff] | _Ruff)


def read_ruff(text: str) -> Iterator[Report]:
    """The output of `ruff check --output-format json` or `json-lines`."""
    read = _ruff.decode(text)
    for entry in read if isinstance(read, list) else (read,):
        fix = f"help: {entry.fix.message}" if entry.fix and entry.fix.message else None
        yield Finding(
            severity="warning" if entry.severity == "warning" else "error",
            message=entry.message,
            tool="ruff",
            file=entry.filename,
            line=entry.location.row,
            column=entry.location.column,
            end_line=entry.end_location.row,
            end_column=entry.end_location.column,
            code=entry.code or "invalid-syntax",
            detail=(fix,) if fix else (),
        )


# --------------------------------------------------------------------------------------------------------------- mypy
# https://mypy.readthedocs.io/en/stable/command_line.html#cmdoption-mypy-output; columns from 0, unlike in its text


class _Mypy(msgspec.Struct):
    file: str
    line: int
    column: int
    message: str
    hint: str | None
    severity: Literal["error", "warning", "note"]
    code: str | None = None
    end_line: int | None = None
    end_column: int | None = None


_mypy = msgspec.json.Decoder(_Mypy)


def read_mypy(text: str) -> Iterator[Report]:
    """A line of `mypy --output json`."""
    entry = _mypy.decode(text)
    yield Finding(
        severity=entry.severity,
        message=entry.message,
        tool="mypy",
        file=entry.file,
        line=_from_one(entry.line, 1),
        column=_from_one(entry.column, 0),
        end_line=_from_one(entry.end_line, 1),
        end_column=_from_one(entry.end_column, 0),
        code=entry.code,
        detail=_lines(entry.hint or ""),
    )


# ------------------------------------------------------------------------------------------------------------ pyright
# https://github.com/microsoft/pyright/blob/main/docs/command-line.md#json-output; lines and columns from 0


class _PyrightPoint(msgspec.Struct):
    line: int
    character: int


class _PyrightRange(msgspec.Struct):
    start: _PyrightPoint
    end: _PyrightPoint


class _Pyright(msgspec.Struct):
    file: str
    severity: Literal["error", "warning", "information"]
    message: str
    range: _PyrightRange | None = None
    rule: str | None = None


class _PyrightReport(msgspec.Struct):
    diagnostics: list[_Pyright] = msgspec.field(name="generalDiagnostics")


_pyright = msgspec.json.Decoder(_PyrightReport)


def read_pyright(text: str) -> Iterator[Report]:
    """The document that `pyright --outputjson` prints."""
    for entry in _pyright.decode(text).diagnostics:
        message, _, rest = entry.message.partition("\n")
        start, end = (entry.range.start, entry.range.end) if entry.range else (None, None)
        yield Finding(
            severity="info" if entry.severity == "information" else entry.severity,
            message=message,
            tool="pyright",
            file=entry.file or None,
            line=_from_one(start.line, 0) if start else None,
            column=_from_one(start.character, 0) if start else None,
            end_line=_from_one(end.line, 0) if end else None,
            end_column=_from_one(end.character, 0) if end else None,
            code=entry.rule,
            detail=_lines(rest),
        )


# ------------------------------------------------------------------------------------------------------------- eslint
# https://eslint.org/docs/latest/use/formatters/#json


class _EslintMessage(msgspec.Struct):
    message: str
    severity: int
    rule: str | None = msgspec.field(name="ruleId", default=None)
    line: int | None = None
    column: int | None = None
    end_line: int | None = msgspec.field(name="endLine", default=None)
    end_column: int | None = msgspec.field(name="endColumn", default=None)


class _EslintFile(msgspec.Struct):
    file: str = msgspec.field(name="filePath")
    messages: list[_EslintMessage]


_eslint = msgspec.json.Decoder(list[_EslintFile])
_ESLINT_SEVERITIES: dict[int, Severity] = {0: "info", 1: "warning"}


def read_eslint(text: str) -> Iterator[Report]:
    """The array that `eslint -f json` prints."""
    for checked in _eslint.decode(text):
        for entry in checked.messages:
            message, _, rest = entry.message.partition("\n")
            yield Finding(
                severity=_ESLINT_SEVERITIES.get(entry.severity, "error"),
                message=message,
                tool="eslint",
                file=checked.file,
                line=_from_one(entry.line, 1),
                column=_from_one(entry.column, 1),
                end_line=_from_one(entry.end_line, 1),
                end_column=_from_one(entry.end_column, 1),
                code=entry.rule,
                detail=_lines(rest),
            )


def _from_one(number: int | None, base: int) -> int | None:
    """A line or column as a number from 1. `base`: the tool's first number. None if it is invalid."""
    return None if number is None or number < base else number + 1 - base


def _lines(text: str) -> tuple[str, ...]:
    return tuple(map(plain, text.split("\n")[:MAX_DETAIL])) if text else ()
