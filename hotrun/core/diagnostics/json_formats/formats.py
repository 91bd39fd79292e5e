"""The JSON formats that are understood: by which words a document is known, and which of them a step reads."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

import msgspec

from hotrun.core.diagnostics.model.finding import Finding

AUTO = "auto"
JSON = "json"


class JsonDocument(msgspec.Struct, frozen=True):
    """A piece of text within a document, which is read by the rules for text. `source` keeps sources apart;
    `near` is where it comes from (see Finding.near); `ends`: nothing more comes from there.
    """

    source: str
    text: str = ""
    near: tuple[str, ...] = ()
    ends: bool = False


Report = Finding | JsonDocument
Read = Callable[[str], Iterator[Report]]


class JsonFormat(msgspec.Struct, frozen=True):
    """One format. A document with one of `marks` may be of it."""

    name: str
    tool: str
    marks: tuple[str, ...]

    def read(self, text: str) -> Iterator[Report]:
        """What the document `text` says. Raises msgspec.DecodeError where it is of another format."""
        return _reader(self.name)(text)


def _reader(name: str) -> Read:
    """What reads documents of a format. Its module is loaded with the first of them."""
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

# In the order in which they are tried. Marks are written as all printers write them: without the blank after the colon.
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


def chosen(names: Sequence[str]) -> tuple[JsonFormat, ...]:
    """The formats that `names` choose: "auto" and "json" mean all, else the name of a format or of its tool."""
    if AUTO in names or JSON in names:
        return FORMATS
    return tuple(format for format in FORMATS if format.name in names or format.tool in names)


def format_names() -> tuple[str, ...]:
    """All names that choose formats and nothing else."""
    return (JSON, *(format.name for format in FORMATS))


class Recognizer:
    """Reads documents of the given formats."""

    def __init__(self, formats: Sequence[JsonFormat]) -> None:
        self._formats = formats
        marks = [mark for format in formats for mark in format.marks]
        self._search = re.compile("|".join(map(re.escape, marks))).search

    def is_marked(self, text: str) -> bool:
        """Whether `text` may be a document of one of the formats; everything else need not be looked at."""
        return self._search(text) is not None

    def read(self, text: str) -> list[Report] | None:
        """What a document says; None where it is of none of the formats, or no document at all."""
        for format in self._formats:
            if any(mark in text for mark in format.marks):
                try:
                    return list(format.read(text))
                except (msgspec.DecodeError, RecursionError):
                    continue
        return None
