"""Collects what is wrong with a configuration and words it, one line a problem, with file, line and key."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hotrun.config.tables.values import Unfit
from hotrun.core.model.text import closest
from hotrun.errors import HotrunError

Key = str | int
Path = tuple[Key, ...]

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_LONGEST_SHOWN = 60


class InvalidConfig(HotrunError):
    """A configuration that cannot be used; `problems` has one line for each."""

    def __init__(self, problems: Iterable[str], hint: str | None = None) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems), hint)


class Findings:
    """The problems of one configuration by key path, at most one a key: what follows from a problem is no news."""

    def __init__(self) -> None:
        self.by_path: dict[Path, str] = {}
        self._passed_over: set[Path] = set()

    def add(self, path: Path, text: str) -> None:
        """Note that the key at `path` is wrong, unless it is known to be."""
        self.by_path.setdefault(path, text)

    def expected(self, path: Path, expected: str, value: object, meant: str | None = None) -> None:
        """Note that `value` stands where `expected` should; `meant` is what was probably meant."""
        self.add(path, f"expected {expected}, got {describe(value)}{suggestion(meant)}")

    def unfit(self, path: Path, value: object, unfit: Unfit) -> None:
        """Note what a value's own check found."""
        self.expected(path, unfit.expected, value, unfit.meant)

    def one_of(self, path: Path, what: str, value: str, known: Iterable[str]) -> None:
        """Note that `value` is none of the `known` names of `what`."""
        names = tuple(known)
        expected = f"{what} ({', '.join(names)})" if 0 < len(names) <= 12 else what
        self.expected(path, expected, value, closest(value, names))

    def pass_over(self, path: Path) -> None:
        """Leave the key at `path` out of further checks, as what is wrong with it is said elsewhere."""
        self._passed_over.add(path)

    def touch(self, path: Path) -> bool:
        """Tell whether there is a problem with the key at `path`, or one below it, or a table that it is in."""
        return any(found[: len(path)] == path[: len(found)] for found in (*self.by_path, *self._passed_over))


def suggestion(word: str | None) -> str:
    """The end of a message that suggests `word`, empty without one."""
    return "" if word is None else f", did you mean {quote(word)}?"


def describe(value: object) -> str:
    """Word a TOML value for a message: what is short is quoted, the rest is named."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case str():
            return quote(value if len(value) <= _LONGEST_SHOWN else value[: _LONGEST_SHOWN - 3] + "...")
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


def quote(text: str) -> str:
    """Return `text` in quotes, with everything escaped that would not show on a terminal."""
    return '"' + "".join(map(_shown, text)) + '"'


def key_path(path: Path) -> str:
    """Return a key path as TOML writes it, with `[0]` for a place in an array."""
    written = ""
    for key in path:
        if isinstance(key, int):
            written += f"[{key}]"
        else:
            written += ("." if written else "") + (key if _BARE_KEY.fullmatch(key) else quote(key))
    return written


def _shown(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    if char.isprintable():
        return char
    return {"\n": "\\n", "\t": "\\t"}.get(char, f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}")
