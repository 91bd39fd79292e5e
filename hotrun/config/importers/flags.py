"""Reads the flags of other tools' command lines: which take a value, and where the command begins that they run."""

from __future__ import annotations

from collections.abc import Iterable

from hotrun.config.importers.imported import ImportDraft


class Flags:
    """The flags in front of a command, each with the values that it was given.

    `valued` and `plain` are the flags that take a value and those that do not, all spellings of one separated by "|".
    """

    def __init__(self, line: list[str], valued: Iterable[str], plain: Iterable[str], draft: ImportDraft) -> None:
        self._draft = draft
        self._valued = {name: names.split("|")[0] for names in valued for name in names.split("|")}
        self._plain = {name: names.split("|")[0] for names in plain for name in names.split("|")}
        self._given: dict[str, list[str]] = {}
        self.rest = self._read(list(line))

    def values(self, name: str) -> list[str]:
        """All values of a flag, which counts as asked for."""
        return self._given.pop(name, [])

    def value(self, name: str) -> str | None:
        """The last value of a flag, None where it was not given."""
        return next(reversed(self.values(name)), None)

    def has(self, name: str) -> bool:
        """Whether the flag was given."""
        found = self.values(name)
        return bool(found) and found[-1].lower() not in ("false", "0")

    def any(self, *names: str) -> bool:
        """Whether one of the flags was given; all count as asked for."""
        return sum(self.has(name) for name in names) > 0

    def skip(self, why: str, *names: str) -> None:
        """Note for each of the flags that was given that it is not taken over, and why."""
        for name in names:
            for value in self.values(name):
                self._draft.note(name if value == "" else f"{name} {value}", why)

    def finish(self) -> None:
        """Note the flags that nobody has asked for."""
        self.skip(
            f"unknown: {self._draft.tool}'s importer has never heard of it, so look whether it matters",
            *list(self._given),
        )

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
        """Go's tools take one dash or two for the same flag."""
        if name in self._valued or name in self._plain:
            return name
        other = name[1:] if name.startswith("--") else f"-{name}"
        return other if len(name) > 2 and (other in self._valued or other in self._plain) else name

    def _bundle(self, word: str, line: list[str]) -> bool:
        """Take short flags in one word: "-rc", "-e5"."""
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
