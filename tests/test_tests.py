"""Rules for the tests themselves: where they are, how they wait, and what they must not touch."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.support.repository import REPOSITORY
from tests.support.source import MODULES, PACKAGE, TEST_MODULES, imported_modules, module_name, name_of, nodes, parsed
from tests.tested_by import TESTED_BY

TESTS = REPOSITORY / "tests"
MAX_MODULE = 350  # lines
TABLES = {  # one long table each, which is not read from end to end
    "tests/config/detect/sample_folders.py",
    "tests/config/importers/sample_configs.py",
    "tests/config/loading/test_wrong_configs.py",
    "tests/core/diagnostics/expected_native.py",
}
# Modules that call sleep(), other than to let the loop turn once. A test waits with tests/support/waiting.py instead.
SLEEPS = {
    "tests/support/waiting.py": "it is the wait",
    "tests/adapters/files/random_editor.py": "the pace of an editor",
    "tests/adapters/files/test_source_folders.py": "a moment in the middle of what the kernel and the watcher do",
    "tests/adapters/test_console.py": "a second Ctrl-C that comes too soon is the same one",
    "tests/e2e/changes/test_loops.py": "the pace of a script, which the test is about",
    "tests/e2e/changes/test_nothing_lost.py": "the pace of an editor",
    "tests/e2e/processes/hostile/tree.py": "a program that forks until its life ends",
    "tests/e2e/processes/orphans.py": "must reap children between two looks",
}
PRIVATE_OWNERS = {"engine", "world"}


def own_test(module: Path) -> Path:
    """The test file of the module's name."""
    return TESTS / module.relative_to(PACKAGE).with_name(f"test_{module.name}")


def entry_of(module: Path) -> str | None:
    """The entry of TESTED_BY that is for the module: its own, or that of the nearest folder."""
    path = module.relative_to(PACKAGE)
    return next((name for name in map(str, (path, *path.parents)) if name in TESTED_BY), None)


def test_every_module_has_a_test_of_its_name_or_an_entry() -> None:
    used = set()
    for module in MODULES:
        if module.name.startswith("__") or not module.read_text("utf-8").strip():
            continue
        entry = entry_of(module)
        if own_test(module).exists():
            name = str(module.relative_to(PACKAGE))
            assert name not in TESTED_BY, f"{name} has a test file of its name, and needs no entry"
        else:
            assert entry is not None, f"{name_of(module)} has neither {name_of(own_test(module))} nor an entry"
            used.add(entry)
    assert TESTED_BY.keys() - used == set(), "entries for nothing"


@pytest.mark.parametrize("name", TESTED_BY)
def test_the_tests_of_an_entry_exist(name: str) -> None:
    for test in TESTED_BY[name]:
        assert (TESTS / test).exists(), test


def test_no_test_module_imports_another_one() -> None:
    for path in TEST_MODULES:
        for line, name in imported_modules(path):
            assert not name.rpartition(".")[2].startswith("test_"), f"{name_of(path)}:{line}: put it into a helper"
    assert {module_name(path) for path in TEST_MODULES} > {"tests.test_tests"}


def test_a_module_of_tests_is_about_one_subject() -> None:
    long = [name_of(path) for path in TEST_MODULES if len(path.read_text("utf-8").splitlines()) > MAX_MODULE]
    assert set(long) == TABLES


def is_zero(arguments: list[ast.expr]) -> bool:
    return bool(arguments) and isinstance(arguments[0], ast.Constant) and arguments[0].value == 0


def sleeps(path: Path) -> int:
    """How often a module calls sleep() with anything but 0."""
    calls = [node for node in nodes(path) if isinstance(node, ast.Call) and not is_zero(node.args)]
    return sum(isinstance(call.func, ast.Attribute) and call.func.attr == "sleep" for call in calls)


def test_no_test_sleeps_without_a_reason() -> None:
    assert {name_of(path) for path in TEST_MODULES if sleeps(path)} == set(SLEEPS)


def test_no_test_reaches_into_the_engine() -> None:
    for path in TEST_MODULES:
        for node in nodes(path):
            if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.startswith("__"):
                owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
                assert owner not in PRIVATE_OWNERS, f"{name_of(path)}:{node.lineno}: {owner}.{node.attr}"


def test_every_module_of_tests_says_what_it_is_for() -> None:
    for path in TEST_MODULES:
        assert ast.get_docstring(parsed(path)) or not path.read_text("utf-8").strip(), name_of(path)
