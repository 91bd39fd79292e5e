"""The layers of docs/architecture.md, enforced: imports point down, core is pure, typer lives in cli."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.repository import REPOSITORY

PACKAGE = REPOSITORY / "hotrun"
MODULES = sorted(PACKAGE.rglob("*.py"))
# What core may import beside itself: what computes and does nothing else.
PURE = {
    "__future__",
    "bisect",
    "collections",
    "collections.abc",
    "difflib",
    "functools",
    "itertools",
    "json",
    "msgspec",
    "pathspec.patterns.gitignore.spec",  # translates patterns, and looks at no file
    "posixpath",  # as far as it is about text: see PURE_PATHS
    "re",
    "regex",  # a `re` with a limit of time, in custom_pattern.py; the engine itself uses none
    "shlex",
    "tomli",
    "typing",
    "urllib.parse",
    "warnings",
}
PURE_PATHS = {"basename", "dirname", "isabs", "join", "normpath", "relpath", "split"}
IMPURE_CALLS = {"open", "print", "input", "__import__", "exec", "eval"}

# room -> the rooms of ours it may import; "" is the package itself (version, errors).
ALLOWED = {
    "core": {"core", "errors"},
    "keys": {"keys", "core"},
    "config": {"config", "core", "errors", "go", "keys"},
    "adapters": {"adapters", "core", "errors", "go"},
    "views": {"views", "core", "errors", "keys"},
    "go": {"go", "core", "errors"},
    "inspect": {"inspect", "adapters", "core", "errors"},
    "session": {"session", "adapters", "core", "errors", "keys", "views", ""},
    "client": {"adapters", "errors"},
    "cli": {"cli", "client", "config", "core", "errors", "go", "inspect", "keys", "session", "views", ""},
    "__main__": {"cli"},
    "errors": set(),
    "__init__": set(),
}


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Every module that is imported, wherever in the file, type-checking blocks included."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            yield node.lineno, node.module or ""


@pytest.mark.parametrize("path", [m for m in MODULES if room(m) != "demo"], ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    for line, name in imports(path):
        first, *rest = name.split(".")
        if first != "hotrun":
            continue
        target = rest[0] if rest else ""
        assert target in ALLOWED[room(path)], f"{path}:{line}: {room(path)} must not import {name}"


@pytest.mark.parametrize("path", [m for m in MODULES if room(m) == "core"], ids=lambda p: str(p.relative_to(PACKAGE)))
def test_core_is_pure(path: Path) -> None:
    for line, name in imports(path):
        if name.split(".")[0] != "hotrun":  # see test_imports_point_down
            assert name in PURE, f"{path}:{line}: core must not import {name}"
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in IMPURE_CALLS, f"{path}:{node.lineno}: core calls {node.func.id}"
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "posixpath":
            assert node.attr in PURE_PATHS, f"{path}:{node.lineno}: core uses posixpath.{node.attr}"


def test_only_one_module_uses_regex() -> None:
    users = [path.name for path in MODULES if any(name == "regex" for _, name in imports(path))]
    assert users == ["custom_pattern.py"]


def test_config_and_go_read_files_and_start_nothing() -> None:
    for path in MODULES:
        if room(path) in ("config", "go") and PACKAGE / "go" / "build" not in path.parents:  # that one is a program
            names = {name.split(".")[0] for _, name in imports(path)}
            assert not names & {"asyncio", "subprocess", "socket", "threading"}, path


def test_typer_lives_in_cli_and_rich_in_views_and_cli() -> None:
    for path in MODULES:
        names = {name.split(".")[0] for _, name in imports(path)}
        assert "typer" not in names or room(path) == "cli", path
        assert "rich" not in names or room(path) in ("cli", "views"), path


def test_every_module_says_what_it_is_for() -> None:
    for path in MODULES:
        assert ast.get_docstring(ast.parse(path.read_text())) or not path.read_text().strip(), path


def test_the_way_to_the_first_step_imports_nothing_heavy() -> None:
    """What `hotrun` imports before it spawns; asyncio alone would double it."""
    modules = "hotrun.cli.entry, hotrun.cli.run, hotrun.session.app, hotrun.config.loading.load"
    code = f"import sys, {modules}; print(*sys.modules)"
    import subprocess

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = set("asyncio typer rich watchfiles pathspec dotenv yaml difflib anyio jsonschema psutil".split())
    assert not heavy & set(done.stdout.split())


def test_the_dashboard_is_there_before_rich_is() -> None:
    """It prints lines at once; the rows come when rich has been loaded beside that."""
    code = "import sys, hotrun.session.terminal; print(*sys.modules)"
    import subprocess

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"rich", "asyncio", "typer", "psutil"} & set(done.stdout.split())
