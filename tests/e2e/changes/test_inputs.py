"""`inputs` with the real command and real compilers: what is used is built, what is not builds nothing, and `why`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.command import lay_out, run
from tests.e2e.running import Event, Running, check_stream
from tests.support.toolchains import FIRST_BUILD_S, require

GO = {
    "go.mod": "module example.com/shop\n\ngo 1.21\n",
    "cmd/shop/main.go": 'package main\n\nimport "example.com/shop/web"\n\nfunc main() { println(web.Page) }\n',
    "web/web.go": 'package web\n\nimport _ "embed"\n\n//go:embed page.html\nvar Page string\n',
    "web/page.html": "one",
    "web/other.html": "",
    "unused/u.go": "package unused\n",
    ".gitignore": "/tmp/\n",
}
CONFIGURED = """\
[build.shop]
command = "go build -o tmp/shop ./cmd/shop"
inputs = ["go:./cmd/shop"]
outputs = ["tmp/shop"]
"""
C = {
    "hotrun.toml": """\
[build.app]
command = "mkdir -p build && gcc -MMD -MP -Iinclude -c src/main.c -o build/main.o && gcc build/main.o -o build/app"
inputs = "depfile:build/*.d"
outputs = ["build/"]
""",
    "src/main.c": '#include "size.h"\nint main(void) { return SIZE - 1; }\n',
    "src/unused.c": "",
    "include/size.h": "#define SIZE 1\n",
}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    require("go")
    root = (tmp_path / "shop").resolve()
    root.mkdir()
    lay_out(root, {**GO, "hotrun.toml": CONFIGURED})
    return root


def builds_nothing(session: Running, path: str, text: str) -> None:
    mark = session.mark
    session.write(path, text)
    session.wait_for("up_to_date", since=mark)
    assert not session.seen("build.started", since=mark), path


def builds(session: Running, path: str, text: str, status: str = "passed") -> Event:
    """Save a file that is used; returns the build's end, when all is settled again."""
    mark = session.mark
    (session.root / path).parent.mkdir(exist_ok=True)
    session.write(path, text)
    change = session.wait_for("changes.detected", since=mark)
    assert [changed["path"] for changed in change["paths"]] == [path]
    finished = session.wait_for("build.finished", since=mark, build=change["build"])
    assert finished["status"] == status
    session.wait_for("up_to_date", since=mark)
    return finished


def test_a_go_program_is_built_for_what_goes_into_it_and_for_nothing_else(shop: Path) -> None:
    with Running(shop) as session:
        session.wait_for("up_to_date", timeout=FIRST_BUILD_S)
        builds_nothing(session, "unused/u.go", "package unused\n\nvar X = 1\n")
        builds_nothing(session, "web/other.html", "more")
        builds_nothing(session, "web/web_test.go", "package web\n")
        builds(session, "web/page.html", "two")
        builds(session, "web/web.go", session.read("web/web.go") + "\nvar X = 1\n")
        session.stop()
    check_stream(session)


def test_what_a_new_import_brings_in_is_built_and_what_it_loses_is_not(shop: Path) -> None:
    main = GO["cmd/shop/main.go"]
    with Running(shop) as session:
        session.wait_for("up_to_date", timeout=FIRST_BUILD_S)
        builds(session, "cmd/shop/main.go", main.replace("import ", 'import _ "example.com/shop/unused"\nimport '))
        builds(session, "unused/u.go", "package unused\n\nvar X = 2\n")
        builds(session, "unused/new.go", "package unused\n")
        builds(session, "cmd/shop/main.go", main)
        builds_nothing(session, "unused/u.go", "package unused\n\nvar X = 3\n")


def test_a_missing_package_loses_no_build(shop: Path) -> None:
    main = GO["cmd/shop/main.go"]
    with Running(shop) as session:
        session.wait_for("up_to_date", timeout=FIRST_BUILD_S)
        broken = main.replace("import ", 'import _ "example.com/shop/missing"\nimport ')
        builds(session, "cmd/shop/main.go", broken, "failed")
        assert "some inputs are unknown" in session.wait_for("message", level="warning")["text"]
        builds(session, "missing/m.go", "package missing\n")
        builds_nothing(session, "unused/u.go", "package unused\n\nvar X = 1\n")


def test_a_detected_go_project_is_built_for_what_goes_into_it(shop: Path) -> None:
    (shop / "hotrun.toml").unlink()
    with Running(shop) as session:
        session.wait_for("up_to_date", timeout=FIRST_BUILD_S)
        builds_nothing(session, "unused/u.go", "package unused\n\nvar X = 1\n")
        builds(session, "web/page.html", "two")


WHY = {
    "web/page.html": """\
web/page.html: watched
  build.shop runs: hotrun.toml:3: build.shop.inputs[0]: "go:./cmd/shop", by package example.com/shop/web
""",
    "go.mod": """\
go.mod: watched
  build.shop runs: hotrun.toml:3: build.shop.inputs[0]: "go:./cmd/shop", by module example.com/shop
""",
    "unused/u.go": """\
unused/u.go: watched
  matches no step or process
""",
}


def test_why_says_which_package_brings_a_file_in_whether_hotrun_runs_or_not(shop: Path) -> None:
    for path, answer in WHY.items():
        assert run(shop, "why", path).stdout == answer
    with Running(shop) as session:
        session.wait_for("up_to_date", timeout=FIRST_BUILD_S)
        for path, answer in WHY.items():
            assert run(shop, "why", path).stdout == answer
    lay_out(shop, {"go.mod": "modul\n"})
    said = run(shop, "why", "unused/u.go")
    assert (said.returncode, "its inputs are not fully known" in said.stdout) == (0, True)


def test_a_c_program_is_built_for_the_headers_that_it_includes(tmp_path: Path) -> None:
    require("gcc")
    root = (tmp_path / "project").resolve()
    root.mkdir()
    lay_out(root, C)
    with Running(root) as session:
        session.wait_for("up_to_date")
        builds_nothing(session, "src/unused.c", "int x;\n")
        builds_nothing(session, "README.md", "text")
        builds(session, "include/size.h", "#define SIZE 2\n")
        builds(session, "src/size.h", "#define SIZE 3\n")  # it comes before the other one
        builds_nothing(session, "include/size.h", "#define SIZE 4\n")
        builds(session, "src/size.h", "#error no\n", "failed")
        builds(session, "src/size.h", "#define SIZE 5\n")
        assert "by build/main.d" in run(root, "why", "src/size.h").stdout
