"""Reads the tables of another tool key by key, and notes what nobody has asked for: no key is lost without a word."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hotrun.config.detect.candidate import one_line
from hotrun.config.importers.imported import ImportDraft
from hotrun.config.loading.problems import describe

_MOST = 10**15  # of any number: what is larger is no time and no port


class Keys:
    """One table. `above` is the key that it stands under, with a dot at its end, "" for the whole file."""

    def __init__(self, table: Mapping[Any, object], draft: ImportDraft, above: str = "") -> None:
        self._left = {str(key): _sane(value) for key, value in table.items()}
        self._all = dict(self._left)
        self._draft = draft
        self.above = above
        self._inner: dict[str, list[Keys]] = {}

    def has(self, key: str) -> bool:
        """Whether the table has a value there, asked for or not."""
        return self._all.get(key) is not None

    def names(self) -> list[str]:
        """All keys of the table."""
        return list(self._all)

    def path(self, key: str) -> str:
        """The key as its whole path, for remarks."""
        return self.above + key

    def text(self, key: str) -> str | None:
        """A text; numbers and booleans are taken for what they are written as."""
        value = self._take(key)
        if value is None:
            return None
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, str | int | float):
            return str(value)
        self._unfit(key, "a text", value)
        return None

    def texts(self, key: str) -> list[str] | None:
        """A list of texts; a text alone is one."""
        value = self._take(key)
        if value is None:
            return None
        items = value if isinstance(value, list) else [value]
        if any(isinstance(item, list | dict) or item is None for item in items):
            self._unfit(key, "a list of texts", value)
            return None
        return [str(item).lower() if isinstance(item, bool) else str(item) for item in items]

    def flag(self, key: str) -> bool | None:
        """A boolean; "true", "on", 1 and the like are one, too."""
        value = self._take(key)
        if value is None or isinstance(value, bool):
            return value
        word = str(value).strip().lower()
        if word in ("1", "true", "on", "yes"):
            return True
        if word in ("0", "false", "off", "no"):
            return False
        self._unfit(key, "true or false", value)
        return None

    def number(self, key: str) -> float | None:
        """A number; one that is written as a text is one, too."""
        value = self._take(key)
        if value is None:
            return None
        try:
            number = float(str(value))
        except ValueError:
            number = math.nan
        if abs(number) < _MOST:
            return number
        self._unfit(key, "a number", value)
        return None

    def raw(self, key: str) -> object:
        """Whatever stands there."""
        return self._take(key)

    def table(self, key: str) -> Keys:
        """The table at `key`; an empty one where there is none."""
        if key not in self._inner:
            value = self._take(key)
            if value is not None and not isinstance(value, dict):
                self._unfit(key, "a table", value)
            self._inner[key] = [Keys(value if isinstance(value, dict) else {}, self._draft, f"{self.path(key)}.")]
        return self._inner[key][0]

    def tables(self, key: str) -> list[Keys]:
        """A list of tables."""
        if key not in self._inner:
            value = self._take(key)
            items = value if isinstance(value, list) else []
            if (value is not None and value != items) or not all(isinstance(item, dict) for item in items):
                self._unfit(key, "a list of tables", value)
            items = [item for item in items if isinstance(item, dict)]
            self._inner[key] = [
                Keys(item, self._draft, f"{self.path(key)}[{number}].") for number, item in enumerate(items)
            ]
        return self._inner[key]

    def each(self) -> list[tuple[str, Keys]]:
        """All tables of the table by their names; what is none is noted."""
        return [(key, self.table(key)) for key in self.names()]

    def skip(self, why: str, *keys: str) -> None:
        """Note for each of the keys that says something that it is not taken over, and why."""
        for key in keys:
            value = self._take(key)
            if value not in (None, "", [], {}):
                self._draft.note(shown(self.path(key), value), why)

    def finish(self) -> None:
        """Note all keys that were not asked for, and those that were, but of which no remark or note says so."""
        for key in list(self._left):
            self.skip(f"unknown: {self._draft.tool}'s importer has never heard of it, so look whether it matters", key)
        for tables in self._inner.values():
            for inner in tables:
                inner.finish()
        if not self.above:
            said = "\n".join([*self._draft.remarks.values(), *map(str, self._draft.notes)])
            if rest := list(self._unsaid(said)):
                self._draft.note("", f"the same in hotrun, or part of what is said: {', '.join(rest)}")

    def _unsaid(self, said: str) -> Iterator[str]:
        """The keys, with their values, of which `said` does not speak."""
        for key, value in self._all.items():
            if re.search(rf"(?<![\w.]){re.escape(self.path(key))}(?![\w.\[])", said):
                continue
            if key in self._inner:
                for inner in self._inner[key]:
                    yield from inner._unsaid(said)
            elif value is not None:
                yield shown(self.path(key), value)

    def _take(self, key: str) -> object:
        return self._left.pop(key, self._all.get(key))

    def _unfit(self, key: str, expected: str, value: object) -> None:
        self._draft.note(self.path(key), f"not taken over: expected {expected}, got {describe(value)}")


def _sane(value: object) -> object:
    """The value, with numbers of any length as text: Python itself refuses to write those of thousands of digits."""
    if isinstance(value, list):
        return [_sane(item) for item in value]
    return "a huge number" if isinstance(value, int) and abs(value) > _MOST else value


def shown(key: str, value: object) -> str:
    """A key with its value, where that is short."""
    match value:
        case bool():
            return f"{key} = {str(value).lower()}"
        case str() | int() | float():
            return f"{key} = {one_line(str(value), 40)}" if value != "" else key
        case list() if value and all(isinstance(item, str | int) for item in value):
            return f"{key} = {one_line(', '.join(map(str, value)), 60)}"
        case dict() if value:
            return f"{key} ({one_line(', '.join(map(str, value)), 60)})"
        case _:
            return key


def pairs(items: Iterable[str]) -> tuple[dict[str, str], list[str]]:
    """Assignments such as "NAME=value" as a table, and what is none."""
    found: dict[str, str] = {}
    others = []
    for item in items:
        name, mark, value = item.partition("=")
        if mark and name:
            found[name] = value
        else:
            others.append(item)
    return found, others
