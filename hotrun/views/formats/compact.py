"""A diagnostic for people and agents: a line that a terminal makes clickable, and a line for each related place."""

from __future__ import annotations

from hotrun.core.model import events
from hotrun.views.formats.parts import shown_file, signature
from hotrun.views.text.clean import clean_name


def compact(diagnostic: events.Diagnostic, base: str) -> str:
    """`src/a.py:41:9: error: message [mypy code]`, without a line end; `base` is where the reader works."""
    first, *rest = diagnostic.message.splitlines() or [""]
    times = f" ({diagnostic.count} times)" if diagnostic.count > 1 else ""
    place = _place(diagnostic.file, diagnostic.path, diagnostic.line, diagnostic.column, base)
    lines = [f"{place}{diagnostic.severity}: {clean_name(first)}{clean_name(signature(diagnostic))}{times}"]
    lines += [f"    {clean_name(line)}" for line in rest]
    for related in diagnostic.related:
        near = _place(related.file, related.path, related.line, related.column, base)
        lines.append(f"    {near}{clean_name(related.message)}")
    return "\n".join(lines)


def _place(file: str | None, path: str | None, line: int | None, column: int | None, base: str) -> str:
    if file is None:
        return ""
    numbers = [str(number) for number in (line, column) if number is not None]
    return ":".join([clean_name(shown_file(file, path, base)), *numbers]) + ": "
