"""Read the build information that the Go linker stores, and `go version -m` prints: Go's version, modules, settings.

The format is that of Go's debug/buildinfo since 1.18, with inline strings. Go up to 1.19 writes none into plugins.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

import msgspec

MAGIC = b"\xff Go buildinf:"
HEADER = 32
INLINE_STRINGS = 2
MARKER = 16  # bytes of the markers around the module text, by which debuggers find it in memory
MAX_STRING = 16 << 20


class BuildModule(msgspec.Struct, frozen=True):
    """A module of the build.

    `sum` is empty for the main module, for folders, and for vendored modules. `source` is the replacement of a replace
    directive: a module path and version, or a folder.
    """

    path: str
    version: str
    sum: str = ""
    source: str = ""

    def shown(self) -> str:
        return f"{self.version} => {self.source}" if self.source else self.version


class BuildInfo(msgspec.Struct, frozen=True):
    """Build information of a binary.

    `main` is the module of the built `package`, and one of `modules`. `settings`: the lines that begin with `build`.
    """

    go_version: str
    package: str = ""
    main: str = ""
    modules: Mapping[str, BuildModule] = {}
    settings: Mapping[str, str] = {}

    @property
    def release(self) -> str:
        """Go's version without the experiments, which the linker appends."""
        return re.split(r"[ -]X:", self.go_version, maxsplit=1)[0]

    @property
    def experiments(self) -> str:
        """GOEXPERIMENT if it is not the default."""
        return self.settings.get("GOEXPERIMENT") or "".join(re.split(r"[ -]X:", self.go_version, maxsplit=1)[1:])


def parse_build_info(section: bytes) -> BuildInfo | None:
    """Parse a section `.go.buildinfo`. None if it is missing or not valid."""
    if not section.startswith(MAGIC) or len(section) < HEADER or not section[15] & INLINE_STRINGS:
        return None
    version, at = _string(section, HEADER)
    if not version:
        return None
    text, _ = _string(section, at)
    # Without modules the text is empty, and has no markers.
    lines = text[MARKER:-MARKER] if text[-MARKER - 1 : -MARKER] == b"\n" else b""
    return _parsed(version.decode("utf-8", "replace"), lines.decode("utf-8", "replace"))


def _string(section: bytes, at: int) -> tuple[bytes, int]:
    """Read a varint length and that many bytes. Returns the bytes and their end, empty if they are cut off."""
    length = shift = 0
    while at < len(section) and shift < 63:
        byte = section[at]
        length |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            break
    if length > MAX_STRING or at + length > len(section):
        return b"", len(section)
    return section[at : at + length], at + length


def _parsed(version: str, text: str) -> BuildInfo:
    package = main = last = ""
    modules: dict[str, BuildModule] = {}
    settings: dict[str, str] = {}
    for line in text.split("\n"):
        match line.split("\t"):
            case ["path", path, *_]:
                package = path
            case ["mod" | "dep" as kind, path, number, *rest]:
                last, modules[path] = path, BuildModule(path, number, rest[0] if rest else "")
                main = path if kind == "mod" else main
            case ["=>", path, number, *rest] if last:
                source = f"{path} {number}".strip()
                modules[last] = msgspec.structs.replace(modules[last], source=source, sum=rest[0] if rest else "")
            case ["build", setting, *_]:
                name, _, value = setting.partition("=")
                settings[_unquoted(name)] = _unquoted(value)
    return BuildInfo(version, package, main, modules, settings)


def _unquoted(text: str) -> str:
    """Unquote a setting. Go's quoting is close enough to JSON for the values that occur."""
    if text[:1] == "`" == text[-1:] and len(text) > 1:
        return text[1:-1]
    if text[:1] != '"':
        return text
    try:
        return str(json.loads(text))
    except ValueError:
        return text
