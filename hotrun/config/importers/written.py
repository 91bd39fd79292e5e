"""Write an imported configuration as a hotrun.toml, with the source of each key, and notes at the top."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

from hotrun.config.detect.candidate import one_line
from hotrun.config.importers.imported import Imported, Note
from hotrun.config.loading.problems import Path
from hotrun.config.writing import toml_text
from hotrun.config.writing.template import HEAD

_WIDTH = 118
_COLUMN = 40  # where the remarks start, unless the line is longer
_ORDER = ("env_files", "watch", "env", "build", "run", "go", "proxy", "parser", "ui", "exports", "profile")
_FIRST = ("command", "needs", "paths", "outputs")  # of the keys in a table
_NAMED = ("build", "run")


def to_toml(imported: Imported) -> str:
    """The text of the hotrun.toml, which loads as `imported.config`."""
    tables = imported.tables
    top = "".join(_line(imported, (key,), value) for key, value in tables.items() if not isinstance(value, dict))
    parts = [f"{HEAD}\n{_head(imported)}", *([top] if top else [])]
    for key in sorted((key for key, value in tables.items() if isinstance(value, dict)), key=_ORDER.index):
        names = [(key, name) for name in tables[key]] if key in _NAMED else [(key,)]
        parts += [_table(imported, path, _at(tables, path)) for path in names if _at(tables, path)]
    return "\n".join(parts)


def _head(imported: Imported) -> str:
    lines = [
        f"Converted from {one_line(imported.source, 80)} ({imported.tool}). The comment after a key is the setting "
        "that it came from. Validate this file with: hotrun check"
    ]
    if imported.notes:
        lines += ["", "Settings that differ or were skipped:"]
        lines += [f"- {_printable(text)}" for text in _grouped(imported.notes)]
    wrapped = [
        row
        for line in lines
        for row in textwrap.wrap(line, _WIDTH, subsequent_indent="  " * line.startswith("-")) or [""]
    ]
    return "".join(f"# {row}".rstrip() + "\n" for row in wrapped)


def _grouped(notes: Iterable[Note]) -> Iterator[str]:
    """The notes as texts. Notes with the same reason become one."""
    reasons: dict[str, list[str]] = {}
    for note in notes:
        reasons.setdefault(note.why, []).append(note.key)
    for why, keys in reasons.items():
        yield str(Note(", ".join(keys), why))


def _table(imported: Imported, path: tuple[str, ...], table: dict[str, Any]) -> str:
    above = "".join(f"# {row}\n" for row in textwrap.wrap(_printable(imported.remarks.get(path, "")), _WIDTH))
    header = f"[{'.'.join(map(toml_text.key, path))}]\n"
    keys = [*(key for key in _FIRST if key in table), *(key for key in table if key not in _FIRST)]
    return above + header + "".join(_line(imported, (*path, key), table[key]) for key in keys)


def _line(imported: Imported, path: Path, value: object) -> str:
    text = f"{toml_text.key(str(path[-1]))} = {toml_text.value(value)}"
    remark = _printable(", ".join(_remarks(imported, path)))
    if not remark:
        return text + "\n"
    if "\n" in text or len(text) + len(remark) > _WIDTH:
        return "".join(f"# {row}\n" for row in textwrap.wrap(remark, _WIDTH)) + text + "\n"
    return f"{text:<{_COLUMN}}# {remark}\n" if len(text) < _COLUMN else f"{text}  # {remark}\n"


def _remarks(imported: Imported, path: Path) -> Iterator[str]:
    """The remarks of the key, and of the keys in an inline table."""
    for where, remark in imported.remarks.items():
        if where[: len(path)] == path:
            yield remark


def _at(tables: Any, path: tuple[str, ...]) -> Any:  # noqa: ANN401 - a decoded document
    for key in path:
        tables = tables[key]
    return tables


def _printable(text: str) -> str:
    """The text as one line of a comment, without control characters."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
