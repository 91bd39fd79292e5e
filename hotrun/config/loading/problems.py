"""Collect the problems of a configuration. Each is one line with file, line and key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from hotrun.config.tables.invalid_value import InvalidValue
from hotrun.core.model.text import closest, quote
from hotrun.errors import HotrunError

Key = str | int
Path = tuple[Key, ...]

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_MAX_SHOWN = 60  # characters of a value
_MAX_LISTED = 12  # names


class InvalidConfig(HotrunError):
    """A configuration that hotrun cannot use. `problems` has one line for each problem."""

    def __init__(self, problems: Iterable[str], hint: str | None = None) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems), hint)


class Findings:
    """The problems of one configuration by key path. A key has at most one, because others only follow from it."""

    def __init__(self) -> None:
        self.by_path: dict[Path, str] = {}
        self._skipped: set[Path] = set()

    def add(self, path: Path, text: str) -> None:
        """Add a problem of the key at `path`, unless it already has one."""
        self.by_path.setdefault(path, text)

    def expected(self, path: Path, expected: str, value: object, meant: str | None = None) -> None:
        """Add that the key at `path` is missing (None), empty or otherwise not what is expected."""
        self.add(path, mismatch(expected, value, meant))

    def invalid(self, path: Path, value: object, error: InvalidValue) -> None:
        """Add that the type of the key at `path` rejects `value`."""
        self.add(path, explain(error, value))

    def unknown(self, path: Path, kind: str, name: str, known: Iterable[str]) -> None:
        """Add that no `kind` of thing is called `name`, with the closest of the `known` names or a few of them."""
        names = tuple(known)
        meant = closest(name, names)
        available = f" (available: {', '.join(names)})" if meant is None and 0 < len(names) <= _MAX_LISTED else ""
        self.add(path, f"unknown {kind} {describe(name)}{available}{suggestion(meant)}")

    def skip(self, path: Path) -> None:
        """Exclude the key at `path` from further checks, because another key reports its problem."""
        self._skipped.add(path)

    def touch(self, path: Path) -> bool:
        """Return whether the key at `path`, a key below it, or a table around it has a problem."""
        return any(found[: len(path)] == path[: len(found)] for found in (*self.by_path, *self._skipped))


def mismatch(expected: str, value: object, meant: str | None = None) -> str:
    """Return the message for a value that is not `expected`. None is a missing value."""
    if value is None:
        return f"missing, expected {expected}"
    if isinstance(value, str) and not value.strip():
        return f"empty, expected {expected}"
    return f"expected {expected}, got {describe(value)}{suggestion(meant)}"


def explain(error: InvalidValue, value: object) -> str:
    """Return the message for a value that its type rejects."""
    if not error.fact:
        return mismatch(error.expected, value, error.meant)
    return error.fact + (f", expected {error.expected}" if error.expected else "") + suggestion(error.meant)


def suggestion(word: str | None) -> str:
    """Return the end of a message that suggests `word`, or nothing for None."""
    return "" if word is None else f", did you mean {quote(word)}?"


def alternatives(names: Sequence[str]) -> str:
    """Return `names` as alternatives: "a", or "one of a, b"."""
    return f"{'one of ' if len(names) > 1 else ''}{', '.join(names)}"


def describe(value: object) -> str:
    """Return a TOML value for a message: quoted if it is short, else its type."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case str():
            return quote(value if len(value) <= _MAX_SHOWN else value[: _MAX_SHOWN - 3] + "...")
        case int():
            return str(value) if abs(value) < 10**18 else "a huge number"
        case float():
            return str(value)
        case list():
            return "an empty array" if value == [] else "an array"
        case dict():
            return "a table"
        case _:
            return "a date or time"


def key_path(path: Path) -> str:
    """Return a key path as TOML has it, with `[0]` for an element of an array."""
    text = ""
    for key in path:
        if isinstance(key, int):
            text += f"[{key}]"
        else:
            text += ("." if text else "") + (key if _BARE_KEY.fullmatch(key) else quote(key))
    return text
