"""What `go list -json` prints: which files packages are made of, and what else decides about that.

Reads nothing itself. The fields are those of `go help list`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

_SOURCES = (
    *("GoFiles", "CgoFiles", "InvalidGoFiles", "CFiles", "CXXFiles", "MFiles", "HFiles", "FFiles", "SFiles"),
    *("SwigFiles", "SwigCXXFiles", "SysoFiles", "EmbedFiles"),
)
FIELDS = ("ImportPath", "Dir", "Standard", "Name", "Module", "EmbedPatterns", "Error", *_SOURCES)

_MAGIC = re.compile(r"[*?\[\\]")
_DECLARATION = re.compile(r"^(?:func|type|var|const)\b", re.M)
_IMPORT = re.compile(r"\bimport\b")
_EMBED = re.compile(r"^[ \t]*//go:embed[ \t].*$", re.M)
_CONSTRAINT = re.compile(r"^//(?:go:build|[ \t]*\+build)\b.*$", re.M)


class ReplacedBy(msgspec.Struct, frozen=True):
    """What a go.mod or go.work puts in the place of a module: a folder, where it has no version."""

    Version: str = ""
    Dir: str = ""


class ListedModule(msgspec.Struct, frozen=True):
    """The module of a package."""

    Path: str = ""
    Version: str = ""
    Main: bool = False
    Dir: str = ""
    GoMod: str = ""
    Replace: ReplacedBy | None = None

    @property
    def is_local(self) -> bool:
        """Whether its files are somebody's own, and not a copy in the module cache."""
        return self.Main or not self.Version or (self.Replace is not None and not self.Replace.Version)


class PackageError(msgspec.Struct, frozen=True):
    """Why a package cannot be used."""

    Err: str = ""
    Pos: str = ""


class GoPackage(msgspec.Struct, frozen=True):
    """One package; names of files are relative to `Dir`."""

    ImportPath: str = ""
    Dir: str = ""
    Name: str = ""
    Standard: bool = False
    Module: ListedModule | None = None
    Error: PackageError | None = None
    GoFiles: tuple[str, ...] = ()
    CgoFiles: tuple[str, ...] = ()
    InvalidGoFiles: tuple[str, ...] = ()
    CFiles: tuple[str, ...] = ()
    CXXFiles: tuple[str, ...] = ()
    MFiles: tuple[str, ...] = ()
    HFiles: tuple[str, ...] = ()
    FFiles: tuple[str, ...] = ()
    SFiles: tuple[str, ...] = ()
    SwigFiles: tuple[str, ...] = ()
    SwigCXXFiles: tuple[str, ...] = ()
    SysoFiles: tuple[str, ...] = ()
    EmbedFiles: tuple[str, ...] = ()
    EmbedPatterns: tuple[str, ...] = ()

    @property
    def files(self) -> Iterator[str]:
        """All files that a build of it reads."""
        for field in _SOURCES:
            yield from getattr(self, field)

    @property
    def plain_path(self) -> str:
        """Its import path, without the mark of a variant that is made for a test."""
        return self.ImportPath.partition(" ")[0]

    @property
    def embed_folders(self) -> Iterator[str]:
        """The folders below which a new file may be embedded, relative to `Dir`; "" is that itself."""
        for pattern in self.EmbedPatterns:
            parts = pattern.removeprefix("all:").split("/")
            fixed = next((place for place, part in enumerate(parts) if _MAGIC.search(part)), len(parts))
            yield "/".join(parts[:fixed])


def arguments(packages: tuple[str, ...], with_tests: bool) -> tuple[str, ...]:
    """The command line that lists these packages (flags may come first) and all that they need."""
    tests = ("-test",) if with_tests else ()
    return ("go", "list", "-e", "-deps", *tests, f"-json={','.join(FIELDS)}", *packages)


def packages_of(text: bytes) -> Iterator[GoPackage]:
    """The packages that the go command printed, one JSON object after the other. Raises ValueError where it is none."""
    # It indents each object, and only its first and last brace stand at the beginning of a line.
    decoder = msgspec.json.Decoder(GoPackage)
    for piece in text.split(b"\n}"):
        if piece.strip():
            yield decoder.decode(piece + b"}")


def head(text: str, is_go: bool) -> str:
    """The part of a source file that decides what else belongs to its package: constraints, imports, embedded files.

    It may hold more, never less: it goes on until the first declaration behind the last word "import".
    """
    if not is_go:
        return "\n".join(_CONSTRAINT.findall(text))
    imports = [found.end() for found in _IMPORT.finditer(text)]
    end = _DECLARATION.search(text, imports[-1] if imports else 0)
    above = text if end is None else text[: end.start()]
    return "\n".join((above.rstrip(), *_EMBED.findall(text, len(above))))
