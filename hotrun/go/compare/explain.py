"""Explain why fingerprints differ. plugin.Open names one arbitrary package; the cause is in how both files were built.

fit.py decides that two files do not fit. Build information and source folders only explain it. They are compared only
where they can be the reason, because many settings differ without harm.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from hotrun.core.model.text import duration, listed
from hotrun.go.read.artifact import Artifact
from hotrun.go.read.buildinfo import BuildModule

TOGETHER = "build both with one command, or let one build make all of them"
TRIM = "build both with -trimpath, or both in the same folders"

# Packages that only builds with the flag contain. Plugins of Go up to 1.19 have no build information.
INSTRUMENTED = {"-race": "runtime/race", "-msan": "runtime/msan", "-asan": "runtime/asan"}


class Cause(msgspec.Struct, frozen=True):
    """Why two files do not fit, and how to fix it: a sentence each. docs/commands.md lists every `kind`."""

    kind: str
    text: str
    remedy: str


def causes_of(one: Artifact, other: Artifact, packages: Sequence[str]) -> tuple[Cause, ...]:
    """Explain why the fingerprints of `packages` differ in the two files. Never empty.

    A cause that affects all packages is the only one reported, because it explains the rest.
    """
    standard = [name for name in packages if is_standard(name, one, other)]
    found = tuple(_of_the_build(one, other, standard)) or tuple(_of_file_selection(one, other, standard))
    if found:
        return found
    if standard:
        return (_of_the_standard_library(one, other, standard),)
    return tuple(_of_modules(one, other, packages))


def is_standard(package: str, *files: Artifact) -> bool:
    """Whether the package comes with Go: no module contains it, and its first element is not a host name."""
    if any(_module_of(package, file) for file in files):
        return False
    return package != "main" and not package.startswith("plugin/unnamed-") and "." not in package.partition("/")[0]


def _of_the_build(one: Artifact, other: Artifact, standard: Sequence[str]) -> Iterator[Cause]:
    """Versions of Go and flags, which also affect Go's own packages."""
    toolchain = _toolchain(one, other) if standard else None
    if toolchain is not None:
        yield toolchain
        return
    for flag, package in INSTRUMENTED.items():
        yield from _one_sided(flag, one, other, package)
    if one.build and other.build:
        yield from _one_sided("-trimpath", one, other)
        if standard or any(_has_pattern(_setting(file, "-gcflags")) for file in (one, other)):
            yield from _unlike(one, other, "flags", "-gcflags", "-asmflags")


def _toolchain(one: Artifact, other: Artifact) -> Cause | None:
    a, b = one.build, other.build
    if a is None or b is None:
        return None
    if a.release != b.release:
        text = _differ(one, other, a.release, b.release)
        return Cause("toolchain", text, "build both with the same version of Go")
    if a.experiments != b.experiments:
        text = _differ(one, other, *(f"GOEXPERIMENT={info.experiments or '(default)'}" for info in (a, b)))
        return Cause("experiment", text, "set the same GOEXPERIMENT for both")
    return None


def _of_file_selection(one: Artifact, other: Artifact, standard: Sequence[str]) -> Iterator[Cause]:
    """Settings that select files of Go itself, such as -tags=netgo. Last, because they often differ without harm."""
    if standard and one.build and other.build:
        yield from _unlike(one, other, "flags", "-tags", "GOFIPS140")


def _unlike(one: Artifact, other: Artifact, kind: str, *names: str) -> Iterator[Cause]:
    """A cause for each of these settings that differs."""
    for name in names:
        values = [_setting(file, name) for file in (one, other)]
        if values[0] != values[1]:
            text = _differ(one, other, *(f"{name}={value}" if value else f"no {name}" for value in values))
            yield Cause(kind, text, f"give both builds the same {name}")


def _one_sided(flag: str, one: Artifact, other: Artifact, package: str = "") -> Iterator[Cause]:
    """A cause if only one of the files was built with `flag`, which shows in its settings or brings in `package`."""
    has = [package in file.fingerprints or _setting(file, flag) == "true" for file in (one, other)]
    if has[0] != has[1]:
        with_it, without = (one, other) if has[0] else (other, one)
        text = f"{with_it.path} was built with {flag}, {without.path} without it"
        yield Cause(flag.removeprefix("-"), text, f"give both builds {flag}, or neither")


def _has_pattern(value: str) -> bool:
    """Whether the flags apply to packages by a pattern. Without one they apply only to the named package."""
    return re.match(r"[^-\s=][^\s=]*=", value) is not None


def _of_the_standard_library(one: Artifact, other: Artifact, standard: Sequence[str]) -> Cause:
    without_info = [file.path for file in (one, other) if file.build is None]
    text = f"{len(standard)} of Go's own packages differ: another Go version, GOEXPERIMENT, -trimpath or -gcflags=all"
    if without_info:
        text += f" (no build information in {' and '.join(without_info)})"
    return Cause("toolchain-or-flags", text, TOGETHER)


def _of_modules(one: Artifact, other: Artifact, packages: Sequence[str]) -> Iterator[Cause]:
    """Third-party modules first: if one of them differs, it may be the only reason why the user's packages differ."""
    of_module: dict[str, list[str]] = {}
    for name in packages:
        of_module.setdefault(_module_of(name, one) or _module_of(name, other), []).append(name)
    main = {file.build.main for file in (one, other) if file.build is not None} | {""}
    found = [
        cause
        for module, names in sorted(of_module.items())
        if module not in main and (cause := _dependency(one, other, module, names)) is not None
    ]
    yield from found
    for module, names in sorted(of_module.items()):
        if not found and (module in main or _dependency(one, other, module, names) is None):
            yield _main_module(one, other, module, names)


def _dependency(one: Artifact, other: Artifact, module: str, packages: Sequence[str]) -> Cause | None:
    """Why a third-party module differs. None if it is a local folder that is used as a module."""
    a, b = (_of_build(file, module) for file in (one, other))
    if a is None or b is None:
        return None
    if (a.version, a.source) != (b.version, b.source):
        text = _differ(one, other, f"{module} {a.shown()}", f"{module} {b.shown()}")
        return Cause("dependency", text, f"require one version of {module} in both, and build both again")
    if a.sum and b.sum and a.sum != b.sum:
        text = f"{module} {a.shown()} has different contents in {one.path} and in {other.path}: {a.sum} and {b.sum}"
        return Cause("dependency", text, f"fetch {module} again from one source, and build both")
    if bool(a.sum) != bool(b.sum):
        vendored, plain = (other, one) if a.sum else (one, other)
        text = f"{module} comes from a vendor folder in {vendored.path}, but not in {plain.path}"
        return Cause("vendor", text, "build both with -trimpath, or both with the same -mod")
    if a.sum:
        text = f"{module} {a.shown()} is the same version from two folders (GOMODCACHE, GOPATH, vendor)"
        return Cause("module-folder", text, TRIM)
    return None


def _main_module(one: Artifact, other: Artifact, module: str, packages: Sequence[str]) -> Cause:
    """The user's own sources: another checkout, other tags, or another point in time."""
    # The part of each import path below its module. It is empty for a package in the module's folder.
    endings = tuple(name.removeprefix(module) or f"/{name.rpartition('/')[2]}" for name in packages if module)
    where = [_folders(file, endings) for file in (one, other)]
    if all(where) and not where[0] & where[1]:
        text = _differ(one, other, *(f"the sources in {listed(sorted(found))}" for found in where))
        return Cause("folder", text, TRIM)
    a, b = (_of_build(file, module) for file in (one, other))
    if a and b and _setting(one, "-trimpath") == "true" and (a.version, a.source) != (b.version, b.source):
        text = _differ(one, other, f"{module} {a.shown()}", f"{module} {b.shown()}")
        return Cause("dependency", text, f"give {module} the same version in both: -trimpath puts it into the paths")
    commits = [_setting(file, "vcs.revision") for file in (one, other)]
    if all(commits) and commits[0] != commits[1]:
        return Cause("commit", _differ(one, other, *(f"commit {name[:12]}" for name in commits)), TOGETHER)
    for cause in _unlike(one, other, "tags", "-tags"):
        return cause
    old, new = sorted((one, other), key=lambda file: file.modified_ms)
    age = f"{old.path} is {_age(new.modified_ms - old.modified_ms)} older than {new.path}"
    why = "its sources have changed since" if all(where) else "its sources have changed, or are in another folder"
    return Cause("stale", f"{age}: {why}", f"rebuild {old.path}")


def _age(ms: int) -> str:
    hours = ms // 3_600_000
    if hours < 2:
        return duration(ms)
    return f"{hours} hours" if hours < 48 else f"{hours // 24} days"


def _module_of(package: str, file: Artifact) -> str:
    """The module of the build that contains the package. Empty if there is none, or without build information."""
    modules = {} if file.build is None else file.build.modules
    path = package
    while path and path not in modules:
        path = path.rpartition("/")[0]
    return path


def _of_build(file: Artifact, module: str) -> BuildModule | None:
    return None if file.build is None else file.build.modules.get(module)


def _setting(file: Artifact, name: str) -> str:
    return "" if file.build is None else file.build.settings.get(name, "")


def _folders(file: Artifact, endings: tuple[str, ...]) -> set[str]:
    """The source folders with one of these endings, without those of Go itself and of the module cache.

    A build with -trimpath records no folders.
    """
    of_go = tuple(folder.removesuffix("runtime") for folder in file.folders if folder.endswith("/src/runtime"))
    local = {folder for folder in file.folders if folder.startswith("/") and "@" not in folder}
    return {folder for folder in local if folder.endswith(endings) and not folder.startswith(of_go)}


def _differ(one: Artifact, other: Artifact, this: str, that: str) -> str:
    return f"{one.path} was built with {this}, {other.path} with {that}"
