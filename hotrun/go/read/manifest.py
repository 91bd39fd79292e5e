"""Manifests: a digest of each package's sources, recorded beside a program or plugin when it is built.

Go's own fingerprints ignore the bodies of functions that are not inlined. A new host can therefore open an old plugin,
and each runs its own version of a shared package. Manifests show the difference.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from hotrun.errors import HotrunError

SUFFIX = ".sources.json"
VERSION = 1
MAX_BYTES = 64 << 20
# The fields of `go list -json` whose files end up in a binary.
FILES = (
    "GoFiles CgoFiles CFiles CXXFiles MFiles HFiles FFiles SFiles SwigFiles SwigCXXFiles SysoFiles EmbedFiles".split()
)


class Manifest(msgspec.Struct, frozen=True):
    """`binary`: the sha256 of the built file. `packages`: one digest for each package that is not Go's own."""

    version: int
    binary: str
    packages: Mapping[str, str]


def sources_of(package: Mapping[str, Any]) -> list[str]:
    """The paths of a package's files, from the output of `go list -deps -json`. None for Go's own packages."""
    if package.get("Standard"):
        return []
    return [os.path.join(package["Dir"], name) for kind in FILES for name in package.get(kind) or ()]


def manifest_of(listed: Iterable[Mapping[str, Any]], digests: Mapping[str, str], binary: str) -> Manifest:
    """The manifest of a file built from the packages `listed` (parsed output of `go list -deps -json`).

    `digests`: the sha256 of every file that `sources_of` returns, read before or during the build. A file without one
    was missing. `binary`: the sha256 of the built file. Digests contain file names without folders, so two checkouts
    of the same sources have equal manifests.
    """
    packages = {}
    for package in listed:
        files = sources_of(package)
        # Go names the main package so when it is built from a list of files.
        if not files or package.get("ImportPath") == "command-line-arguments":
            continue
        text = hashlib.sha256()
        for path in sorted(files):
            name = os.path.relpath(path, package["Dir"])
            text.update(f"{name}\0{digests.get(path, 'gone')}\n".encode("utf-8", "surrogateescape"))
        packages[package["ImportPath"]] = text.hexdigest()
    return Manifest(VERSION, binary, packages)


def skewed(one: Manifest, other: Manifest, packages: Iterable[str]) -> tuple[str, ...]:
    """The packages, out of `packages`, that both were built from, but with different sources."""
    return tuple(
        name
        for name in sorted(packages)
        if name in one.packages and name in other.packages and one.packages[name] != other.packages[name]
    )


def manifest_bytes(manifest: Manifest) -> bytes:
    """The contents of the file `PATH.sources.json` beside the binary PATH."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"


def read_manifest(path: str) -> Manifest | None:
    """The manifest of the binary `path`, or None without one. Raises HotrunError if it is not a valid manifest."""
    name = path + SUFFIX
    remedy = "delete it, or rebuild"
    try:
        with open(name, "rb") as file:
            found = msgspec.json.decode(file.read(MAX_BYTES), type=Manifest)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise HotrunError(f"{name}: cannot be read: {error.strerror}", remedy) from None
    except (msgspec.MsgspecError, ValueError) as error:
        raise HotrunError(f"{name}: not a manifest of hotrun: {error}", remedy) from None
    if found.version != VERSION:
        raise HotrunError(f"{name}: manifest version {found.version} is not supported (expected {VERSION})", remedy)
    return found
