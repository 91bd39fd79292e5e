"""The output of `go list -json`: the files of each package, and what determines them.

This module reads no files. The field names are those of `go help list`.
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
    """The replacement of a module in a go.mod or go.work. Without a version it is a folder."""

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
        """Whether its files may be edited, unlike a copy in the module cache."""
        return self.Main or not self.Version or (self.Replace is not None and not self.Replace.Version)


class PackageError(msgspec.Struct, frozen=True):
    """Why a package cannot be loaded."""

    Err: str = ""
    Pos: str = ""


class GoPackage(msgspec.Struct, frozen=True):
    """One package. File names are relative to `Dir`."""

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
        """All files that a build of the package reads."""
        for field in _SOURCES:
            yield from getattr(self, field)

    @property
    def plain_path(self) -> str:
        """Its import path, without the suffix of a test variant."""
        return self.ImportPath.partition(" ")[0]

    @property
    def embed_folders(self) -> Iterator[str]:
        """The folders in which a new file may match an embed pattern, relative to `Dir`. "" is `Dir` itself."""
        for pattern in self.EmbedPatterns:
            parts = pattern.removeprefix("all:").split("/")
            fixed = next((place for place, part in enumerate(parts) if _MAGIC.search(part)), len(parts))
            yield "/".join(parts[:fixed])


def arguments(packages: tuple[str, ...], with_tests: bool) -> tuple[str, ...]:
    """The command that lists these packages and all their dependencies. `packages` may begin with flags."""
    tests = ("-test",) if with_tests else ()
    return ("go", "list", "-e", "-deps", *tests, f"-json={','.join(FIELDS)}", *packages)


def packages_of(text: bytes) -> Iterator[GoPackage]:
    """Parse the packages that the go command printed as consecutive JSON objects. Raises ValueError for other text."""
    # The go command indents each object, so only the outer braces begin a line.
    decoder = msgspec.json.Decoder(GoPackage)
    for piece in text.split(b"\n}"):
        if piece.strip():
            yield decoder.decode(piece + b"}")


def head(text: str, is_go: bool) -> str:
    """The part of a source file that can change the list of files: build constraints, imports and embed directives.

    It may contain more, never less: it ends at the first declaration after the last word "import".
    """
    if not is_go:
        return "\n".join(_CONSTRAINT.findall(text))
    imports = [found.end() for found in _IMPORT.finditer(text)]
    end = _DECLARATION.search(text, imports[-1] if imports else 0)
    above = text if end is None else text[: end.start()]
    return "\n".join((above.rstrip(), *_EMBED.findall(text, len(above))))
