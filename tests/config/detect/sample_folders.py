"""Common project folders, with the candidates that detection should return."""

from __future__ import annotations

from pathlib import Path

from hotrun.config.detect import Candidate, detect

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
    """A pom.xml with the usual namespace and the contents `inner`."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<project xmlns="http://maven.apache.org/POM/4.0.0">{inner}</project>\n'


def crate(name: str, more: str = "") -> str:
    return f'[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2021"\n{more}'


BOOT = (
    "<build><plugins><plugin><groupId>org.springframework.boot</groupId>"
    "<artifactId>spring-boot-maven-plugin</artifactId></plugin></plugins></build>"
)

# description -> (files, candidates)
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
    "a Go program in a subfolder": (
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
    "a Cargo package with a named binary": (
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
    "only a server file": ({"server.mjs": ""}, [("node", [], ["node server.mjs"])]),
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
    "a Maven project without a main class": (
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
    "a Gradle build with an application in a subproject": (
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


def only(root: Path, files: Files) -> Candidate:
    (candidate,) = detect(lay_out(root, files))
    return candidate
