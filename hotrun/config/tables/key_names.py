"""The keys that the file binds to an action: one key or an array."""

from __future__ import annotations

from typing import Self

from hotrun.config.tables.invalid_value import InvalidValue
from hotrun.config.tables.values import Value
from hotrun.core.model.text import closest
from hotrun.keys.names import NAMED, TAKEN, is_key, meant_key

_KEY = {"type": "string", "minLength": 1, "examples": ["r", "R", "f5", "enter", "ctrl+l", "alt+x"]}


class KeyNames(tuple[str, ...], Value):
    """The names of zero or more keys. The file has one string or an array."""

    __slots__ = ()
    expected = 'a key such as "r", "f5" or "ctrl+l", or an array of keys'
    schema = {"anyOf": [_KEY, {"type": "array", "items": _KEY}]}

    @classmethod
    def parse(cls, value: object) -> Self:
        names = [value] if isinstance(value, str) else value
        if not isinstance(names, list):
            raise InvalidValue(
                expected=cls.expected, meant=str(value) if isinstance(value, int) and value in range(10) else None
            )
        for name in names:
            if not isinstance(name, str):
                raise InvalidValue(expected=cls.expected)
            if name in TAKEN:
                raise InvalidValue(f"{name} cannot be bound, it is {TAKEN[name]}")
            if not is_key(name):
                meant = meant_key(name) or (closest(name, NAMED) if len(name) > 1 else None)
                raise InvalidValue(expected=cls.expected, meant=meant)
        return cls(dict.fromkeys(names))
