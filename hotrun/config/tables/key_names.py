"""The keys of an action as the file names them: one, or an array of them."""

from __future__ import annotations

from typing import Self

from hotrun.config.tables.values import Unfit, Value
from hotrun.core.model.text import closest
from hotrun.keys.names import NAMED, TAKEN, is_key, meant_key

_KEY = {"type": "string", "minLength": 1, "examples": ["r", "R", "f5", "enter", "ctrl+l", "alt+x"]}


class KeyNames(tuple[str, ...], Value):
    """The names of keys, perhaps none; written as one string or an array."""

    __slots__ = ()
    expected = 'a key such as "r", "f5" or "ctrl+l", or an array of keys'
    schema = {"anyOf": [_KEY, {"type": "array", "items": _KEY}]}

    @classmethod
    def parse(cls, value: object) -> Self:
        names = [value] if isinstance(value, str) else value
        if not isinstance(names, list):
            raise Unfit(cls.expected, str(value) if isinstance(value, int) and value in range(10) else None)
        for name in names:
            if not isinstance(name, str):
                raise Unfit(cls.expected)
            if name in TAKEN:
                raise Unfit(f"a key that is free ({name} is {TAKEN[name]})")
            if not is_key(name):
                raise Unfit(cls.expected, meant_key(name) or (closest(name, NAMED) if len(name) > 1 else None))
        return cls(dict.fromkeys(names))
