"""What every importer makes: the tables of a hotrun.toml, where each key comes from, and what is not taken over.
Nothing is dropped in silence: what does not fit hotrun.toml's own checks becomes a note as well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from hotrun.config.detect.candidate import one_line, part_name
from hotrun.config.loading.load import validate
from hotrun.config.loading.problems import Findings, InvalidConfig, Path, key_path
from hotrun.config.tables.model import Config

MOST_REPAIRS = 100  # of values that hotrun.toml refuses


class KeySource(msgspec.Struct, frozen=True):
    """A foreign configuration: its text, its name for messages, and the name of the project's folder, which some tools
    give to the program that they build.

    `system` is sys.platform, for tables that count on one system alone; `beside` names the files in the same folder.
    """

    text: str
    name: str
    folder: str = "app"
    system: str = "linux"
    beside: frozenset[str] = frozenset()

    def wrong(self, line: int, problem: str, remedy: str) -> InvalidConfig:
        """The one error for a text that its own tool could not read either."""
        return InvalidConfig([f"{self.name}:{line}: {problem}"], remedy)


class Note(msgspec.Struct, frozen=True):
    """A key of the other tool that is not in the result, and why; `key` is "" for a remark about the whole."""

    key: str
    why: str

    def __str__(self) -> str:
        return f"{self.key}: {self.why}" if self.key else self.why


class Imported(msgspec.Struct, frozen=True):
    """The result. `tables` are those of the file, `config` their checked form. `remarks` say where the key, or the
    table, at a path comes from; `notes` name what is not in it."""

    tool: str
    source: str
    tables: dict[str, Any]
    config: Config
    remarks: Mapping[Path, str]
    notes: tuple[Note, ...]


class ImportDraft:
    """A hotrun.toml in the making, out of the configuration `source` of `tool`."""

    def __init__(self, tool: str, source: KeySource) -> None:
        self.tool = tool
        self.source = source
        self.tables: dict[str, Any] = {}
        self.remarks: dict[Path, str] = {}
        self.notes: list[Note] = []

    def put(self, value: object, *path: str, source: str = "") -> None:
        """Set the key at `path` to `value`, which comes from the key `source` of the other tool."""
        table = self.tables
        for name in path[:-1]:
            table = table.setdefault(name, {})
        table[path[-1]] = value
        if source:
            self.remark(source, *path)

    def extend(self, values: list[str], *path: str, source: str = "") -> None:
        """Append to the array at `path`, each value once."""
        table: Any = self.tables
        for name in path[:-1]:
            table = table.setdefault(name, {})
        table[path[-1]] = list(dict.fromkeys([*table.get(path[-1], []), *values]))
        if source:
            self.remark(source, *path)

    def remark(self, text: str, *path: str) -> None:
        """Say where the key or table at `path` comes from; several are all said."""
        known = self.remarks.get(path)
        if known is None or text not in known.split(", "):
            self.remarks[path] = text if known is None else f"{known}, {text}"

    def note(self, key: str, why: str) -> None:
        """Say that `key` is not taken over, and why."""
        note = Note(key, why)
        if note not in self.notes:
            self.notes.append(note)

    def note_ignore_files(self) -> None:
        """Say that the other tool watches what git ignores."""
        why = (
            "does not heed ignore files; hotrun leaves out what git ignores: `gitignore = false` in [watch] watches it"
        )
        self.note("", f"{self.tool} {why}")

    def name(self, wanted: str, fallback: str = "app") -> str:
        """A name for a step or process that none has yet."""
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
        """The result. What hotrun.toml cannot hold is taken out and noted.

        Raises InvalidConfig where nothing is left to run.
        """
        for _ in range(MOST_REPAIRS):
            findings = Findings()
            config, _ = validate(self.tables, None, findings)
            if not findings.by_path:
                break
            self._take_out(findings)
        else:
            raise self.source.wrong(1, "does not fit into a hotrun.toml", "write one by hand: hotrun init")
        remarks = {path: text for path, text in self.remarks.items() if _holds(self.tables, path)}
        return Imported(self.tool, self.source.name, self.tables, config, remarks, tuple(self.notes))

    def _take_out(self, findings: Findings) -> None:
        for path, text in sorted(findings.by_path.items(), key=lambda one: str(one[0]), reverse=True):
            if not path:
                raise self.source.wrong(1, f"{self.tool} is told to run nothing", "write a hotrun.toml: hotrun init")
            if path[-1] == "command" and len(path) == 3:
                path = path[:2]  # a step without a command is none
            said = self.remarks.get(path, key_path(path))
            while path and not _drop(self.tables, path):
                path = path[:-1]  # a table that lacks a key
            if path:
                self.note(said, f"cannot be: {one_line(text, 160)}")


def _holds(tables: Any, path: Path) -> bool:  # noqa: ANN401 - a decoded document
    for key in path:
        if not isinstance(tables, dict) or key not in tables:
            return False
        tables = tables[key]
    return True


def _drop(tables: Any, path: Path) -> bool:  # noqa: ANN401 - a decoded document
    """Take the value at `path` out; whether it was there."""
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
