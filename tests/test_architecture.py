"""The layers of docs/architecture.md, enforced: imports point down, core is pure, typer lives in cli."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import defaultdict
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.support.source import (
    MODULES,
    PACKAGE,
    TEST_MODULES,
    functions,
    imported_modules,
    imports,
    length,
    module_name,
    name_of,
    nodes,
    parsed,
)

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


# Within a room: folder -> the other folders of the room that it may import; "." are the modules beside the folders.
WITHIN = {
    "adapters": {
        ".": set(),
        "diagnostics": set(),
        "editors": {"os"},
        "files": {"instance", "os"},
        "guard": {"instance", "os"},
        "instance": {"os"},
        "os": set(),
        "output": {"instance"},
        "processes": {"files", "guard", "instance", "os", "output"},
        "readiness": {"os", "processes", "sockets"},
        "sockets": {"os"},
        "step_inputs": {"processes"},
    },
    "config": {
        ".": set(),
        "detect": set(),
        "importers": {"detect", "loading", "tables", "writing"},
        "loading": {"tables"},
        "tables": set(),
        "writing": {"detect", "loading", "tables"},
    },
    "core": {  # the engine puts the folders together; model is what all of them speak of
        ".": {"build", "changes", "diagnostics", "model", "process", "state"},
        "build": {".", "changes", "diagnostics", "model"},
        "changes": {".", "model"},
        "diagnostics": {"model"},
        "model": set(),
        "process": {".", "build", "diagnostics", "model"},
        "state": {"diagnostics", "model"},
    },
    "go": {".": set(), "build": {".", "compare", "read"}, "compare": {"read"}, "read": set()},
    "views": {
        ".": set(),
        "dashboard": {"lines", "text"},
        "formats": {"text"},
        "lines": {"formats", "text"},
        "text": set(),
    },
}
MAX_MODULE, MAX_FUNCTION = 350, 60  # lines
MAX_FLAT = 28  # modules in one folder
MAX_TOP = 12  # names that a newcomer finds in the package


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def folder(path: Path) -> str:
    """The folder within the room, "." for modules that lie in none."""
    parts = path.relative_to(PACKAGE).parts
    return parts[1] if len(parts) > 2 else "."


@pytest.mark.parametrize("path", [m for m in MODULES if room(m) != "demo"], ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    for line, name in imports(path):
        first, *rest = name.split(".")
        if first != "hotrun":
            continue
        target = rest[0] if rest else ""
        assert target in ALLOWED[room(path)], f"{path}:{line}: {room(path)} must not import {name}"


def test_imports_within_a_room_follow_its_table() -> None:
    paths = {module_name(path): path for path in MODULES}
    for path in MODULES:
        if room(path) not in WITHIN:
            continue
        allowed = WITHIN[room(path)][folder(path)]
        for line, name in imported_modules(path):
            target = paths[name]
            if room(target) == room(path) and folder(target) != folder(path):
                assert folder(target) in allowed, f"{path}:{line}: {folder(path)} must not import {name}"
    for name, folders in WITHIN.items():
        there = {path.name for path in (PACKAGE / name).iterdir() if path.is_dir() and path.name != "__pycache__"}
        assert folders.keys() == {*there, "."}, f"the table of {name}"


def test_no_module_imports_itself_through_others() -> None:
    """Not even in functions or for types: such modules are one in two files."""
    graph = {module_name(path): {name for _, name in imported_modules(path)} for path in (*MODULES, *TEST_MODULES)}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a cycle of imports: {error.args[1]}")


def test_modules_and_functions_have_a_size_that_can_be_read() -> None:
    for path in MODULES:
        assert len(path.read_text("utf-8").splitlines()) <= MAX_MODULE, name_of(path)
        for function in functions(path):
            assert length(function) <= MAX_FUNCTION, f"{name_of(path)}: {function.name}"


def test_a_name_stands_for_one_module_of_a_room_and_for_one_class() -> None:
    modules: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    classes: defaultdict[str, list[str]] = defaultdict(list)
    for path in MODULES:
        if not path.name.startswith("__"):
            modules[room(path), path.name].append(name_of(path))
        for node in parsed(path).body:
            if isinstance(node, ast.ClassDef):
                classes[node.name].append(name_of(path))
    assert [paths for paths in modules.values() if len(paths) > 1] == []
    assert {name: paths for name, paths in classes.items() if len(paths) > 1} == {}


def test_a_folder_has_as_many_modules_as_a_newcomer_can_look_through() -> None:
    flat: defaultdict[Path, list[str]] = defaultdict(list)
    for path in (*MODULES, *TEST_MODULES):
        if path.name != "__init__.py":
            flat[path.parent].append(path.name)
    assert {name_of(where): len(names) for where, names in flat.items() if len(names) > MAX_FLAT} == {}
    top = [path.name for path in PACKAGE.iterdir() if path.name not in ("__pycache__", "py.typed")]
    assert len([name for name in top if not name.startswith("__")]) <= MAX_TOP, top


@pytest.mark.parametrize("path", [m for m in MODULES if room(m) == "core"], ids=lambda p: str(p.relative_to(PACKAGE)))
def test_core_is_pure(path: Path) -> None:
    for line, name in imports(path):
        if name.split(".")[0] != "hotrun":  # see test_imports_point_down
            assert name in PURE, f"{path}:{line}: core must not import {name}"
    for node in nodes(path):
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
        assert ast.get_docstring(parsed(path)) or not path.read_text().strip(), path


def test_the_way_to_the_first_step_imports_nothing_heavy() -> None:
    """What `hotrun` imports before it spawns; asyncio alone would double it."""
    modules = "hotrun.cli.entry, hotrun.cli.run, hotrun.session.app, hotrun.config.loading.load"
    code = f"import sys, {modules}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = set("asyncio typer rich watchfiles pathspec dotenv yaml difflib anyio jsonschema psutil".split())
    assert not heavy & set(done.stdout.split())


def test_the_dashboard_is_there_before_rich_is() -> None:
    """It prints lines at once; the rows come when rich has been loaded beside that."""
    code = "import sys, hotrun.session.terminal; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"rich", "asyncio", "typer", "psutil"} & set(done.stdout.split())
