"""Says why fingerprints differ. plugin.Open names one package, an arbitrary one; the cause is in how both were built.

That they differ is the problem (fit.py); build information and folders of sources only explain it, and only where they
can be the reason: harmless settings differ, too.
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

# A package that is there only with the flag, for plugins of Go up to 1.19, which have no build information.
INSTRUMENTED = {"-race": "runtime/race", "-msan": "runtime/msan", "-asan": "runtime/asan"}


class Cause(msgspec.Struct, frozen=True):
    """Why two files do not fit, and what to do about it: a sentence each. `kind` is for programs (docs/commands.md)."""

    kind: str
    text: str
    remedy: str


def causes_of(one: Artifact, other: Artifact, packages: Sequence[str]) -> tuple[Cause, ...]:
    """Why the fingerprints of `packages` differ in the two files; never empty.

    What concerns all packages comes alone: what is below it follows from it.
    """
    standard = [name for name in packages if is_standard(name, one, other)]
    found = tuple(_of_the_build(one, other, standard)) or tuple(_of_choices(one, other, standard))
    if found:
        return found
    if standard:
        return (_of_the_standard_library(one, other, standard),)
    return tuple(_of_modules(one, other, packages))


def is_standard(package: str, *files: Artifact) -> bool:
    """Whether it comes with Go: it is in none of the modules, and its first element is no host name."""
    if any(_module_of(package, file) for file in files):
        return False
    return package != "main" and not package.startswith("plugin/unnamed-") and "." not in package.partition("/")[0]


def _of_the_build(one: Artifact, other: Artifact, standard: Sequence[str]) -> Iterator[Cause]:
    """Versions and flags, which concern what Go brings along, too."""
    a, b = one.build, other.build
    if a and b and standard and a.release != b.release:
        text = _differ(one, other, a.release, b.release)
        yield Cause("toolchain", text, "build both with the same version of Go")
        return
    if a and b and standard and a.experiments != b.experiments:
        text = _differ(one, other, *(f"GOEXPERIMENT={info.experiments or '(default)'}" for info in (a, b)))
        yield Cause("experiment", text, "set the same GOEXPERIMENT for both")
    for flag, package in INSTRUMENTED.items():
        has = [package in file.fingerprints or _setting(file, flag) == "true" for file in (one, other)]
        if has[0] != has[1]:
            yield _one_sided(flag, one if has[0] else other, other if has[0] else one)
    if a and b:
        has = [_setting(file, "-trimpath") == "true" for file in (one, other)]
        if has[0] != has[1]:
            yield _one_sided("-trimpath", one if has[0] else other, other if has[0] else one)
        if standard or any(_has_pattern(_setting(file, "-gcflags")) for file in (one, other)):
            yield from _unlike(one, other, "flags", "-gcflags", "-asmflags")


def _of_choices(one: Artifact, other: Artifact, standard: Sequence[str]) -> Iterator[Cause]:
    """What chooses files of Go itself, as -tags=netgo does; it often differs without harm, so it comes second."""
    if standard and one.build and other.build:
        yield from _unlike(one, other, "flags", "-tags", "GOFIPS140")


def _unlike(one: Artifact, other: Artifact, kind: str, *names: str) -> Iterator[Cause]:
    """A cause for each of these settings that has two values."""
    for name in names:
        values = [_setting(file, name) for file in (one, other)]
        if values[0] != values[1]:
            text = _differ(one, other, *(f"{name}={value}" if value else f"no {name}" for value in values))
            yield Cause(kind, text, f"give both builds the same {name}")


def _one_sided(flag: str, with_it: Artifact, without: Artifact) -> Cause:
    text = f"{with_it.path} was built with {flag}, {without.path} without it"
    return Cause(flag.removeprefix("-"), text, f"give both builds {flag}, or neither")


def _has_pattern(value: str) -> bool:
    """Whether flags are meant for packages by a pattern; without one they are for the named package alone."""
    return re.match(r"[^-\s=][^\s=]*=", value) is not None


def _of_the_standard_library(one: Artifact, other: Artifact, standard: Sequence[str]) -> Cause:
    silent = [file.path for file in (one, other) if file.build is None]
    text = f"{len(standard)} packages of Go itself differ: another Go, GOEXPERIMENT, -trimpath or -gcflags=all"
    if silent:
        text += f" ({' and '.join(silent)} {'has' if len(silent) == 1 else 'have'} no build information)"
    return Cause("toolchain-or-flags", text, TOGETHER)


def _of_modules(one: Artifact, other: Artifact, packages: Sequence[str]) -> Iterator[Cause]:
    """Modules of others first: where one of them differs, our own packages that use it may differ for that alone."""
    of_module: dict[str, list[str]] = {}
    for name in packages:
        of_module.setdefault(_module_of(name, one) or _module_of(name, other), []).append(name)
    own = {file.build.main for file in (one, other) if file.build is not None} | {""}
    found = [
        cause
        for module, names in sorted(of_module.items())
        if module not in own and (cause := _dependency(one, other, module, names)) is not None
    ]
    yield from found
    for module, names in sorted(of_module.items()):
        if not found and (module in own or _dependency(one, other, module, names) is None):
            yield _own(one, other, module, names)


def _dependency(one: Artifact, other: Artifact, module: str, packages: Sequence[str]) -> Cause | None:
    """Why a module of others differs; None where it is a folder of our own that is used as a module."""
    a, b = (_of_build(file, module) for file in (one, other))
    if a is None or b is None:
        return None
    if (a.version, a.source) != (b.version, b.source):
        text = _differ(one, other, f"{module} {a.shown()}", f"{module} {b.shown()}")
        return Cause("dependency", text, f"require one version of {module} in both, and build both again")
    if a.sum and b.sum and a.sum != b.sum:
        text = f"{module} {a.shown()} has other contents in {one.path} than in {other.path}: {a.sum} and {b.sum}"
        return Cause("dependency", text, f"fetch {module} again from one source, and build both")
    if bool(a.sum) != bool(b.sum):
        vendored, plain = (other, one) if a.sum else (one, other)
        text = f"{module} comes from a vendor folder in {vendored.path}, and not in {plain.path}"
        return Cause("vendor", text, "build both with -trimpath, or both with the same -mod")
    if a.sum:
        text = f"{module} {a.shown()} is the same, from another folder (GOMODCACHE, GOPATH, vendor)"
        return Cause("module-folder", text, TRIM)
    return None


def _own(one: Artifact, other: Artifact, module: str, packages: Sequence[str]) -> Cause:
    """Our own sources: from another checkout, with other tags, or from another time."""
    # A package in a folder of its own below the module's; what is in the module's own folder ends like nothing.
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
    said = "its sources have changed in between" if all(where) else "its sources have changed, or lie in another folder"
    return Cause("stale", f"{age}: {said}", f"build {old.path} again")


def _age(ms: int) -> str:
    hours = ms // 3_600_000
    if hours < 2:
        return duration(ms)
    return f"{hours} hours" if hours < 48 else f"{hours // 24} days"


def _module_of(package: str, file: Artifact) -> str:
    """The module of the build that the package is in; empty where there is none or the file does not tell."""
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
    """The folders of sources that end so, without those of Go itself and of the module cache.

    Those of a build with -trimpath are no places.
    """
    of_go = tuple(folder.removesuffix("runtime") for folder in file.folders if folder.endswith("/src/runtime"))
    ours = {folder for folder in file.folders if folder.startswith("/") and "@" not in folder}
    return {folder for folder in ours if folder.endswith(endings) and not folder.startswith(of_go)}


def _differ(one: Artifact, other: Artifact, this: str, that: str) -> str:
    return f"{one.path} was built with {this}, {other.path} with {that}"
