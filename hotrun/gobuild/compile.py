"""Builds one target: `go build` into the staging folder, and beside it what it was built from.

The sources are digested while the compiler reads them; a file that is edited meanwhile starts another build.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
from collections.abc import Sequence

import msgspec

from hotrun.errors import HotrunError
from hotrun.gobuild.record import Record, write_record
from hotrun.gobuild.replace import replace
from hotrun.golang.listing import Package, arguments, packages_of
from hotrun.golang.manifest import SUFFIX, manifest_bytes, manifest_of, sources_of
from hotrun.golang.target import FOLDER, Target


def compile_target(target: Target) -> int:
    """Build it; returns the exit code of the compiler, whose output is ours. Raises HotrunError without a compiler."""
    os.makedirs(FOLDER, mode=0o700, exist_ok=True)
    mode = ("-buildmode=plugin",) if target.is_plugin else ()
    go, *listing = arguments((*target.flags, target.package), False)
    builder = _start((go, "build", *target.flags, *mode, "-o", target.staged, target.package))
    lister = _start((go, *listing), subprocess.PIPE, subprocess.DEVNULL)
    packages = _packages(lister.communicate()[0])
    digests = digests_of([path for package in packages for path in sources_of(package)])
    status = builder.wait()
    if status == 0:
        _record(target, packages, digests)
    return status


def _start(command: Sequence[str], stdout: int | None = None, stderr: int | None = None) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr)
    except OSError as error:
        raise HotrunError(
            f"{command[0]}: {(error.strerror or str(error)).lower()}", "install Go, or put it into PATH"
        ) from None


def _packages(text: bytes) -> list[dict[str, object]]:
    """What was listed; nothing where the list is none: the compiler says what is wrong."""
    try:
        found: list[Package] = list(packages_of(text))
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


def _record(target: Target, packages: list[dict[str, object]], digests: dict[str, str]) -> None:
    main = next((path for package in packages[-1:] for path in sources_of(package)), "go.mod")
    record = Record(target, os.path.relpath(main))
    write_record(record)
    with open(target.staged, "rb") as file:
        binary = hashlib.file_digest(file, "sha256").hexdigest()
    replace(target.staged + SUFFIX, manifest_bytes(manifest_of(packages, digests, binary)))
