"""The package and its tests as text: their modules, parsed once, and what these import."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

from tests.support.repository import REPOSITORY

PACKAGE = REPOSITORY / "hotrun"
MODULES = sorted(PACKAGE.rglob("*.py"))
TEST_MODULES = sorted((REPOSITORY / "tests").rglob("*.py"))
Function = ast.FunctionDef | ast.AsyncFunctionDef


@functools.cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@functools.cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """All nodes of a module, in no particular order."""
    return tuple(ast.walk(parsed(path)))


def name_of(path: Path) -> str:
    """The path of a module or folder, relative to the repository."""
    return path.relative_to(REPOSITORY).as_posix()


def module_name(path: Path) -> str:
    """The name by which a module is imported."""
    return name_of(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Every import with its line, wherever it is in the file. Imports in functions and for types only count, too."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            yield node.lineno, node.module or ""


@functools.cache
def _our_names() -> frozenset[str]:
    return frozenset(module_name(module) for module in (*MODULES, *TEST_MODULES))


def imported_modules(path: Path) -> Iterator[tuple[int, str]]:
    """As `imports`, but only of our own modules, and `from package import module` names the module."""
    names = _our_names()
    for node in nodes(path):
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            found = [name if name in names else node.module or "" for name in inner]
        else:
            continue
        yield from ((node.lineno, name) for name in found if name in names)


def functions(path: Path) -> Iterator[Function]:
    return (node for node in nodes(path) if isinstance(node, Function))


def length(function: Function) -> int:
    """The lines of a function, without its decorators and its docstring."""
    first = function.body[0]
    docstring = 0
    if ast.get_docstring(function, clean=False) is not None:
        docstring = (first.end_lineno or first.lineno) - first.lineno + 1
    return (function.end_lineno or function.lineno) - function.lineno + 1 - docstring
