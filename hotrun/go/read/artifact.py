"""Read what the Go linker writes into programs and plugins: package fingerprints, plugin path, symbols, build info.

For every package of a plugin, and of a host that imports "plugin" and uses cgo, the linker stores a fingerprint of 8
bytes. plugin.Open compares them (runtime/plugin.go), and so does hotrun. Their symbol names are internal to Go, which
has used two spellings so far.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from hotrun.errors import HotrunError
from hotrun.go.read.buildinfo import BuildInfo, parse_build_info
from hotrun.go.read.elf import MAGIC as ELF_MAGIC
from hotrun.go.read.elf import parse_elf
from hotrun.go.read.macho import FAT_MAGIC, parse_macho
from hotrun.go.read.macho import MAGIC as MACHO_MAGIC
from hotrun.go.read.object_file import MAX_NAME, Malformed, Object, Truncated

FINGERPRINTS = ("go:link.pkghashbytes.", "go.link.pkghashbytes.")
PLUGIN_PATHS = ("go:link.thispluginpath", "go.link.thispluginpath")
FINGERPRINT_BYTES = 8
MAX_FILE = 2 << 30
MAX_SOURCES = 1_000_000
MAX_PACKAGES = 20_000
_HINT = "pass a program or plugin built by Go"

# host: can open plugins. program, library: Go, but neither host nor plugin. foreign: not Go. unknown: Go, but the
# expected fingerprints were not found. truncated, damaged: cannot be parsed.
Kind = Literal["host", "plugin", "program", "library", "foreign", "unknown", "truncated", "damaged"]


class Artifact(msgspec.Struct, frozen=True):
    """One file. `path`: as given on the command line.

    `trouble`: why a file cannot be parsed. `can_look_up`: the plugin's exported symbols start with its plugin path,
    which plugin.Open expects. `symbols`: their names without that path. `folders`: the folders of the source files.
    `digest`: the file's sha256. `modified_ms`: its mtime since 1970.
    """

    path: str
    kind: Kind
    trouble: str = ""
    machine: str = ""
    fingerprints: Mapping[str, str] = {}
    build: BuildInfo | None = None
    plugin_path: str = ""
    can_look_up: bool = True
    symbols: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset()
    digest: str = ""
    modified_ms: int = 0
    real_path: str = ""


def read_artifact(path: str) -> Artifact:
    """Read the file `path`. Raises HotrunError if it cannot be read. No contents of the file raise an error."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # reading a pipe would block
            raise HotrunError(f"{path}: not a file", _HINT)
        with open(path, "rb") as file:
            status = os.fstat(file.fileno())
            if status.st_size > MAX_FILE:
                raise HotrunError(f"{path}: larger than {MAX_FILE >> 30} GiB", _HINT)
            data = file.read(MAX_FILE)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise HotrunError(f"{path}: cannot be read: {why}", _HINT) from None
    found = artifact_of(path, data)
    return msgspec.structs.replace(
        found,
        digest=hashlib.sha256(data).hexdigest(),
        modified_ms=status.st_mtime_ns // 1_000_000,
        real_path=os.path.realpath(path),
    )


def artifact_of(path: str, data: bytes) -> Artifact:
    """Parse the bytes `data` of a file. Pure, and raises nothing for any bytes."""
    try:
        found = _parse(data)
        fingerprints = {} if found is None else _fingerprints(found)
    except Truncated as error:
        return Artifact(path, "truncated", str(error))
    except Malformed as error:
        return Artifact(path, "damaged", str(error))
    if found is None:
        trouble = "it is empty" if not data else "it is neither an ELF nor a Mach-O file"
        return Artifact(path, "damaged", trouble)
    build = parse_build_info(found.section("go.buildinfo") or found.section("go_buildinfo") or b"")
    kind = _kind(found, fingerprints, build)
    folders = frozenset(_folders(found.section("gopclntab") or b""))
    artifact = Artifact(path, kind, "", found.machine, fingerprints, build, folders=folders)
    return _with_symbols(artifact, found) if kind == "plugin" else artifact


def _parse(data: bytes) -> Object | None:
    if data.startswith(ELF_MAGIC):
        return parse_elf(data)
    if data.startswith(MACHO_MAGIC):
        return parse_macho(data)
    if data.startswith(FAT_MAGIC):
        raise Malformed("it contains programs for several machines (extract one with lipo -thin)")
    return None


def _fingerprints(found: Object) -> dict[str, str]:
    """The fingerprints of all packages. Raises Malformed if one cannot be read: it must not pass without comparison."""
    fingerprints: dict[str, str] = {}
    for symbol in found.symbols:
        for prefix in FINGERPRINTS:
            if symbol.is_exported and symbol.name.startswith(prefix):
                value = found.at(symbol.address, FINGERPRINT_BYTES)
                if value is None or len(fingerprints) == MAX_PACKAGES:
                    raise Malformed("its package fingerprints are damaged")
                fingerprints[unescaped(symbol.name.removeprefix(prefix))] = value.hex()
    return fingerprints


def _kind(found: Object, fingerprints: Mapping[str, str], build: BuildInfo | None) -> Kind:
    if fingerprints:
        # A plugin's main package is named after the plugin path. A C library that opens plugins has a plain "main".
        return "host" if found.is_executable or "main" in fingerprints else "plugin"
    if not found.sections:
        return "unknown"
    if build is None and found.section("gopclntab") is None and found.section("go.buildid") is None:
        return "foreign"
    settings = {} if build is None else build.settings
    if found.is_executable:
        opens = any(symbol.name.startswith("plugin.") for symbol in found.symbols)
        return "unknown" if opens and settings.get("CGO_ENABLED") != "0" else "program"
    return "unknown" if settings.get("-buildmode", "plugin") == "plugin" else "library"


def _folders(table: bytes) -> Iterator[str]:
    """The folders of the source files in the line table, in which each name ends with a zero byte."""
    ending = b".go\0"
    at = table.find(ending)
    for _ in range(MAX_SOURCES):
        if at < 0:
            return
        start = table.rfind(b"\0", max(0, at - MAX_NAME), at) + 1
        if start > 0:
            yield os.path.dirname(table[start:at].decode("utf-8", "replace"))
        at = table.find(ending, at + len(ending))


def _with_symbols(artifact: Artifact, found: Object) -> Artifact:
    exported = [symbol.name for symbol in found.symbols if symbol.is_exported]
    stored = _stored_path(found)
    paths = [stored] if stored else _likely_paths(artifact, exported)
    prefixes = tuple(f"{form}." for path in paths for form in {path, escaped(path)})
    names = {name.removeprefix(prefix) for prefix in prefixes for name in exported if name.startswith(prefix)}
    return msgspec.structs.replace(
        artifact,
        plugin_path=unescaped(paths[0]) if len(paths) == 1 else "",
        can_look_up=bool(names),
        symbols=frozenset(name for name in names if name.isidentifier() and name[0].isupper()),
    )


def _likely_paths(artifact: Artifact, exported: list[str]) -> list[str]:
    """Candidates for the plugin path of a stripped plugin: all packages with a main function."""
    named = [name.removesuffix(".main") for name in exported if name.endswith(".main") and name != "runtime.main"]
    paths = [path for path in named if unescaped(path) in artifact.fingerprints]
    built = artifact.build.package if artifact.build else ""
    return [path for path in paths if unescaped(path) == built or path.startswith("plugin/unnamed-")] or paths


def _stored_path(found: Object) -> str:
    for symbol in found.symbols:
        if symbol.name in PLUGIN_PATHS and 0 < symbol.size <= MAX_NAME:
            value = found.at(symbol.address, symbol.size)
            if value is not None:
                return value.rstrip(b"\0").decode("utf-8", "replace")
    return ""


def unescaped(name: str) -> str:
    """The package path for a symbol prefix (objabi.PrefixToPath)."""
    if "%" not in name:
        return name
    raw = re.sub(rb"%([0-9a-f]{2})", lambda found: bytes([int(found[1], 16)]), name.encode())
    return raw.decode("utf-8", "replace")


def escaped(path: str) -> str:
    """The symbol prefix for a package path (objabi.PathToPrefix), with special bytes and late dots escaped."""
    last = path.rfind("/")
    raw = path.encode("utf-8", "replace")
    slash = len(path[: last + 1].encode("utf-8", "replace"))
    return "".join(
        f"%{byte:02x}" if byte <= 0x20 or byte >= 0x7F or byte in b'%"' or (byte == 0x2E and at >= slash) else chr(byte)
        for at, byte in enumerate(raw)
    )
