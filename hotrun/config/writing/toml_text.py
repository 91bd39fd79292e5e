"""Write values as readable TOML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

MAX_WIDTH = 100  # characters of an array on one line
_SHORT = {'"': r"\"", "\\": r"\\", "\n": r"\n", "\t": r"\t"}


def value(of: object) -> str:
    """Return a string, whole number, boolean, array or table as TOML. Raises TypeError for anything else."""
    match of:
        case bool():
            return "true" if of else "false"
        case str():
            return string(of)
        case int():
            return str(of)
        case list() | tuple():
            return array(of)
        case dict():
            return table(of)
        case _:
            raise TypeError(f"no TOML for {of!r}")


def array(values: Iterable[object]) -> str:
    """Return an array, on one line if it fits in MAX_WIDTH."""
    items = [value(item) for item in values]
    line = f"[{', '.join(items)}]"
    if len(line) <= MAX_WIDTH:
        return line
    return "[\n" + "".join(f"    {item},\n" for item in items) + "]"


def table(of: Mapping[str, object]) -> str:
    """Return a table on one line."""
    return "{ " + ", ".join(f"{key(name)} = {value(item)}" for name, item in of.items()) + " }" if of else "{}"


def key(text: str) -> str:
    """Return a key, in quotes if it needs them."""
    return text if re.fullmatch(r"[A-Za-z0-9_-]+", text) else string(text)


def string(text: str) -> str:
    """Return a TOML string. It is a literal one if that saves backslashes."""
    if ("\\" in text or '"' in text) and "'" not in text and text.isprintable():
        return f"'{text}'"
    return '"' + "".join(_escaped(char) for char in text) + '"'


def _escaped(char: str) -> str:
    if char in _SHORT:
        return _SHORT[char]
    return char if char.isprintable() else f"\\U{ord(char):08x}"
