"""Expand a configuration: write a hotrun.toml that does the same, with every step spelled out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hotrun.config.loading.go_steps import expanded
from hotrun.config.loading.load import Loaded
from hotrun.config.tables.model import BuildOptions
from hotrun.config.writing import toml_text

_NAMED = ("build", "run", "exports")


def to_toml(loaded: Loaded) -> str:
    """Return the text of a hotrun.toml for the same project, with the chosen profile applied."""
    tables = expanded(loaded.tables, loaded.config)
    return "\n".join(_parts(tables))


def _parts(tables: dict[str, Any]) -> Iterator[str]:
    plain = {key: value for key, value in tables.items() if not isinstance(value, dict)}
    if plain:
        yield _lines(plain)
    for key, table in tables.items():
        if not isinstance(table, dict):
            continue
        named = set(table) if key in _NAMED else set()
        if key == "build":
            named -= set(BuildOptions.__struct_fields__)
        plain = {name: value for name, value in table.items() if name not in named}
        if plain or not named:
            yield f"[{toml_text.key(key)}]\n{_lines(plain)}"
        for name in table:
            if name in named:
                yield f"[{toml_text.key(key)}.{toml_text.key(name)}]\n{_lines(table[name])}"


def _lines(table: dict[str, Any]) -> str:
    return "".join(f"{toml_text.key(key)} = {toml_text.value(value)}\n" for key, value in table.items())
