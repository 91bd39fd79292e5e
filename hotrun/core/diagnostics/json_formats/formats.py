"""The supported JSON formats: how to recognize their documents, and which of them a step reads."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

import msgspec

from hotrun.core.diagnostics.json_formats.report import Report

AUTO = "auto"
JSON = "json"


Read = Callable[[str], Iterator[Report]]


class JsonFormat(msgspec.Struct, frozen=True):
    """One format. Its documents contain one of `marks`."""

    name: str
    tool: str
    marks: tuple[str, ...]

    def read(self, text: str) -> Iterator[Report]:
        """Read the document `text`. Raises msgspec.DecodeError for another format."""
        return _reader(self.name)(text)


def _reader(name: str) -> Read:
    """The function that reads documents of a format. Its module is imported at the first use."""
    if name in _COMPILERS:
        from hotrun.core.diagnostics.json_formats import compilers

        return {
            "json:go": compilers.read_go,
            "json:cargo": compilers.read_cargo,
            "json:gcc": compilers.read_gcc,
            "json:go-vet": compilers.read_go_vet,
        }[name]
    if name == "json:sarif":
        from hotrun.core.diagnostics.json_formats import sarif

        return sarif.read_sarif
    from hotrun.core.diagnostics.json_formats import linters

    return {
        "json:ruff": linters.read_ruff,
        "json:mypy": linters.read_mypy,
        "json:pyright": linters.read_pyright,
        "json:eslint": linters.read_eslint,
    }[name]


_COMPILERS = ("json:go", "json:cargo", "json:gcc", "json:go-vet")

# In the order in which they are tried. Marks end before the colon, after which printers may add a blank.
FORMATS = (
    JsonFormat("json:go", "go", ('"Action"',)),
    JsonFormat("json:cargo", "rustc", ('"reason"', '"$message_type"')),
    JsonFormat("json:gcc", "gnu", ('"column-origin"', '"caret"')),
    JsonFormat("json:go-vet", "go", ('"posn"',)),
    JsonFormat("json:ruff", "ruff", ('"end_location"',)),
    JsonFormat("json:mypy", "mypy", ('"hint"',)),
    JsonFormat("json:pyright", "pyright", ('"generalDiagnostics"',)),
    JsonFormat("json:eslint", "eslint", ('"filePath"',)),
    JsonFormat("json:sarif", "sarif", ('"runs"',)),
)


def select_formats(names: Sequence[str]) -> tuple[JsonFormat, ...]:
    """The formats that `names` select: all for "auto" and "json", otherwise by the name of a format or tool."""
    if AUTO in names or JSON in names:
        return FORMATS
    return tuple(format for format in FORMATS if format.name in names or format.tool in names)


def format_names() -> tuple[str, ...]:
    """All names that select only formats."""
    return (JSON, *(format.name for format in FORMATS))


class Recognizer:
    """Reads documents of the given formats."""

    def __init__(self, formats: Sequence[JsonFormat]) -> None:
        self._formats = formats
        marks = [mark for format in formats for mark in format.marks]
        self._search = re.compile("|".join(map(re.escape, marks))).search

    def is_marked(self, text: str) -> bool:
        """Whether `text` may be a document of one of the formats."""
        return self._search(text) is not None

    def read(self, text: str) -> list[Report] | None:
        """Read a document. None if it has none of the formats, or is not a document."""
        for format in self._formats:
            if any(mark in text for mark in format.marks):
                try:
                    return list(format.read(text))
                except (msgspec.DecodeError, RecursionError):
                    continue
        return None
