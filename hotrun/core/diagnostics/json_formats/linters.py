"""Read the JSON output of linters: ruff, mypy, pyright, eslint."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from hotrun.core.diagnostics.json_formats.formats import Report
from hotrun.core.diagnostics.model.draft import MAX_DETAIL
from hotrun.core.diagnostics.model.finding import Finding
from hotrun.core.diagnostics.model.text_lines import plain
from hotrun.core.model.events import Severity

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
    for said in read if isinstance(read, list) else (read,):
        fix = f"help: {said.fix.message}" if said.fix and said.fix.message else None
        yield Finding(
            severity="warning" if said.severity == "warning" else "error",
            message=said.message,
            tool="ruff",
            file=said.filename,
            line=said.location.row,
            column=said.location.column,
            end_line=said.end_location.row,
            end_column=said.end_location.column,
            code=said.code or "invalid-syntax",
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
    said = _mypy.decode(text)
    yield Finding(
        severity=said.severity,
        message=said.message,
        tool="mypy",
        file=said.file,
        line=_from_one(said.line, 1),
        column=_from_one(said.column, 0),
        end_line=_from_one(said.end_line, 1),
        end_column=_from_one(said.end_column, 0),
        code=said.code,
        detail=_lines(said.hint or ""),
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
    for said in _pyright.decode(text).diagnostics:
        message, _, rest = said.message.partition("\n")
        start, end = (said.range.start, said.range.end) if said.range else (None, None)
        yield Finding(
            severity="info" if said.severity == "information" else said.severity,
            message=message,
            tool="pyright",
            file=said.file or None,
            line=_from_one(start.line, 0) if start else None,
            column=_from_one(start.character, 0) if start else None,
            end_line=_from_one(end.line, 0) if end else None,
            end_column=_from_one(end.character, 0) if end else None,
            code=said.rule,
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
        for said in checked.messages:
            message, _, rest = said.message.partition("\n")
            yield Finding(
                severity=_ESLINT_SEVERITIES.get(said.severity, "error"),
                message=message,
                tool="eslint",
                file=checked.file,
                line=_from_one(said.line, 1),
                column=_from_one(said.column, 1),
                end_line=_from_one(said.end_line, 1),
                end_column=_from_one(said.end_column, 1),
                code=said.rule,
                detail=_lines(rest),
            )


def _from_one(number: int | None, base: int) -> int | None:
    """A line or column as a number from 1. `base`: the tool's first number. None if it is invalid."""
    return None if number is None or number < base else number + 1 - base


def _lines(text: str) -> tuple[str, ...]:
    return tuple(map(plain, text.split("\n")[:MAX_DETAIL])) if text else ()
