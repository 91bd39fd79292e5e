"""The language of `exports.NAME.format`: text with placeholders for the fields of a diagnostic."""

from __future__ import annotations

import re
from collections.abc import Callable

from hotrun.core.model import events

_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_KINDS = {"error": "error", "warning": "warning"}  # all others are notes


def _place(number: int | None, otherwise: int | None = None) -> str:
    return str(number or otherwise or 1)


PLACEHOLDERS: dict[str, Callable[[events.Diagnostic], str]] = {
    "severity": lambda d: d.severity,
    "kind": lambda d: _KINDS.get(d.severity, "note"),
    "file": lambda d: d.file or "",
    "path": lambda d: d.path or "",
    "line": lambda d: _place(d.line),
    "column": lambda d: _place(d.column),
    "end_line": lambda d: _place(d.end_line, d.line),
    "end_column": lambda d: _place(d.end_column, d.column),
    "code": lambda d: d.code or "",
    "tool": lambda d: d.tool,
    "message": lambda d: d.message,
    "build": lambda d: str(d.build),
}
_OF_A_PLACE = ("file", "path", "line", "column", "end_line", "end_column")


class UnknownField(ValueError):
    """A placeholder that does not exist. `name`: the text in the braces."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Unbalanced(ValueError):
    """A brace without its other half."""


class LineFormat:
    """One format. `{{` and `}}` stand for literal braces."""

    def __init__(self, text: str) -> None:
        """Raises UnknownField and Unbalanced."""
        self._parts: list[str | Callable[[events.Diagnostic], str]] = []
        self._needs_place = False
        at = 0
        for found in _TOKEN.finditer(text):
            self._parts.append(text[at : found.start()])
            self._parts.append(self._part(found[0], found[1]))
            at = found.end()
        self._parts.append(text[at:])

    def _part(self, token: str, name: str | None) -> str | Callable[[events.Diagnostic], str]:
        if token in ("{{", "}}"):
            return token[0]
        if name is None:
            raise Unbalanced(token)
        if name not in PLACEHOLDERS:
            raise UnknownField(name)
        self._needs_place = self._needs_place or name in _OF_A_PLACE
        return PLACEHOLDERS[name]

    def record(self, diagnostic: events.Diagnostic) -> str | None:
        """The line for one diagnostic, with its newline. None if the format uses a place and it has none.

        Line ends in the text of a tool become spaces.
        """
        if self._needs_place and not has_place(diagnostic):
            return None
        return "".join(part if isinstance(part, str) else _on_one_line(part(diagnostic)) for part in self._parts) + "\n"


def has_place(diagnostic: events.Diagnostic) -> bool:
    """Whether its file was found, and the name of the file has no control characters."""
    file = diagnostic.file
    return file is not None and diagnostic.path is not None and not any(char < " " or char == "\x7f" for char in file)


def _on_one_line(text: str) -> str:
    return " ".join(text.splitlines())
