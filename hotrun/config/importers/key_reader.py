"""Read the tables of another tool key by key, and report the keys that the importer did not read."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hotrun.config.detect.candidate import one_line
from hotrun.config.importers.imported import ImportDraft
from hotrun.config.loading.problems import describe

_MAX_NUMBER = 10**15  # a larger number is neither a time nor a port
UNKNOWN = "unknown to hotrun's importer for {tool}, check whether you need it"


class Keys:
    """One table. `prefix`: its path in the file, with a dot at the end, "" for the whole file."""

    def __init__(self, table: Mapping[Any, object], draft: ImportDraft, prefix: str = "") -> None:
        self._unread = {str(key): _bounded(value) for key, value in table.items()}
        self._all = dict(self._unread)
        self._draft = draft
        self.prefix = prefix
        self._inner: dict[str, list[Keys]] = {}

    def has(self, key: str) -> bool:
        """Whether the table has a value for `key`, already read or not."""
        return self._all.get(key) is not None

    def names(self) -> list[str]:
        """All keys of the table."""
        return list(self._all)

    def path(self, key: str) -> str:
        """The full path of the key, for remarks."""
        return self.prefix + key

    def text(self, key: str) -> str | None:
        """A text. Numbers and booleans are read as text."""
        value = self._read(key)
        if value is None:
            return None
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, str | int | float):
            return str(value)
        self._report_type(key, "a text", value)
        return None

    def texts(self, key: str) -> list[str] | None:
        """A list of texts. A single text is a list of one."""
        value = self._read(key)
        if value is None:
            return None
        items = value if isinstance(value, list) else [value]
        if any(isinstance(item, list | dict) or item is None for item in items):
            self._report_type(key, "a list of texts", value)
            return None
        return [str(item).lower() if isinstance(item, bool) else str(item) for item in items]

    def flag(self, key: str) -> bool | None:
        """A boolean. Accepts "true", "on", 1 and the like."""
        value = self._read(key)
        if value is None or isinstance(value, bool):
            return value
        word = str(value).strip().lower()
        if word in ("1", "true", "on", "yes"):
            return True
        if word in ("0", "false", "off", "no"):
            return False
        self._report_type(key, "true or false", value)
        return None

    def number(self, key: str) -> float | None:
        """A number. Accepts a number in a text."""
        value = self._read(key)
        if value is None:
            return None
        try:
            number = float(str(value))
        except ValueError:
            number = math.nan
        if abs(number) < _MAX_NUMBER:
            return number
        self._report_type(key, "a number", value)
        return None

    def raw(self, key: str) -> object:
        """The value of `key`, whatever its type."""
        return self._read(key)

    def table(self, key: str) -> Keys:
        """The table at `key`. Empty if there is none."""
        if key not in self._inner:
            value = self._read(key)
            if value is not None and not isinstance(value, dict):
                self._report_type(key, "a table", value)
            self._inner[key] = [Keys(value if isinstance(value, dict) else {}, self._draft, f"{self.path(key)}.")]
        return self._inner[key][0]

    def tables(self, key: str) -> list[Keys]:
        """A list of tables."""
        if key not in self._inner:
            value = self._read(key)
            items = value if isinstance(value, list) else []
            if (value is not None and value != items) or not all(isinstance(item, dict) for item in items):
                self._report_type(key, "a list of tables", value)
            items = [item for item in items if isinstance(item, dict)]
            self._inner[key] = [
                Keys(item, self._draft, f"{self.path(key)}[{number}].") for number, item in enumerate(items)
            ]
        return self._inner[key]

    def each(self) -> list[tuple[str, Keys]]:
        """All tables in this table, by name. Values of other types are reported."""
        return [(key, self.table(key)) for key in self.names()]

    def skip(self, why: str, *keys: str) -> None:
        """Report for each of the keys that has a value that it is skipped, and why."""
        for key in keys:
            value = self._read(key)
            if value not in (None, "", [], {}):
                self._draft.report(key_with_value(self.path(key), value), why)

    def finish(self) -> None:
        """Report the keys that were not read, and those that no remark or note mentions."""
        for key in list(self._unread):
            self.skip(UNKNOWN.format(tool=self._draft.tool), key)
        for tables in self._inner.values():
            for inner in tables:
                inner.finish()
        if not self.prefix:
            mentioned = "\n".join([*self._draft.remarks.values(), *map(str, self._draft.notes)])
            if rest := list(self._unmentioned(mentioned)):
                self._draft.report("", f"no change needed: {', '.join(rest)}")

    def _unmentioned(self, text: str) -> Iterator[str]:
        """The keys, with their values, that `text` does not mention."""
        for key, value in self._all.items():
            if re.search(rf"(?<![\w.]){re.escape(self.path(key))}(?![\w.\[])", text):
                continue
            if key in self._inner:
                for inner in self._inner[key]:
                    yield from inner._unmentioned(text)
            elif value is not None:
                yield key_with_value(self.path(key), value)

    def _read(self, key: str) -> object:
        return self._unread.pop(key, self._all.get(key))

    def _report_type(self, key: str, expected: str, value: object) -> None:
        self._draft.report(self.path(key), f"skipped: expected {expected}, got {describe(value)}")


def _bounded(value: object) -> object:
    """The value, with huge numbers replaced by a text: Python refuses to format numbers of thousands of digits."""
    if isinstance(value, list):
        return [_bounded(item) for item in value]
    return "a huge number" if isinstance(value, int) and abs(value) > _MAX_NUMBER else value


def key_with_value(key: str, value: object) -> str:
    """A key with its value, shortened if it is long."""
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


def assignments(items: Iterable[str]) -> tuple[dict[str, str], list[str]]:
    """Split texts into assignments such as "NAME=value", as a table, and other texts."""
    found: dict[str, str] = {}
    others = []
    for item in items:
        name, mark, value = item.partition("=")
        if mark and name:
            found[name] = value
        else:
            others.append(item)
    return found, others
