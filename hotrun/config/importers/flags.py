"""Read the flags of other tools' command lines, up to the command that the tool runs."""

from __future__ import annotations

from collections.abc import Iterable

from hotrun.config.importers.imported import ImportDraft
from hotrun.config.importers.key_reader import UNKNOWN


class Flags:
    """The flags before a command, with their values.

    `valued`: flags with a value. `plain`: flags without. "|" separates the spellings of a flag.
    """

    def __init__(self, line: list[str], valued: Iterable[str], plain: Iterable[str], draft: ImportDraft) -> None:
        self._draft = draft
        self._valued = {name: names.split("|")[0] for names in valued for name in names.split("|")}
        self._plain = {name: names.split("|")[0] for names in plain for name in names.split("|")}
        self._given: dict[str, list[str]] = {}
        self.rest = self._read(list(line))

    def values(self, name: str) -> list[str]:
        """All values of a flag. Marks it as read."""
        return self._given.pop(name, [])

    def value(self, name: str) -> str | None:
        """The last value of a flag, or None. Marks it as read."""
        return next(reversed(self.values(name)), None)

    def has(self, name: str) -> bool:
        """Whether the flag was given. Marks it as read."""
        found = self.values(name)
        return bool(found) and found[-1].lower() not in ("false", "0")

    def any(self, *names: str) -> bool:
        """Whether one of the flags was given. Marks all of them as read."""
        return sum(self.has(name) for name in names) > 0

    def skip(self, why: str, *names: str) -> None:
        """Report for each of the given flags that it is skipped, and why."""
        for name in names:
            for value in self.values(name):
                self._draft.report(name if value == "" else f"{name} {value}", why)

    def finish(self) -> None:
        """Report the flags that were not read."""
        self.skip(UNKNOWN.format(tool=self._draft.tool), *list(self._given))

    def _read(self, line: list[str]) -> list[str]:
        while line and line[0].startswith("-") and line[0] != "-":
            word = line.pop(0)
            if word == "--":
                return line
            name, mark, value = word.partition("=")
            name = self._spelled(name)
            if name in self._valued:
                self._add(self._valued[name], value if mark else (line.pop(0) if line else ""))
            elif name in self._plain:
                self._add(self._plain[name], value)
            elif not self._bundle(word, line):
                self._add(name, value)
        return line

    def _spelled(self, name: str) -> str:
        """The known spelling of a flag. Go's tools accept one dash or two."""
        if name in self._valued or name in self._plain:
            return name
        other = name[1:] if name.startswith("--") else f"-{name}"
        return other if len(name) > 2 and (other in self._valued or other in self._plain) else name

    def _bundle(self, word: str, line: list[str]) -> bool:
        """Read short flags in one word, such as "-rc" or "-e5". Returns whether the word consists of them."""
        if word.startswith("--") or f"-{word[1:2]}" not in {**self._valued, **self._plain}:
            return False
        for at, char in enumerate(word[1:], 1):
            flag = f"-{char}"
            if flag in self._valued:
                value = word[at + 1 :]
                self._add(self._valued[flag], value or (line.pop(0) if line else ""))
                return True
            self._add(self._plain.get(flag, flag), "")
        return True

    def _add(self, name: str, value: str) -> None:
        self._given.setdefault(name, []).append(value)
