"""What a program or plugin was built from: a digest of each package's sources, recorded beside it when it is built.

Go's own fingerprints do not change with the body of a function that is not inlined, so a host of today opens a plugin
of yesterday, and each runs its own version of the same package. The manifest tells them apart.
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
# What of a package's files ends up in a binary, as `go list -json` calls them.
FILES = (
    "GoFiles CgoFiles CFiles CXXFiles MFiles HFiles FFiles SFiles SwigFiles SwigCXXFiles SysoFiles EmbedFiles".split()
)


class Manifest(msgspec.Struct, frozen=True):
    """`binary` is the sha256 of the file it belongs to, `packages` has one of each package that is not Go's own."""

    version: int
    binary: str
    packages: Mapping[str, str]


def sources_of(package: Mapping[str, Any]) -> list[str]:
    """The files, with their folder, of one package as `go list -deps -json` prints it; none for Go's own packages."""
    if package.get("Standard"):
        return []
    return [os.path.join(package["Dir"], name) for kind in FILES for name in package.get(kind) or ()]


def manifest_of(listed: Iterable[Mapping[str, Any]], digests: Mapping[str, str], binary: str) -> Manifest:
    """The manifest of what was built from the packages `listed` (`go list -deps -json`, parsed).

    `digests` has the sha256 of every file that `sources_of` names, read before or during the build; `binary` is that
    of the built file. A file that was gone counts as such. A package is known by its files' names without the folder:
    the same source in two checkouts is the same.
    """
    packages = {}
    for package in listed:
        files = sources_of(package)
        # The package that is built is named after its file where it was given as a list of files.
        if not files or package.get("ImportPath") == "command-line-arguments":
            continue
        text = hashlib.sha256()
        for path in sorted(files):
            name = os.path.relpath(path, package["Dir"])
            text.update(f"{name}\0{digests.get(path, 'gone')}\n".encode("utf-8", "surrogateescape"))
        packages[package["ImportPath"]] = text.hexdigest()
    return Manifest(VERSION, binary, packages)


def skewed(one: Manifest, other: Manifest, packages: Iterable[str]) -> tuple[str, ...]:
    """Those of `packages` that both were built from, and from different sources."""
    return tuple(
        name
        for name in sorted(packages)
        if name in one.packages and name in other.packages and one.packages[name] != other.packages[name]
    )


def manifest_bytes(manifest: Manifest) -> bytes:
    """What belongs into the file `PATH.sources.json` beside the binary PATH."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"


def read_manifest(path: str) -> Manifest | None:
    """That of the binary `path`; None where there is none. Raises HotrunError where it is none of ours."""
    name = path + SUFFIX
    remedy = "delete it, or build again"
    try:
        with open(name, "rb") as file:
            found = msgspec.json.decode(file.read(MAX_BYTES), type=Manifest)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise HotrunError(f"{name}: cannot be read: {error.strerror}", remedy) from None
    except (msgspec.MsgspecError, ValueError) as error:
        raise HotrunError(f"{name}: no manifest of hotrun: {error}", remedy) from None
    if found.version != VERSION:
        raise HotrunError(f"{name}: a manifest of version {found.version}, expected {VERSION}", remedy)
    return found
