"""Folders as people have them, and what detection makes of each."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from hotrun.config.detect import Candidate, detect
from hotrun.config.detect.candidate import exact, one_line, part_name
from hotrun.config.detect.folder import MOST_BYTES, MOST_MANIFEST_BYTES
from hotrun.config.template import to_project
from hotrun.core.filter import Patterns
from hotrun.core.spec import Program

Files = dict[str, str]
Commands = list[tuple[str, list[str], list[str]]]  # for each candidate: kind, steps, processes

GO_MAIN = 'package main\n\nfunc main() { println("hello") }\n'
RUST_MAIN = 'fn main() { println!("hello"); }\n'
C_MAIN = '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n'
JAVA_MAIN = (
    'package com.example;\npublic class App { public static void main(String[] a) { System.out.println("hello"); } }\n'
)
FASTAPI = "from fastapi import FastAPI\n\napp = FastAPI()\n"
FLASK = "from flask import Flask\n\napp = Flask(__name__)\n"
GUARD = 'if __name__ == "__main__":\n    print("hello")\n'
FACTORY = "from . import db\n\ndef create_app(test_config=None):\n    app = Flask(__name__)\n    return app\n"
DJANGO = "from django.core.management import execute_from_command_line\n\nexecute_from_command_line()\n"
CHECK = "python3 -m compileall -q"


def pom(inner: str) -> str:
    """A pom.xml with the usual namespace around `inner`."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<project xmlns="http://maven.apache.org/POM/4.0.0">{inner}</project>\n'


def crate(name: str, more: str = "") -> str:
    return f'[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2021"\n{more}'


BOOT = (
    "<build><plugins><plugin><groupId>org.springframework.boot</groupId>"
    "<artifactId>spring-boot-maven-plugin</artifactId></plugin></plugins></build>"
)

# what it is -> (files, the candidates)
SAMPLES: dict[str, tuple[Files, Commands]] = {
    "an empty folder": ({}, []),
    "a folder of texts": ({"README.md": "# hello\n", "notes/a.txt": "a"}, []),
    # Go
    "a Go program": (
        {"go.mod": "module example.com/shop\n\ngo 1.22\n", "main.go": GO_MAIN, "main_test.go": "package main\n"},
        [("go", ["go build -o tmp/shop ."], ["tmp/shop"])],
    ),
    "a Go program with a major version": (
        {"go.mod": 'module "example.com/shop/v2" // the shop\n', "main.go": GO_MAIN},
        [("go", ["go build -o tmp/shop ."], ["tmp/shop"])],
    ),
    "a Go program under cmd/": (
        {"go.mod": "module example.com/shop\n", "cmd/api/main.go": GO_MAIN, "shop.go": "package shop\n"},
        [("go", ["go build -o tmp/api ./cmd/api"], ["tmp/api"])],
    ),
    "two Go programs": (
        {"go.mod": "module example.com/shop\n", "cmd/api/main.go": GO_MAIN, "cmd/build/main.go": GO_MAIN},
        [
            ("go", ["go build -o tmp/api ./cmd/api"], ["tmp/api"]),
            ("go", ["go build -o tmp/build ./cmd/build"], ["tmp/build"]),
        ],
    ),
    "a Go program in a folder of its own": (
        {
            "go.mod": "module example.com/shop\n",
            "gen.go": "//go:build ignore\n\n" + GO_MAIN,
            "server/main.go": GO_MAIN,
            "tools/go.mod": "module tools\n",
            "tools/main.go": GO_MAIN,
        },
        [("go", ["go build -o tmp/server ./server"], ["tmp/server"])],
    ),
    "a Go library": (
        {"go.mod": "module example.com/shop\n", "shop.go": "package shop\n"},
        [("go", ["go build ./..."], [])],
    ),
    "a Go workspace": (
        {
            "go.work": "go 1.22\n\nuse (\n\t./api // first\n\t./lib\n)\nuse ../outside\n",
            "api/go.mod": "module example.com/api\n",
            "api/main.go": GO_MAIN,
            "lib/go.mod": "module example.com/lib\n",
            "lib/lib.go": "package lib\n",
        },
        [("go", ["go build -o tmp/api ./api"], ["tmp/api"])],
    ),
    "a Beego app": (
        {
            "go.mod": "module shop\n\nrequire github.com/beego/beego/v2 v2.1.0\n",
            "main.go": GO_MAIN,
            "conf/app.conf": "httpport = 8080\n",
            "views/index.tpl": "hello\n",
        },
        [("go-beego", ["go build -o tmp/shop ."], ["tmp/shop"])],
    ),
    # Cargo
    "a Cargo package": (
        {"Cargo.toml": crate("shop"), "src/main.rs": RUST_MAIN},
        [("cargo", ["cargo build"], ["target/debug/shop"])],
    ),
    "a Cargo package with several binaries": (
        {
            "Cargo.toml": crate("shop", '[[bin]]\nname = "admin"\npath = "src/admin.rs"\nrequired-features = ["x"]\n'),
            "src/main.rs": RUST_MAIN,
            "src/admin.rs": RUST_MAIN,
            "src/bin/load.rs": RUST_MAIN,
            "src/bin/dump/main.rs": RUST_MAIN,
        },
        [
            ("cargo", ["cargo build --bin admin --features x"], ["target/debug/admin"]),
            ("cargo", ["cargo build --bin shop"], ["target/debug/shop"]),
            ("cargo", ["cargo build --bin load"], ["target/debug/load"]),
            ("cargo", ["cargo build --bin dump"], ["target/debug/dump"]),
        ],
    ),
    "a Cargo package with default-run": (
        {
            "Cargo.toml": crate("shop", 'default-run = "shop"\n'),
            "src/main.rs": RUST_MAIN,
            "src/bin/load.rs": RUST_MAIN,
        },
        [("cargo", ["cargo build --bin shop"], ["target/debug/shop"])],
    ),
    "a Cargo package whose binary has a name of its own": (
        {
            "Cargo.toml": crate("shop", '[[bin]]\nname = "shopd"\npath = "src/main.rs"\n'),
            "src/main.rs": RUST_MAIN,
        },
        [("cargo", ["cargo build"], ["target/debug/shopd"])],
    ),
    "a Cargo workspace": (
        {
            "Cargo.toml": '[workspace]\nmembers = ["crates/*", "../outside"]\nexclude = ["crates/old"]\n',
            "crates/api/Cargo.toml": crate("api"),
            "crates/api/src/main.rs": RUST_MAIN,
            "crates/job/Cargo.toml": crate("job"),
            "crates/job/src/main.rs": RUST_MAIN,
            "crates/lib/Cargo.toml": crate("lib"),
            "crates/lib/src/lib.rs": "",
            "crates/old/Cargo.toml": crate("old"),
            "crates/old/src/main.rs": RUST_MAIN,
        },
        [
            ("cargo", ["cargo build --package api"], ["target/debug/api"]),
            ("cargo", ["cargo build --package job"], ["target/debug/job"]),
        ],
    ),
    "a Cargo workspace with default-members": (
        {
            "Cargo.toml": '[workspace]\nmembers = ["api", "job"]\ndefault-members = ["job"]\n',
            "api/Cargo.toml": crate("api"),
            "api/src/main.rs": RUST_MAIN,
            "job/Cargo.toml": crate("job"),
            "job/src/main.rs": RUST_MAIN,
        },
        [("cargo", ["cargo build --package job"], ["target/debug/job"])],
    ),
    "a Cargo library": (
        {"Cargo.toml": crate("shop"), "src/lib.rs": ""},
        [("cargo", ["cargo check"], [])],
    ),
    "a Cargo package that builds elsewhere": (
        {
            "Cargo.toml": crate("shop"),
            "src/main.rs": RUST_MAIN,
            ".cargo/config.toml": '[build]\ntarget-dir = "out"\ntarget = "x86_64-unknown-linux-musl"\n',
        },
        [("cargo", ["cargo build"], ["out/x86_64-unknown-linux-musl/debug/shop"])],
    ),
    # Node
    "a package with a dev script that watches": (
        {
            "package.json": '{"name": "shop", "scripts": {"dev": "vite --port 3000", "build": "vite build"}}',
            "pnpm-lock.yaml": "",
        },
        [("pnpm", [], ["pnpm run dev"])],
    ),
    "a package with a dev script that does not watch": (
        {"package.json": '{"scripts": {"dev": "node src/server.js"}}', "src/server.js": "", "yarn.lock": ""},
        [("yarn", [], ["yarn run dev"])],
    ),
    "a package with build and start": (
        {
            "package.json": '{"scripts": {"start": "node dist/main.js", "build": "tsc"}}',
            "src/main.ts": "",
            "tsconfig.json": '{"compilerOptions": {"outDir": "./dist", /* a comment */ }}',
            "package-lock.json": "{}",
        },
        [("npm", ["npm run build"], ["npm run start"])],
    ),
    "a package that names its manager": (
        {"package.json": '{"packageManager": "bun@1.2.0", "scripts": {"start": "bun x.ts"}}', "yarn.lock": ""},
        [("bun", [], ["bun run start"])],
    ),
    "a package with a main file": (
        {"package.json": '{"main": "./lib/api.js"}', "lib/api.js": "", "index.js": ""},
        [("node", [], ["node lib/api.js"])],
    ),
    "a package whose main file is missing": ({"package.json": '{"main": "index.js", "scripts": {"test": "x"}}'}, []),
    "a server file alone": ({"server.mjs": ""}, [("node", [], ["node server.mjs"])]),
    "a page with its script": ({"index.html": "", "main.js": ""}, []),
    # Python
    "a FastAPI application": (
        {"main.py": FASTAPI, "requirements.txt": "fastapi\n"},
        [("python-fastapi", [f"{CHECK} ./*.py"], ["python3 -m uvicorn main:app"])],
    ),
    "a FastAPI application in a package": (
        {"app/__init__.py": "", "app/main.py": FASTAPI, "app/api/v1.py": "sub = FastAPI()\n", "uv.lock": ""},
        [("python-fastapi", ["uv run python -m compileall -q app"], ["uv run python -m uvicorn app.main:app"])],
    ),
    "a FastAPI application under src/": (
        {"pyproject.toml": "", "src/shop/__init__.py": "", "src/shop/main.py": "api: FastAPI = fastapi.FastAPI()\n"},
        [("python-fastapi", [f"{CHECK} src"], ["python3 -m uvicorn shop.main:api"])],
    ),
    "a FastAPI factory beside what it imports": (
        {
            "backend/main.py": "import models\n\ndef create_app() -> FastAPI:\n    return FastAPI()\n",
            "backend/models.py": "",
        },
        [("python-fastapi", [f"{CHECK} backend"], ["python3 -m uvicorn main:create_app --factory"])],
    ),
    "a Starlette application with a port": (
        {"server.py": 'app = Starlette()\n\nif True:\n    uvicorn.run("server:app", host="0.0.0.0", port=9001)\n'},
        [("python-starlette", [f"{CHECK} ./*.py"], ["python3 -m uvicorn server:app --port 9001"])],
    ),
    "a Flask application": (
        {"app.py": FLASK, "poetry.lock": "", "pyproject.toml": ""},
        [
            (
                "python-flask",
                ["poetry run python -m compileall -q ./*.py"],
                ["poetry run python -m flask --app app run --no-reload"],
            )
        ],
    ),
    "a Flask factory in a package": (
        {"flaskr/__init__.py": FACTORY},
        [("python-flask", [f"{CHECK} flaskr"], ["python3 -m flask --app flaskr run --no-reload"])],
    ),
    "a Django project": (
        {"manage.py": DJANGO, "mysite/settings.py": "", "polls/views.py": "", "tests/broken.py": "("},
        [("python-django", [f"{CHECK} ./*.py mysite polls"], ["python3 manage.py runserver --noreload"])],
    ),
    "a Python package with a __main__": (
        {"pyproject.toml": "", "shop/__init__.py": "", "shop/__main__.py": "print(1)\n", "setup.py": ""},
        [("python-package", [f"{CHECK} ./*.py shop"], ["python3 -m shop"])],
    ),
    "a lone Python script": (
        {"fetch.py": "print(1)\n", "test_fetch.py": ""},
        [("python-script", [f"{CHECK} ./*.py"], ["python3 fetch.py"])],
    ),
    "two Python scripts and a module": (
        {"a.py": GUARD, "b.py": GUARD, "c.py": "x = 1\n"},
        [
            ("python-script", [f"{CHECK} ./*.py"], ["python3 a.py"]),
            ("python-script", [f"{CHECK} ./*.py"], ["python3 b.py"]),
        ],
    ),
    "Python modules without a program": ({"a.py": "x = 1\n", "b.py": "y = 1\n"}, []),
    "a Python project with an environment": (
        {"main.py": "print(1)\n", ".venv/bin/python": "", "uv.lock": ""},
        [("python-script", [".venv/bin/python -m compileall -q ./*.py"], [".venv/bin/python main.py"])],
    ),
    # the JVM
    "a Maven project with one main class": (
        {"pom.xml": pom("<artifactId>shop</artifactId>"), "src/main/java/com/example/App.java": JAVA_MAIN},
        [("maven", ["mvn -q compile"], ["java -cp target/classes com.example.App"])],
    ),
    "a Maven project with dependencies": (
        {
            "pom.xml": pom(
                "<properties><exec.mainClass>a.B</exec.mainClass></properties>"
                "<dependencies><dependency><artifactId>x</artifactId></dependency></dependencies>"
            ),
            "mvnw": "",
        },
        [("maven", ["./mvnw -q compile"], ["./mvnw -q exec:java -Dexec.mainClass=a.B"])],
    ),
    "a Maven project that nobody knows how to run": (
        {"pom.xml": pom("<artifactId>shop</artifactId>")},
        [("maven", ["mvn -q compile"], [])],
    ),
    "a Spring Boot project": (
        {
            "pom.xml": pom(
                "<artifactId>shop</artifactId><version>${v}</version><properties><v>1.2</v></properties>" + BOOT
            )
        },
        [("maven-spring-boot", ["mvn -q -Dmaven.test.skip=true package"], ["java -jar target/shop-1.2.jar"])],
    ),
    "a Spring Boot project whose jar cannot be named": (
        {"pom.xml": pom("<artifactId>shop</artifactId><version>${revision}</version>" + BOOT)},
        [("maven-spring-boot", ["mvn -q compile"], ["mvn -q spring-boot:run"])],
    ),
    "a Gradle application": (
        {"build.gradle": "plugins { id 'application' }\n", "settings.gradle": "rootProject.name = 'shop'\n"},
        [("gradle", ["gradle -q installDist"], ["build/install/shop/bin/shop"])],
    ),
    "a Gradle build with an application inside": (
        {
            "settings.gradle.kts": 'rootProject.name = "shop"\n// include("old")\ninclude("app", "lib")\n',
            "app/build.gradle.kts": "plugins {\n    application\n}\n",
            "lib/build.gradle.kts": "plugins {\n    `java-library`\n}\n",
            "gradlew": "",
        },
        [("gradle", ["./gradlew -q :app:installDist"], ["app/build/install/app/bin/app"])],
    ),
    "a Gradle project with Spring Boot": (
        {
            "build.gradle.kts": 'plugins {\n    id("org.springframework.boot") version "3.3.0"\n}\nversion = "0.1"\n',
            "settings.gradle.kts": 'rootProject.name = "shop"\n',
        },
        [("gradle-spring-boot", ["gradle -q bootJar"], ["java -jar build/libs/shop-0.1.jar"])],
    ),
    "a Gradle library": (
        {"build.gradle": "plugins { id 'java-library' }\n"},
        [("gradle", ["gradle -q classes"], [])],
    ),
    # C and C++
    "a CMake project": (
        {
            "CMakeLists.txt": "cmake_minimum_required(VERSION 3.10)\nproject(shop C)\n"
            "add_executable(${PROJECT_NAME} main.c)\nadd_subdirectory(tests)\n",
            "tests/CMakeLists.txt": "add_executable(unit unit.c)\n",
            "main.c": C_MAIN,
            "tests/unit.c": C_MAIN,
        },
        [("cmake", ["cmake -S . -B build && cmake --build build"], ["build/shop"])],
    ),
    "a CMake project with two programs": (
        {
            "CMakeLists.txt": "project(shop)\nset(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)\n"
            "# add_executable(old old.c)\nadd_executable(ext IMPORTED)\n"
            "add_executable(api api.c)\nadd_subdirectory(job)\n",
            "job/CMakeLists.txt": "add_executable(job job.c)\n"
            "set_target_properties(job PROPERTIES OUTPUT_NAME worker)\n",
        },
        [
            ("cmake", ["cmake -S . -B build && cmake --build build --target api"], ["build/bin/api"]),
            ("cmake", ["cmake -S . -B build && cmake --build build --target job"], ["build/bin/worker"]),
        ],
    ),
    "a Makefile": (
        {"Makefile": "CC := cc\nshop: main.c\n\t$(CC) -o shop main.c\n\nrun: shop\n\t./shop\n", "main.c": C_MAIN},
        [("make", ["make"], ["make run"])],
    ),
    "a Makefile whose default only helps": (
        {"Makefile": "help:\n\t@echo targets\nbuild: x\n\tcc\nserve:\n\t./x\n"},
        [("make", ["make build"], ["make serve"])],
    ),
    "a Makefile that only runs": ({"Makefile": "dev:\n\t./x\n"}, [("make", [], ["make dev"])]),
    # several at once
    "a Go program with a Makefile and a script": (
        {"go.mod": "module shop\n", "main.go": GO_MAIN, "Makefile": "run:\n\tgo run .\n", "gen.py": GUARD},
        [("go", ["go build -o tmp/shop ."], ["tmp/shop"])],
    ),
    "a Go program and a frontend": (
        {"go.mod": "module shop\n", "main.go": GO_MAIN, "package.json": '{"scripts": {"dev": "vite"}}'},
        [("go", ["go build -o tmp/shop ."], ["tmp/shop"]), ("npm", [], ["npm run dev"])],
    ),
    "a Python package with a Rust part": (
        {"Cargo.toml": crate("fast"), "src/lib.rs": "", "pyproject.toml": "", "main.py": "print(1)\n"},
        [("python-script", [f"{CHECK} ./*.py"], ["python3 main.py"])],
    ),
    "C sources with a Makefile and a script": (
        {"Makefile": "all:\n\tcc main.c\nrun:\n\t./a.out\n", "main.c": C_MAIN, "plot.py": GUARD},
        [("make", ["make"], ["make run"])],
    ),
    "a Python script with a Makefile": (
        {"Makefile": "run:\n\tpython3 main.py\n", "main.py": GUARD},
        [("python-script", [f"{CHECK} ./*.py"], ["python3 main.py"])],
    ),
    # names that need care
    "a script with a name that needs quotes": (
        {"it's a [test]{a,b}.py": "print(1)\n"},
        [("python-script", [f"{CHECK} ./*.py"], ["""python3 'it'"'"'s a [test]{a,b}.py'"""])],
    ),
    "a Go program in a folder with a space": (
        {"go.mod": "module shop\n", "cmd/my api/main.go": GO_MAIN},
        [("go", ["go build -o 'tmp/my api' './cmd/my api'"], ["'tmp/my api'"])],
    ),
    "a binary with a name of another script": (
        {"Cargo.toml": crate("café"), "src/main.rs": RUST_MAIN},
        [("cargo", ["cargo build"], ["'target/debug/café'"])],
    ),
}


def lay_out(root: Path, files: Files) -> str:
    """Write the files below `root` and return it."""
    for path, text in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return str(root)


def commands(found: tuple[Candidate, ...]) -> list[tuple[str, list[object], list[object]]]:
    return [
        (each.kind, [step.command for step in each.steps], [process.command for process in each.processes])
        for each in found
    ]


def only(root: Path, files: Files) -> Candidate:
    (candidate,) = detect(lay_out(root, files))
    return candidate


def triggers(patterns: tuple[str, ...] | None, *paths: str) -> list[str]:
    assert patterns is not None
    matcher = Patterns(patterns)
    return [path for path in paths if matcher.matches(path)]


@pytest.fixture(autouse=True)
def no_target_folder_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CARGO_TARGET_DIR", raising=False)


@pytest.mark.parametrize(("files", "expected"), SAMPLES.values(), ids=SAMPLES)
def test_a_folder_is_known_by_its_files(tmp_path: Path, files: Files, expected: Commands) -> None:
    assert commands(detect(lay_out(tmp_path, files))) == expected


@pytest.mark.parametrize("files", [files for files, _ in SAMPLES.values()], ids=SAMPLES)
def test_every_candidate_can_be_shown_and_wired_up(tmp_path: Path, files: Files) -> None:
    for candidate in detect(lay_out(tmp_path, files)):
        names = [part.name for part in (*candidate.steps, *candidate.processes)]
        assert len(set(names)) == len(names)
        assert all(need in names for part in (*candidate.steps, *candidate.processes) for need in part.needs)
        assert candidate.title.isprintable()
        assert len(candidate.title.splitlines()) == 1
        assert "hotrun init" in candidate.save_hint


def test_detection_writes_nothing(tmp_path: Path) -> None:
    lay_out(tmp_path, {path: text for files, _ in SAMPLES.values() for path, text in files.items()})
    before = sorted(tmp_path.rglob("*"))
    detect(str(tmp_path))
    assert sorted(tmp_path.rglob("*")) == before


def test_a_missing_folder_holds_nothing(tmp_path: Path) -> None:
    assert detect(str(tmp_path / "gone")) == ()


# What a change does


def test_go_builds_for_sources_and_what_they_embed_but_not_for_tests(tmp_path: Path) -> None:
    embed = 'package web\n\nimport "embed"\n\n//go:embed page.html all:static\nvar Files embed.FS\n'
    candidate = only(tmp_path, {"go.mod": "module shop\n", "main.go": GO_MAIN, "web/web.go": embed})
    changed = ("main.go", "web/web.go", "go.mod", "web/page.html", "web/static/css/a.css")
    assert triggers(candidate.steps[0].paths, *changed, "main_test.go", "web/other.html", "tmp/shop") == [*changed]


def test_go_templates_restart_without_a_build_unless_they_are_embedded(tmp_path: Path) -> None:
    files = {"go.mod": "module shop\n", "main.go": GO_MAIN, "templates/a.html": "", "views/b.tpl": ""}
    files["main_test.go"] = "package main\n\n//go:embed views\n"
    assert only(tmp_path, files).processes[0].paths == ("templates/**", "views/**")
    files["main.go"] = GO_MAIN + "\n//go:embed templates/*\nvar templates embed.FS\n"
    assert only(tmp_path, files).processes[0].paths == ("views/**",)


def test_a_beego_app_restarts_for_its_configuration_and_views(tmp_path: Path) -> None:
    files, _ = SAMPLES["a Beego app"]
    assert only(tmp_path, files).processes[0].paths == ("conf/**", "views/**")


def test_go_says_what_belongs_into_gitignore_until_it_is_there(tmp_path: Path) -> None:
    files, _ = SAMPLES["a Go program"]
    assert any("tmp/" in note for note in only(tmp_path, files).notes)
    assert only(tmp_path, {**files, ".gitignore": "/tmp/\n"}).notes == ()


def test_cargo_leaves_the_package_s_own_tests_out(tmp_path: Path) -> None:
    files = {"Cargo.toml": crate("shop"), "src/main.rs": RUST_MAIN, "src/tests/mod.rs": "", "tests/api.rs": ""}
    step = only(tmp_path, files).steps[0]
    assert triggers(step.paths, "src/main.rs", "src/tests/mod.rs", "Cargo.toml", "tests/api.rs", "target/x.d") == [
        "src/main.rs",
        "src/tests/mod.rs",
        "Cargo.toml",
    ]


@pytest.mark.parametrize(("library", "builds"), [("askama", True), ("tera", False)])
def test_cargo_builds_for_templates_that_are_compiled_in_and_restarts_for_others(
    tmp_path: Path, library: str, builds: bool
) -> None:
    manifest = crate("shop", f'[dependencies]\n{library} = "1"\n')
    candidate = only(tmp_path, {"Cargo.toml": manifest, "src/main.rs": RUST_MAIN, "templates/a.html": ""})
    assert triggers(candidate.steps[0].paths, "templates/a.html") == (["templates/a.html"] if builds else [])
    assert candidate.processes[0].paths == (() if builds else ("templates/**",))


def test_a_member_of_a_cargo_workspace_is_run_from_the_workspace_s_target_folder(tmp_path: Path) -> None:
    lay_out(tmp_path, {"Cargo.toml": '[workspace]\nmembers = ["api"]\nexclude = ["old"]\n'})
    lay_out(tmp_path, {"api/Cargo.toml": crate("api"), "api/src/main.rs": RUST_MAIN})
    lay_out(tmp_path, {"old/Cargo.toml": crate("old"), "old/src/main.rs": RUST_MAIN})
    (member,), (stranger,) = detect(str(tmp_path / "api")), detect(str(tmp_path / "old"))
    assert member.processes[0].command == "../target/debug/api"
    assert member.steps[0].outputs == ()
    assert stranger.processes[0].command == "target/debug/old"


def test_cargo_target_dir_is_heeded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files, _ = SAMPLES["a Cargo package"]
    monkeypatch.setenv("CARGO_TARGET_DIR", str(tmp_path / "made"))
    candidate = only(tmp_path, files)
    assert candidate.processes[0].command == "made/debug/shop"
    assert candidate.exclude == ("/made/",)
    monkeypatch.setenv("CARGO_TARGET_DIR", "/elsewhere")
    assert only(tmp_path, files).processes[0].command == "/elsewhere/debug/shop"


@pytest.mark.parametrize(
    "script",
    [
        "vite",
        "vite dev --host",
        "next dev",
        "NODE_ENV=development nodemon --inspect src/x.js",
        "tsx watch src/x.ts",
        "node --watch src/x.js",
        "node --watch-path=src x.js",
        "ng serve",
        "webpack serve --open",
        "tsc -p . -w",
        "bun --hot x.ts",
        "concurrently 'npm:watch-*'",
        "run-p watch-a",
        "npm run watch-a && true",
    ],
)
def test_a_script_that_watches_by_itself_is_restarted_for_its_package_alone(tmp_path: Path, script: str) -> None:
    package = f'{{"scripts": {{"dev": "{script}", "watch-a": "nodemon a.js"}}}}'
    (process,) = only(tmp_path, {"package.json": package, "package-lock.json": "{}", "src/x.js": ""}).processes
    assert process.paths == ("/package.json", "/package-lock.json")
    assert any("watches" in comment for comment in process.comments)


@pytest.mark.parametrize(
    "script", ["node src/x.js", "vite preview", "vite build", "./vite.sh", "tsc -p w", "next build"]
)
def test_a_script_that_does_not_watch_is_restarted_for_the_sources(tmp_path: Path, script: str) -> None:
    package = f'{{"scripts": {{"dev": "{script}"}}}}'
    (process,) = only(tmp_path, {"package.json": package, "src/x.js": "", "src/y.tsx": ""}).processes
    changed = ("src/x.js", "src/y.tsx", "package.json")
    assert triggers(process.paths, *changed, "src/x.test.js", "README.md", "db.json") == [*changed]


def test_what_the_build_script_writes_does_not_trigger_it(tmp_path: Path) -> None:
    files, _ = SAMPLES["a package with build and start"]
    step = only(tmp_path, files).steps[0]
    assert step.outputs == ("dist/**",)
    assert triggers(step.paths, "src/main.ts", "dist/main.ts") == ["src/main.ts"]


def test_missing_dependencies_are_said(tmp_path: Path) -> None:
    files = {"package.json": '{"scripts": {"dev": "vite"}, "devDependencies": {"vite": "5"}}', "pnpm-lock.yaml": ""}
    assert only(tmp_path, files).notes == ("run `pnpm install` first: there is no node_modules",)
    assert only(tmp_path, {**files, "node_modules/vite/x": ""}).notes == ()


def test_python_tests_neither_check_nor_restart(tmp_path: Path) -> None:
    files, _ = SAMPLES["a FastAPI application"]
    step = only(tmp_path, files).steps[0]
    assert triggers(step.paths, "main.py", "a/b.py", "test_main.py", "tests/conftest.py") == ["main.py", "a/b.py"]


def test_templates_of_a_web_application_restart_it(tmp_path: Path) -> None:
    candidate = only(tmp_path, {"app/main.py": FASTAPI, "app/templates/a.html": "", "pyproject.toml": ""})
    assert candidate.processes[0].paths == ("app/templates/**",)


def test_a_web_application_s_usual_port_is_told(tmp_path: Path) -> None:
    candidate = only(tmp_path, {"app.py": FLASK})
    assert candidate.processes[0].port == 5000
    assert any("--port" in note for note in candidate.notes)


def test_python_below_src_is_imported_from_there(tmp_path: Path) -> None:
    files, _ = SAMPLES["a FastAPI application under src/"]
    assert only(tmp_path, files).processes[0].env == {"PYTHONPATH": "src"}


def test_applications_far_from_the_root_need_a_manifest_there(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a/b/main.py": FASTAPI})
    assert detect(str(tmp_path)) == ()
    lay_out(tmp_path, {"requirements.txt": "fastapi\n"})
    assert [each.kind for each in detect(str(tmp_path))] == ["python-fastapi"]


def test_a_build_folder_is_left_out_of_the_watch_where_no_ignore_file_does_it(tmp_path: Path) -> None:
    files, _ = SAMPLES["a CMake project"]
    assert only(tmp_path, files).exclude == ("/build/",)
    assert only(tmp_path, {**files, ".gitignore": "build\n"}).exclude == ()


# Files that are wrong, huge or no files

MANIFESTS = (
    *("go.mod", "go.work", "Cargo.toml", "package.json", "pyproject.toml", "pom.xml", "build.gradle"),
    *("settings.gradle.kts", "CMakeLists.txt", "Makefile", "manage.py", "main.py", "server.js", ".gitignore"),
)
WRONG = {
    "nothing": b"",
    "no text": bytes(range(256)) * 4,
    "wrong UTF-8": b'{"name": "\xff\xfe"}',
    "a mark in front": b'\xef\xbb\xbf{"scripts": {"dev": "x"}}',
    "half a JSON object": b'{"scripts": {"dev": ',
    "JSON of another form": b'{"scripts": [1], "main": {}, "dependencies": "x", "packageManager": 3, "name": null}',
    "a JSON list": b"[1, 2]",
    "half a TOML table": b'[package\nname = "x',
    "TOML of another form": b"package = 1\nbin = [1, {name = 2}]\nworkspace = {members = 3, exclude = [4]}\n",
    "half of XML": b"<project><artifactId>x",
    "XML with entities": b'<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><project>&c;</project>',
    "a name that no shell takes": b'[package]\nname = "a\\u0000b"\n[[bin]]\nname = "a\\nb"\n',
    "a name with an escape": b'{"name": "\\u001b[31m", "main": "a\\u0000b.js", "scripts": {"dev": "a\\u001b[2J\\nb"}}',
    "deep nesting": b"[" * 100_000,
    "a value that doubles": b"set(a x)\n" + b"set(a ${a}${a})\n" * 200 + b"add_executable(${a} x.c)\n",
}


@pytest.mark.parametrize("content", WRONG.values(), ids=WRONG)
def test_wrong_manifests_never_raise(tmp_path: Path, content: bytes) -> None:
    for name in MANIFESTS:
        (tmp_path / name).write_bytes(content)
        for candidate in detect(str(tmp_path)):
            assert all(part.name and str(part.command).isprintable() for part in candidate.steps + candidate.processes)
            assert to_project(candidate, str(tmp_path)).root == str(tmp_path)


OPENERS = {
    "Cargo.toml": ("[[", "a.", "[[bin]]\n"),
    "go.mod": ("use (", "module ", "\n"),
    "package.json": ("[", '{"a":'),
    "pom.xml": ("<a>", " xmlns='"),
    "build.gradle": ("/*", "include a,\n", "\n", " "),
    "CMakeLists.txt": ("add_executable(", "set(a ", "#[[", "set_target_properties(a ", "\n"),
    "Makefile": ("a ", "a:\n", "\n"),
    "main.py": ("x.run(", "def create_app(", "from a ", "\n", "a"),
}


@pytest.mark.parametrize("name", OPENERS)
def test_a_huge_file_costs_no_more_than_its_first_part(tmp_path: Path, name: str) -> None:
    """Repeated openers make a careless pattern go back and forth for minutes."""
    for opener in OPENERS[name]:
        (tmp_path / name).write_text(opener * (2 * MOST_MANIFEST_BYTES // len(opener)))
        first = detect(str(tmp_path))
        with open(tmp_path / name, "a") as file:
            file.write(opener * 1000)
        assert detect(str(tmp_path)) == first


def test_what_lies_beyond_the_first_part_of_a_source_is_not_seen(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a.py": "#" * MOST_BYTES + "\n" + FASTAPI, "b.py": "x = 1\n"})
    assert detect(str(tmp_path)) == ()


def test_what_is_no_regular_file_is_not_opened(tmp_path: Path) -> None:
    """Opening a FIFO would wait for a writer for ever."""
    for name in MANIFESTS:
        os.mkfifo(tmp_path / name)
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "self").symlink_to(".")
    assert detect(str(tmp_path)) == ()


def test_a_file_that_may_not_be_read_counts_as_empty(tmp_path: Path) -> None:
    lay_out(tmp_path, {"package.json": '{"scripts": {"dev": "vite"}}'})
    (tmp_path / "package.json").chmod(0)
    if os.access(tmp_path / "package.json", os.R_OK):
        pytest.skip("root reads everything")
    assert detect(str(tmp_path)) == ()


def test_a_name_that_is_no_text_is_passed_over(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode(b"caf\xe9.py")).write_text(GUARD)
        (tmp_path / "new\nline.py").write_text(GUARD)
    except OSError:
        pytest.skip("this file system takes no such names")
    assert detect(str(tmp_path)) == ()


# Names and patterns


@pytest.mark.parametrize(
    ("text", "name"), [("api", "api"), ("my app", "my-app"), ("@org/x", "org-x"), ("é", "app"), ("build", "app")]
)
def test_a_part_has_a_name_that_is_easy_to_type(text: str, name: str) -> None:
    assert part_name(text, taken=("build",)) == name


@pytest.mark.parametrize("path", ["a.py", "tmp/a b", "[x].py", "{a,b}/*.py", "!a", "#a", "back\\slash", "a?"])
def test_an_exact_pattern_means_this_path_alone(path: str) -> None:
    patterns = Patterns([exact(path)])
    assert patterns.matches(path)
    assert not patterns.matches("deeper/" + path)
    assert not patterns.matches("x" + path)


def test_a_title_holds_nothing_that_moves_a_cursor() -> None:
    assert one_line("a\x1b[2J\n\tb\u202e") == "a [2J b"
    assert len(one_line("x" * 1000)) == 60


# The real tools

RUNNABLE = {
    "go": "a Go program",
    "cargo": "a Cargo package",
    "cmake": "a CMake project",
    "make": "a Makefile",
    "node": "a server file alone",
    "python3": "two Python scripts and a module",
}


def run(program: Program) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **program.env}
    return subprocess.run(
        program.argv, cwd=program.cwd, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.parametrize(("tool", "sample"), RUNNABLE.items(), ids=RUNNABLE)
def test_what_is_detected_builds_and_runs(tmp_path: Path, tool: str, sample: str) -> None:
    if shutil.which(tool) is None or (tool in ("cmake", "make") and shutil.which("cc") is None):
        pytest.skip(f"{tool} is not installed")
    files, _ = SAMPLES[sample]
    lay_out(tmp_path, {**files, **({"server.mjs": 'console.log("hello")\n'} if tool == "node" else {})})
    project = to_project(detect(str(tmp_path))[0], str(tmp_path))
    programs = [step.program for step in project.steps.values()]
    programs += [process.program for process in project.processes.values()]
    for program in programs:
        done = run(program)
        assert done.returncode == 0, done.stderr
    assert "hello" in done.stdout + done.stderr


def test_the_python_check_finds_a_syntax_error_and_leaves_nothing_behind(tmp_path: Path) -> None:
    lay_out(tmp_path, {"main.py": GUARD, "shop/__init__.py": "", "shop/cart.py": "def total(:\n"})
    step = to_project(detect(str(tmp_path))[0], str(tmp_path)).steps["check"]
    done = run(step.program)
    assert done.returncode == 1
    assert "shop/cart.py" in done.stdout
    assert "SyntaxError" in done.stdout
    assert not list(tmp_path.rglob("__pycache__"))
