"""Converts the output of `go list` to the files of a step: those of the user's own packages, and module files."""

from __future__ import annotations

import contextlib
import os
import shlex
from collections.abc import Iterable, Iterator

from hotrun.adapters.step_inputs.found import InputNames, InputsFound
from hotrun.core.model.project import ListedFile, input_kind
from hotrun.go.read.listing import GoPackage, arguments, packages_of
from hotrun.go.read.modules import replacing, used

_OF_MODULE = ("go.mod", "go.sum", "vendor/modules.txt")
_OF_WORKSPACE = ("go.work", "go.work.sum", "vendor/modules.txt")


def command_of(text: str) -> tuple[str, ...]:
    """Return the command line for an entry of `inputs`, which was checked when the configuration was loaded."""
    return arguments(tuple(shlex.split(text.partition(":")[2])), input_kind(text) == "go-test")


def go_files(text: bytes, stderr: str, status: int, cwd: str, names: InputNames, number: int) -> InputsFound:
    """Convert the result of the go command: its stdout `text`, its stderr `stderr`, and its exit status.

    `cwd` is the folder where it ran, `number` that of the entry in `inputs`.
    """
    try:
        packages = list(packages_of(text))
    except ValueError:
        return InputsFound(error="go list: unreadable output")
    own = [package for package in packages if _is_own(package, names)]
    files: dict[str, ListedFile] = {}
    folders: set[str] = set()
    for package in own:
        by = ListedFile(number, f"package {package.plain_path}")
        for file in package.files:
            if os.path.isabs(file):
                continue  # the main function of a test, which go generates
            files.setdefault(names.of(os.path.join(package.Dir, file)), by)
        folders.update(_folder(names.of(os.path.join(package.Dir, path))) for path in package.embed_folders)
    for path, why in _module_files(own, cwd, names):
        files.setdefault(names.of(path), ListedFile(number, why))
    error = _error(packages, stderr, status)
    return InputsFound(files, tuple(sorted(folders)), None if error is None else f"go list: {error}")


def _is_own(package: GoPackage, names: InputNames) -> bool:
    """Whether its files may be edited: not those of the toolchain and the module cache, but copies in vendor/."""
    if package.Standard or not package.Dir:
        return False
    is_local = package.Module is None or package.Module.is_local
    return is_local or not names.of(package.Dir).startswith("../")


def _folder(name: str) -> str:
    return "" if name == "." else f"{name}/"


def _module_files(packages: Iterable[GoPackage], cwd: str, names: InputNames) -> Iterator[tuple[str, str]]:
    """The files that define the modules, existing or not, each with its origin in words."""
    modules = {os.path.dirname(p.Module.GoMod): p.Module.Path for p in packages if p.Module and p.Module.GoMod}
    for folder in _upwards(cwd, names):
        yield from ((os.path.join(folder, file), "the workspace") for file in _OF_WORKSPACE)
        text = _text(os.path.join(folder, "go.work"))
        for path in (*used(text), *replacing(text)):
            modules.setdefault(os.path.normpath(os.path.join(folder, path)), path)
    for folder in list(modules) or [cwd]:
        for path in replacing(_text(os.path.join(folder, "go.mod"))):
            modules.setdefault(os.path.normpath(os.path.join(folder, path)), path)
    for folder, path in (modules or {cwd: "here"}).items():
        yield from ((os.path.join(folder, file), f"module {path}") for file in _OF_MODULE)


def _upwards(cwd: str, names: InputNames) -> Iterator[str]:
    """The folder and its ancestors, up to the root."""
    yield cwd
    while cwd not in (names.root, "/") and not names.of(cwd).startswith(".."):
        cwd = os.path.dirname(cwd)
        yield cwd


def _text(path: str) -> str:
    with contextlib.suppress(OSError), open(path, encoding="utf-8", errors="replace") as file:
        return file.read()
    return ""


def _error(packages: Iterable[GoPackage], stderr: str, status: int) -> str | None:
    """The first error, in one line."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip() and not line.startswith("go: downloading ")]
    if status != 0:
        return " ".join(lines[:2]) or f"exit {status}"
    for package in packages:
        if package.Error is not None:
            text = package.Error.Err.strip().partition("\n")[0].removesuffix("; to add it:")
            return f"{package.Error.Pos}: {text}" if package.Error.Pos else text
    return None if any(True for _ in packages) else (lines[0] if lines else "no package")
