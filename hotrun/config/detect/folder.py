"""Reads a project folder for detection, read-only. Bounded in bytes, entries and depth.
What cannot be read counts as not there."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

MOST_BYTES = 64 * 1024  # of text to search in; patterns cost at most some hundred steps for each byte
MOST_MANIFEST_BYTES = 512 * 1024  # of a file to parse, which is wrong when it is cut
MOST_ENTRIES = 2000
MOST_FOLDERS = 400

# Folders that hold what tools made or fetched, or what is not the program itself.
# fmt: off
SKIPPED = frozenset({
    "node_modules", "bower_components", "vendor", "third_party", "site-packages", "venv", "env", "__pycache__",
    "target", "build", "dist", "out", "testdata",
})
# Folders with code that is not the program: applications in there are nobody's first choice.
ASIDE = frozenset({
    "tests", "test", "docs", "doc", "examples", "example", "benchmarks", "scripts", "migrations", "static", "templates",
})
# fmt: on


class ProjectFolder:
    """A project's root. All paths are relative to it, with forward slashes; "" is the root itself."""

    def __init__(self, root: str) -> None:
        self.root = os.path.abspath(root)
        self.name = os.path.basename(self.root)

    def is_file(self, path: str) -> bool:
        """True for a regular file, or a link to one."""
        return stat.S_ISREG(self._mode(path))

    def is_dir(self, path: str) -> bool:
        """True for a folder, or a link to one."""
        return stat.S_ISDIR(self._mode(path))

    def first(self, *paths: str) -> str | None:
        """The first of the paths that is a file."""
        return next((path for path in paths if self.is_file(path)), None)

    def text(self, path: str, most: int = MOST_BYTES) -> str:
        """The file's text, at most its first `most` bytes; "" if there is none. Wrong UTF-8 is replaced."""
        if not self.is_file(path):  # a FIFO would block the open
            return ""
        try:
            with open(os.path.join(self.root, path), "rb") as file:
                return file.read(most).decode("utf-8-sig", "replace")
        except OSError:
            return ""

    def toml(self, path: str) -> dict[str, object]:
        """The file as a TOML table; empty if it is missing or wrong."""
        text = self.text(path, MOST_MANIFEST_BYTES)
        if not text:
            return {}
        import tomli

        try:
            return tomli.loads(text)
        except (ValueError, RecursionError):
            return {}

    def json(self, path: str) -> dict[str, object]:
        """The file as a JSON object; empty if it is missing, wrong or something else."""
        import msgspec

        try:
            return table(msgspec.json.decode(self.text(path, MOST_MANIFEST_BYTES)))
        except (msgspec.DecodeError, RecursionError):
            return {}

    def files(self, path: str = "", suffix: str = "") -> list[str]:
        """Names of the files directly in a folder that end in `suffix`, sorted."""
        return [name for name, is_dir in self._entries(path) if not is_dir and name.endswith(suffix)]

    def folders(self, path: str = "") -> list[str]:
        """Names of the folders directly in a folder, sorted; hidden and SKIPPED ones are left out."""
        return [name for name in self.all_folders(path) if name[0] not in "._" and name not in SKIPPED]

    def all_folders(self, path: str = "") -> list[str]:
        """Names of the folders directly in a folder, sorted, none left out."""
        return [name for name, is_dir in self._entries(path) if is_dir]

    def walk(self, path: str = "", depth: int = 4) -> Iterator[str]:
        """This folder and those below it, shallow ones first, at most `depth` levels and MOST_FOLDERS in all."""
        level = [path]
        left = MOST_FOLDERS
        for _ in range(depth + 1):
            level = level[:left]
            yield from level
            left -= len(level)
            level = [join(folder, name) for folder in level for name in self.folders(folder)]

    def suffixes(self) -> set[str]:
        """The endings of the files in and not far below the root, with their dot: {".go", ".mod"}."""
        names = (name for path in self.walk() for name in self.files(path))
        return {suffix for name in names if (suffix := os.path.splitext(name)[1])}

    def present(self, *names: str) -> tuple[str, ...]:
        """Those of the names that are files in the root."""
        return tuple(name for name in names if self.is_file(name))

    def ignores(self, name: str) -> bool:
        """True if the root's .gitignore has a plain line for this top-level name. Only for hints: no full matching."""
        spellings = {name, f"{name}/", f"/{name}", f"/{name}/", f"**/{name}", f"**/{name}/", f"{name}/*", f"/{name}/*"}
        return any(line.strip() in spellings for line in self.text(".gitignore").splitlines())

    def excluded(self, pattern: str) -> tuple[str, ...]:
        """The pattern of a folder that a tool fills, unless a plain .gitignore line covers it already."""
        return () if self.ignores(pattern.strip("/")) else (pattern,)

    def _mode(self, path: str) -> int:
        try:
            return os.stat(os.path.join(self.root, path)).st_mode
        except (OSError, ValueError):  # ValueError: a NUL in a path that some file named
            return 0

    def _entries(self, path: str) -> list[tuple[str, bool]]:
        entries: list[tuple[str, bool]] = []
        try:
            with os.scandir(os.path.join(self.root, path)) as scan:
                for entry in scan:
                    if len(entries) == MOST_ENTRIES:
                        break
                    is_dir = entry.is_dir(follow_symlinks=False)
                    # isprintable: no newline in titles, no surrogate that TOML cannot hold
                    if entry.name.isprintable() and (is_dir or entry.is_file()):
                        entries.append((entry.name, is_dir))
        except OSError:
            pass
        return sorted(entries)


def join(folder: str, name: str) -> str:
    """The path of `name` in `folder`, where "" and "." mean the root."""
    return name if folder in ("", ".") else f"{folder}/{name}"


def table(value: object, *keys: str) -> dict[str, object]:
    """The table found by following `keys` into a decoded document; empty if there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def strings(value: object) -> tuple[str, ...]:
    """The strings in a decoded list; empty if it is not a list."""
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def string(value: object) -> str:
    """The value if it is a string, else ""."""
    return value if isinstance(value, str) else ""
