"""Builds one target: `go build` into the staging folder, and beside it what it was built from.

The sources are digested while the compiler reads them; a file that is edited meanwhile starts another build.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import subprocess
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from hotrun.errors import HotrunError
from hotrun.go.build.atomic_copy import replace
from hotrun.go.build.source_record import SourceRecord, write_record
from hotrun.go.read.listing import GoPackage, arguments, packages_of
from hotrun.go.read.manifest import SUFFIX, manifest_bytes, manifest_of, sources_of
from hotrun.go.target import FOLDER, Target

_NOT_IN_LISTS = ("CFiles", "CXXFiles", "MFiles", "FFiles", "SFiles", "SwigFiles", "SwigCXXFiles", "SysoFiles")


def compile_target(target: Target) -> int:
    """Build it; returns the exit code of the compiler, whose output is ours. Raises HotrunError without a compiler."""
    os.makedirs(FOLDER, mode=0o700, exist_ok=True)
    with _turn(target):
        return _compile(target)


@contextlib.contextmanager
def _turn(target: Target) -> Iterator[None]:
    """One after the other, plugins that have never been built here.

    The first compiles Go's own packages once more, as plugins need them; go commands beside it would all do the same.
    """
    if not target.is_plugin or os.path.exists(target.staged):
        yield
        return
    with open(f"{FOLDER}/lock", "wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _compile(target: Target) -> int:
    builder = None if target.by_files else _builder(target, (target.package,))
    lister = _start(arguments((*target.flags, target.package), False), subprocess.PIPE, subprocess.DEVNULL)
    packages = _packages(lister.communicate()[0])
    if builder is None:
        builder = _builder(target, _files_of(target, packages))
    digests = digests_of([path for package in packages for path in sources_of(package)])
    status = builder.wait()
    if status == 0:
        _record(target, packages, digests)
    return status


def _builder(target: Target, what: Sequence[str]) -> subprocess.Popen[bytes]:
    mode = ("-buildmode=plugin",) if target.is_plugin else ()
    return _start(("go", "build", *target.flags, *mode, "-o", target.staged, *what))


def _files_of(target: Target, packages: list[dict[str, Any]]) -> list[str]:
    """The Go files of its package; the package where they are not known: the compiler says why."""
    main = packages[-1] if packages else {}
    names = [*main.get("GoFiles", ()), *main.get("CgoFiles", ())]
    other = [name for kind in _NOT_IN_LISTS for name in main.get(kind, ())]
    if other:
        raise HotrunError(
            f"{target.package}: {other[0]} is no Go file, and a plugin that is reloaded is built from Go files alone",
            'reload = "restart"',
        )
    return [os.path.relpath(os.path.join(main["Dir"], name)) for name in names] or [target.package]


def _start(command: Sequence[str], stdout: int | None = None, stderr: int | None = None) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr)
    except OSError as error:
        raise HotrunError(
            f"{command[0]}: {(error.strerror or str(error)).lower()}", "install Go, or put it into PATH"
        ) from None


def _packages(text: bytes) -> list[dict[str, Any]]:
    """What was listed; nothing where the list is none: the compiler says what is wrong."""
    try:
        found: list[GoPackage] = list(packages_of(text))
    except ValueError:
        return []
    return [msgspec.to_builtins(package) for package in found if not package.Standard and package.Dir]


def digests_of(paths: Sequence[str]) -> dict[str, str]:
    """The sha256 of each file that is there."""
    digests = {}
    for path in paths:
        with contextlib.suppress(OSError), open(path, "rb") as file:
            digests[path] = hashlib.file_digest(file, "sha256").hexdigest()
    return digests


def _record(target: Target, packages: list[dict[str, Any]], digests: dict[str, str]) -> None:
    main = next((path for package in packages[-1:] for path in sources_of(package)), "go.mod")
    record = SourceRecord(target, os.path.relpath(main))
    write_record(record)
    with open(target.staged, "rb") as file:
        binary = hashlib.file_digest(file, "sha256").hexdigest()
    # The package of a plugin that is reloaded has another name in each version, and nothing in common with any.
    compared = packages[:-1] if target.by_files else packages
    replace(target.staged + SUFFIX, manifest_bytes(manifest_of(compared, digests, binary)))
