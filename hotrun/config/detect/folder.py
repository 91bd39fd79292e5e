"""Read a project folder for detection, with limits on bytes, entries and depth. Unreadable files count as missing."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

MAX_BYTES = 64 * 1024  # of text to search; patterns cost at most some hundred steps per byte
MAX_MANIFEST_BYTES = 512 * 1024  # of a file to parse, which is invalid when truncated
MAX_ENTRIES = 2000
MAX_FOLDERS = 400

# Folders with generated or downloaded files, or with anything but the program.
# fmt: off
SKIPPED = frozenset({
    "node_modules", "bower_components", "vendor", "third_party", "site-packages", "venv", "env", "__pycache__",
    "target", "build", "dist", "out", "testdata",
})
# Folders whose code is not the program. Detection prefers applications elsewhere.
SECONDARY_FOLDERS = frozenset({
    "tests", "test", "docs", "doc", "examples", "example", "benchmarks", "scripts", "migrations", "static", "templates",
})
# fmt: on


class ProjectFolder:
    """A project's root. All paths are relative to it, with forward slashes. "" is the root itself."""

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
        """The first of the paths that is a file, or None."""
        return next((path for path in paths if self.is_file(path)), None)

    def text(self, path: str, limit: int = MAX_BYTES) -> str:
        """The first `limit` bytes of the file as text, "" if it is missing. Invalid UTF-8 is replaced."""
        if not self.is_file(path):  # a FIFO would block the open
            return ""
        try:
            with open(os.path.join(self.root, path), "rb") as file:
                return file.read(limit).decode("utf-8-sig", "replace")
        except OSError:
            return ""

    def toml(self, path: str) -> dict[str, object]:
        """The file as a TOML table. Empty if it is missing or invalid."""
        text = self.text(path, MAX_MANIFEST_BYTES)
        if not text:
            return {}
        import tomli

        try:
            return tomli.loads(text)
        except (ValueError, RecursionError):
            return {}

    def json(self, path: str) -> dict[str, object]:
        """The file as a JSON object. Empty if it is missing, invalid or not an object."""
        import msgspec

        try:
            return table(msgspec.json.decode(self.text(path, MAX_MANIFEST_BYTES)))
        except (msgspec.DecodeError, RecursionError):
            return {}

    def files(self, path: str = "", suffix: str = "") -> list[str]:
        """The names of the files directly in a folder that end with `suffix`, sorted."""
        return [name for name, is_dir in self._entries(path) if not is_dir and name.endswith(suffix)]

    def folders(self, path: str = "") -> list[str]:
        """The names of the folders directly in a folder, sorted, without hidden and SKIPPED ones."""
        return [name for name in self.all_folders(path) if name[0] not in "._" and name not in SKIPPED]

    def all_folders(self, path: str = "") -> list[str]:
        """The names of all folders directly in a folder, sorted."""
        return [name for name, is_dir in self._entries(path) if is_dir]

    def walk(self, path: str = "", depth: int = 4) -> Iterator[str]:
        """The folder and its subfolders, level by level, at most `depth` levels and MAX_FOLDERS in total."""
        level = [path]
        left = MAX_FOLDERS
        for _ in range(depth + 1):
            level = level[:left]
            yield from level
            left -= len(level)
            level = [join(folder, name) for folder in level for name in self.folders(folder)]

    def suffixes(self) -> set[str]:
        """The extensions of the files in the upper levels of the project, with their dot: {".go", ".mod"}."""
        names = (name for path in self.walk() for name in self.files(path))
        return {suffix for name in names if (suffix := os.path.splitext(name)[1])}

    def present(self, *names: str) -> tuple[str, ...]:
        """The names, out of `names`, of files in the root."""
        return tuple(name for name in names if self.is_file(name))

    def ignores(self, name: str) -> bool:
        """True if the root's .gitignore has a plain line for this top-level name. For hints: no pattern matching."""
        spellings = {name, f"{name}/", f"/{name}", f"/{name}/", f"**/{name}", f"**/{name}/", f"{name}/*", f"/{name}/*"}
        return any(line.strip() in spellings for line in self.text(".gitignore").splitlines())

    def excluded(self, pattern: str) -> tuple[str, ...]:
        """The pattern of a tool's output folder, unless .gitignore has a plain line for it."""
        return () if self.ignores(pattern.strip("/")) else (pattern,)

    def _mode(self, path: str) -> int:
        try:
            return os.stat(os.path.join(self.root, path)).st_mode
        except (OSError, ValueError):  # ValueError: a NUL in a path from a file
            return 0

    def _entries(self, path: str) -> list[tuple[str, bool]]:
        entries: list[tuple[str, bool]] = []
        try:
            with os.scandir(os.path.join(self.root, path)) as scan:
                for entry in scan:
                    if len(entries) == MAX_ENTRIES:
                        break
                    is_dir = entry.is_dir(follow_symlinks=False)
                    # isprintable: no newlines in titles, no surrogates, which TOML rejects
                    if entry.name.isprintable() and (is_dir or entry.is_file()):
                        entries.append((entry.name, is_dir))
        except OSError:
            pass
        return sorted(entries)


def join(folder: str, name: str) -> str:
    """The path of `name` in `folder`. "" and "." are the root."""
    return name if folder in ("", ".") else f"{folder}/{name}"


def table(value: object, *keys: str) -> dict[str, object]:
    """The table at the path `keys` in a decoded document. Empty if there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def strings(value: object) -> tuple[str, ...]:
    """The strings in a decoded list. Empty if it is not a list."""
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def string(value: object) -> str:
    """The value if it is a string, otherwise ""."""
    return value if isinstance(value, str) else ""
