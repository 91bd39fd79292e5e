"""The result of every importer: the tables of a hotrun.toml, the source of each key, and the skipped settings.

Importers never drop anything silently: a value that fails hotrun.toml's own checks becomes a note, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from hotrun.config.detect.candidate import one_line, part_name
from hotrun.config.loading.load import validate
from hotrun.config.loading.problems import Findings, InvalidConfig, Path, key_path
from hotrun.config.tables.model import Config

MAX_REPAIRS = 100  # removals of values that hotrun.toml rejects


class KeySource(msgspec.Struct, frozen=True):
    """Another tool's configuration. `name`: for messages. `folder`: the name of the project's folder.

    `system`: sys.platform, for settings of one system. `siblings`: the names of the files in the same folder.
    """

    text: str
    name: str
    folder: str = "app"
    system: str = "linux"
    siblings: frozenset[str] = frozenset()

    def error(self, line: int, problem: str, remedy: str) -> InvalidConfig:
        """The error for a text that cannot be converted."""
        return InvalidConfig([f"{self.name}:{line}: {problem}"], remedy)


class Note(msgspec.Struct, frozen=True):
    """A setting of the other tool that is not in the result, and why. `key` is "" for a note about all of it."""

    key: str
    why: str

    def __str__(self) -> str:
        return f"{self.key}: {self.why}" if self.key else self.why


class Imported(msgspec.Struct, frozen=True):
    """The result. `tables`: those of the hotrun.toml. `config`: the same, validated.

    `remarks`: the source of the key or table at each path. `notes`: the settings that differ or were skipped.
    """

    tool: str
    source: str
    tables: dict[str, Any]
    config: Config
    remarks: Mapping[Path, str]
    notes: tuple[Note, ...]


class ImportDraft:
    """A hotrun.toml that an importer fills from the configuration `source` of `tool`."""

    def __init__(self, tool: str, source: KeySource) -> None:
        self.tool = tool
        self.source = source
        self.tables: dict[str, Any] = {}
        self.remarks: dict[Path, str] = {}
        self.notes: list[Note] = []

    def put(self, value: object, *path: str, source: str = "") -> None:
        """Set the key at `path` to `value`. `source`: the other tool's key."""
        table = self.tables
        for name in path[:-1]:
            table = table.setdefault(name, {})
        table[path[-1]] = value
        if source:
            self.remark(source, *path)

    def extend(self, values: list[str], *path: str, source: str = "") -> None:
        """Append to the array at `path`, without duplicates."""
        table: Any = self.tables
        for name in path[:-1]:
            table = table.setdefault(name, {})
        table[path[-1]] = list(dict.fromkeys([*table.get(path[-1], []), *values]))
        if source:
            self.remark(source, *path)

    def remark(self, text: str, *path: str) -> None:
        """Add the source of the key or table at `path`. A path may have several."""
        known = self.remarks.get(path)
        if known is None or text not in known.split(", "):
            self.remarks[path] = text if known is None else f"{known}, {text}"

    def report(self, key: str, why: str) -> None:
        """Add a note that `key` differs or was skipped, and why."""
        note = Note(key, why)
        if note not in self.notes:
            self.notes.append(note)

    def report_ignore_files(self) -> None:
        """Add a note that the other tool watches files that git ignores."""
        why = "does not read .gitignore. To watch files that git ignores, set `gitignore = false` in [watch]"
        self.report("", f"{self.tool} {why}")

    def report_terminal_notifications(self, key: str) -> None:
        """Add a note on how `ui.notify`, which `key` became, differs from a desktop notification."""
        self.report(key, "hotrun notifies through the terminal when a build fails, and when one passes again")

    def name(self, wanted: str, fallback: str = "app") -> str:
        """A name for a step or process that is not in use yet."""
        first = part_name(wanted, fallback=part_name(fallback))
        taken = {*self.tables.get("build", {}), *self.tables.get("run", {})}
        numbered = (f"{first}-{number}" for number in range(2, len(taken) + 3))
        return next(name for name in (first, *numbered) if name not in taken)

    def step(self, wanted: str, command: object, source: str, **keys: object) -> str:
        """Add a build step; returns its name. Keys that are None or empty are left out."""
        return self._part("build", wanted, command, source, keys)

    def process(self, wanted: str, command: object, source: str, **keys: object) -> str:
        """Add a process; returns its name. Keys that are None or empty are left out."""
        return self._part("run", wanted, command, source, keys)

    def _part(self, kind: str, wanted: str, command: object, source: str, keys: Mapping[str, object]) -> str:
        name = self.name(wanted)
        self.put(command, kind, name, "command", source=source)
        for key, value in keys.items():
            if value not in (None, [], {}, ()):
                self.put(value, kind, name, key)
        return name

    def finish(self) -> Imported:
        """The result. Values that hotrun.toml rejects are removed, with a note.

        Raises InvalidConfig if nothing is left to run.
        """
        for _ in range(MAX_REPAIRS):
            findings = Findings()
            config, _ = validate(self.tables, None, findings)
            if not findings.by_path:
                break
            self._remove_rejected(findings)
        else:
            raise self.source.error(1, "cannot be converted", "write a hotrun.toml: hotrun init")
        remarks = {path: text for path, text in self.remarks.items() if _has(self.tables, path)}
        return Imported(self.tool, self.source.name, self.tables, config, remarks, tuple(self.notes))

    def _remove_rejected(self, findings: Findings) -> None:
        for path, text in sorted(findings.by_path.items(), key=lambda one: str(one[0]), reverse=True):
            if not path:
                raise self.source.error(
                    1, f"nothing to run in this configuration of {self.tool}", "write a hotrun.toml: hotrun init"
                )
            if path[-1] == "command" and len(path) == 3:
                path = path[:2]  # a step needs a command
            key = self.remarks.get(path, key_path(path))
            while path and not _remove(self.tables, path):
                path = path[:-1]  # a required key is missing: remove its table
            if path:
                self.report(key, f"not supported: {one_line(text, 160)}")


def _has(tables: Any, path: Path) -> bool:  # noqa: ANN401 - a decoded document
    for key in path:
        if not isinstance(tables, dict) or key not in tables:
            return False
        tables = tables[key]
    return True


def _remove(tables: Any, path: Path) -> bool:  # noqa: ANN401 - a decoded document
    """Remove the value at `path`; returns whether it was there."""
    for key in path[:-1]:
        try:
            tables = tables[key]
        except (KeyError, IndexError, TypeError):
            return False
    try:
        del tables[path[-1]]
    except (KeyError, IndexError, TypeError):
        return False
    return True
