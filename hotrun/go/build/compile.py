"""Build one target: run `go build` into the staging folder, and record beside the output what it was built from.

The sources are hashed while the compiler reads them. An edit in the meantime starts another build anyway.
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

_NOT_GO_FILES = ("CFiles", "CXXFiles", "MFiles", "FFiles", "SFiles", "SwigFiles", "SwigCXXFiles", "SysoFiles")


def compile_target(target: Target) -> int:
    """Build the target. Returns the compiler's exit code, and passes on its output. Raises HotrunError without one."""
    os.makedirs(FOLDER, mode=0o700, exist_ok=True)
    with _first_build_lock(target):
        return _compile(target)


@contextlib.contextmanager
def _first_build_lock(target: Target) -> Iterator[None]:
    """Build plugins one at a time until each has been built once.

    The first one compiles Go's own packages for plugins. go commands that run in parallel would all do the same work.
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


def _builder(target: Target, sources: Sequence[str]) -> subprocess.Popen[bytes]:
    mode = ("-buildmode=plugin",) if target.is_plugin else ()
    return _start(("go", "build", *target.flags, *mode, "-o", target.staged, *sources))


def _files_of(target: Target, packages: list[dict[str, Any]]) -> list[str]:
    """The Go files of the target's package. The package itself if unknown: the compiler then reports the reason."""
    main = packages[-1] if packages else {}
    names = [*main.get("GoFiles", ()), *main.get("CgoFiles", ())]
    other = [name for kind in _NOT_GO_FILES for name in main.get(kind, ())]
    if other:
        raise HotrunError(
            f"{target.package}: {other[0]} is not a Go file, and a reloaded plugin can only be built from Go files",
            'reload = "restart"',
        )
    return [os.path.relpath(os.path.join(main["Dir"], name)) for name in names] or [target.package]


def _start(command: Sequence[str], stdout: int | None = None, stderr: int | None = None) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr)
    except OSError as error:
        raise HotrunError(
            f"{command[0]}: {(error.strerror or str(error)).lower()}", "install Go, or add it to PATH"
        ) from None


def _packages(text: bytes) -> list[dict[str, Any]]:
    """The listed packages. None if the list cannot be parsed: the compiler then reports the reason."""
    try:
        found: list[GoPackage] = list(packages_of(text))
    except ValueError:
        return []
    return [msgspec.to_builtins(package) for package in found if not package.Standard and package.Dir]


def digests_of(paths: Sequence[str]) -> dict[str, str]:
    """The sha256 of each file that exists."""
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
    # The main package of a reloaded plugin has a new name in each version, so there is nothing to compare.
    compared = packages[:-1] if target.by_files else packages
    replace(target.staged + SUFFIX, manifest_bytes(manifest_of(compared, digests, binary)))
