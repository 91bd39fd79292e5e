"""The description of each key, from the model, for the docs, hotrun.toml.example and `hotrun init`.

Loading a configuration does not need this.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from hotrun.config.tables.common import Table
from hotrun.config.tables.values import Value
from hotrun.config.writing import toml_text

_VALUE = re.compile(r'`(["\[{][^`]*|true|false|\d+)`')


class Key(msgspec.Struct, frozen=True):
    """A key of a table. `description` and `default` are Markdown. `default` is a value in backticks, or words.

    `example` is a Python value, or None if the model has none.
    """

    name: str
    description: str
    default: str
    example: Any
    is_required: bool

    @property
    def comment(self) -> str:
        """The description for a comment in a TOML file, without backticks around values."""
        return plain(self.description)

    @property
    def summary(self) -> str:
        """The first sentence of the comment, and the default if there is one."""
        sentence = self.comment.partition(". ")[0].removesuffix(".")
        return sentence if self.default == "none" else f"{sentence} (default: {plain(self.default)})"

    def assignment(self, value: object = None) -> str:
        """Return a TOML assignment of `value`, or of the example, to the key."""
        return f"{self.name} = {toml_text.value(self.example if value is None else value)}"


def plain(markdown: str) -> str:
    """Return `markdown` without backticks around values."""
    return _VALUE.sub(r"\1", markdown)


def keys_of(table: type[Table]) -> dict[str, Key]:
    """Return the keys of a table by name: those of the table, then those of its settings, in the order of the model."""
    return {field.name: _key(field) for field in msgspec.structs.fields(table)}


def _key(field: msgspec.structs.FieldInfo) -> Key:
    metas = [meta for meta in getattr(field.type, "__metadata__", ()) if isinstance(meta, msgspec.Meta)]
    about = next(meta for meta in metas if meta.description)
    words = (about.extra or {}).get("default")
    return Key(
        name=field.name,
        description=about.description or "",
        default=words or ("required" if field.required else _default(field)),
        example=about.examples[0] if about.examples else None,
        is_required=field.required,
    )


def _default(field: msgspec.structs.FieldInfo) -> str:
    value = field.default_factory() if callable(field.default_factory) else field.default
    if isinstance(value, Value):
        value = value.written()
    return "none" if value in (None, [], {}) or isinstance(value, Table) else f"`{toml_text.value(value)}`"
