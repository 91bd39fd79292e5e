"""The tools on this machine, run on a broken project: a new version that prints something else shows here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from hotrun.adapters.diagnostics.locate import Locator, ProjectFiles
from hotrun.core.model.finding import Finding
from hotrun.session.parsers import parser_for
from tests.e2e.toolchains.broken import FILES
from tests.support.toolchains import require

SECONDS = 50
# What a clean checkout is tested with; the others may be missing anywhere.
EVERYWHERE = {"gcc", "make", "go", "cargo", "node", "python"}

# File, line, column and severity; a column of -1 is whatever the tool says, of None is none.
Place = tuple[str, int | None, int | None, str]


class Case(msgspec.Struct, frozen=True):
    """A command and the places that it must be found to name. `cwd` is where it runs."""

    command: tuple[str, ...]
    places: tuple[Place, ...]
    cwd: str = "."
    needs: str = ""

    @property
    def tool(self) -> str:
        return self.needs or self.command[0]


def case(command: str, *places: Place, cwd: str = ".", needs: str = "") -> Case:
    return Case(tuple(command.split()), places, cwd, needs)


GCC = [("inc.h", 1, 38, "error"), ("bad.c", 2, 36, "error"), ("bad.c", 4, 15, "warning"), ("bad.c", 5, 12, "error")]
GO_BUILD = [("gp/bad/bad.go", 4, 17, "error"), ("gp/bad/bad.go", 5, 9, "error")]
GO_TEST = [
    ("gp/f_test.go", 8, None, "error"),
    ("gp/one/f_test.go", 6, None, "error"),
    ("gp/two/f_test.go", 7, None, "error"),
]
CARGO = [("rs/src/main.rs", 3, 18, "error"), ("rs/src/main.rs", 4, 5, "error")]
MYPY = [("py/typed.py", 5, 12, "error"), ("py/typed.py", 8, 3, "error"), ("py/typed.py", 9, 1, "error")]
RUFF = [("py/typed.py", 1, 8, "error"), ("py/typed.py", 9, 1, "error")]

CASES = {
    "gcc": case("gcc -c bad.c", *GCC),
    "gcc-json": case("gcc -fdiagnostics-format=json -c bad.c", *GCC),
    "clang": case(
        "clang -c bad.c",
        ("inc.h", 1, 38, "error"),
        ("bad.c", 2, 36, "error"),
        ("bad.c", 4, 11, "warning"),
        ("bad.c", 5, 17, "error"),
    ),
    "ld": case("gcc -g link.c -o out/link", ("link.c", 3, None, "error")),
    "make": case("make", ("sub/bad.c", 2, 12, "error")),
    "ninja": case("ninja", ("sub/bad.c", 2, 12, "error")),
    "ninja-folder": case("ninja -C out", ("sub/bad.c", 2, 12, "error")),
    "cmake": case("cmake -S cm -B out/cm", ("cm/CMakeLists.txt", 3, None, "error")),
    "go-build": case("go build ./bad", *GO_BUILD, cwd="gp"),
    "go-build-from-the-root": case("go build -C gp ./bad", *GO_BUILD),
    "go-build-json": case("go build -json ./bad", *GO_BUILD, cwd="gp"),
    "go-vet": case("go vet ./vet", ("gp/vet/vet.go", 6, 14, "error"), cwd="gp"),
    "go-vet-json": case("go vet -json ./vet", ("gp/vet/vet.go", 6, 14, "warning"), cwd="gp"),
    "go-test": case("go test . ./one ./two", *GO_TEST, cwd="gp"),
    "go-test-verbose": case("go test -v . ./one ./two", *GO_TEST, cwd="gp"),
    "go-test-json": case("go test -json . ./one ./two", *GO_TEST, cwd="gp"),
    "go-run": case("go run ./cmd", ("gp/cmd/main.go", 5, None, "error"), cwd="gp"),
    "cargo": case("cargo check --offline", *CARGO, cwd="rs"),
    "cargo-from-the-root": case("cargo check --offline --manifest-path rs/Cargo.toml", *CARGO),
    "cargo-short": case("cargo check --offline --message-format=short", *CARGO, cwd="rs"),
    "cargo-json": case("cargo check --offline --manifest-path rs/Cargo.toml --message-format=json", *CARGO),
    "cargo-test": case(
        "cargo test --offline --manifest-path rs2/Cargo.toml",
        ("rs2/src/main.rs", 2, 9, "warning"),
        ("rs2/src/main.rs", 7, 5, "error"),
    ),
    "javac": case(
        "javac -d out/java jv/bad/Main.java", ("jv/bad/Main.java", 4, 22, "error"), ("jv/bad/Main.java", 5, 22, "error")
    ),
    "java": case("java jv/run/Main.java", ("jv/run/Main.java", 6, None, "error")),
    "node-syntax": case("node js/syntax.mjs", ("js/syntax.mjs", 2, 11, "error")),
    "node": case("node js/throw.mjs", ("js/throw.mjs", 2, 8, "error")),
    "python": case("python py/throw.py", ("py/throw.py", 5, None, "error")),
    "python-syntax": case("python py/syntax.py", ("py/syntax.py", 2, None, "error")),
    "compileall": case("python -m compileall -q py/syntax.py", ("py/syntax.py", 2, None, "error")),
    "unittest": case("python -m unittest test_it", ("py/test_it.py", 6, None, "error"), cwd="py"),
    **{
        f"pytest-{style}": case(
            f"python -m pytest -p no:cacheprovider --rootdir . --tb={style} py", ("py/test_it.py", 6, None, "error")
        )
        for style in ("short", "long", "line", "native", "auto")
    },
    "pytest-without-traces": case(
        "python -m pytest -p no:cacheprovider --rootdir . --tb=no py", ("py/test_it.py", None, None, "error")
    ),
    "mypy": case("python -m mypy --show-column-numbers py/typed.py", *MYPY),
    "mypy-json": case("python -m mypy -O json py/typed.py", *MYPY),
    **{
        f"ruff-{form}": case(
            f"python -m ruff check --isolated --no-cache --select F401,F821 --output-format {form} py/typed.py", *RUFF
        )
        for form in ("full", "concise", "json", "json-lines", "sarif")
    },
    "bash": case("bash -n sh/bad.sh", ("sh/bad.sh", 3, None, "error")),
    "shellcheck": case("shellcheck sh/style.sh", ("sh/style.sh", 2, 6, "info")),
    "shellcheck-gcc": case("shellcheck -f gcc sh/style.sh", ("sh/style.sh", 2, 6, "note")),
    "php": case("php -l php/bad.php", ("php/bad.php", 3, None, "error")),
    "php-run": case("php php/run.php", ("php/run.php", 3, None, "error")),
    "ruby": case("ruby -c rb/bad.rb", ("rb/bad.rb", 3, None, "error")),
    "ruby-run": case("ruby rb/run.rb", ("rb/run.rb", 2, None, "error")),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("broken")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def findings(which: Case, project: Path) -> list[Finding]:
    """What hotrun makes of what the command prints."""
    cwd = project / which.cwd
    argv = tuple(sys.executable if word == "python" else word for word in which.command)
    env = {**os.environ, "LC_ALL": "C.UTF-8", "GOFLAGS": "-mod=mod", "GOPROXY": "off", "GOWORK": "off"}
    done = subprocess.run(
        argv,
        cwd=cwd,
        env={name: value for name, value in env.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "PYTEST_ADDOPTS")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,  # in the order of writing: make says on one where gcc works, which fails on the other
        encoding="utf-8",
        errors="replace",
        timeout=SECONDS,
        check=False,
    )
    locator = Locator(str(cwd), ProjectFiles(str(project), os.path.isfile, lambda: FILES))
    parser = parser_for(("auto",), argv, ())
    found = {}
    said = [finding for line in done.stdout.split("\n") for finding in parser.feed("stdout", line)]
    for printed in (*said, *parser.finish()):
        finding = locator.locate(printed)
        found[finding.file, finding.line, finding.column, finding.severity, finding.code, finding.message] = finding
    return list(found.values())


def place_of(finding: Finding, project: Path) -> Place:
    assert not finding.is_lost, finding
    file = "" if finding.file is None else os.path.relpath(finding.file, project)
    return file, finding.line, finding.column, finding.severity


@pytest.mark.parametrize("name", CASES)
def test_a_tool_is_understood_as_it_is_today(name: str, project: Path) -> None:
    which = CASES[name]
    if which.tool in EVERYWHERE - {"python"}:
        require(which.tool)
    elif which.tool != "python" and shutil.which(which.tool) is None:
        pytest.skip(f"not installed: {which.tool}")
    found = findings(which, project)
    assert sorted(place_of(finding, project) for finding in found) == sorted(which.places), found
