"""The program of a command is found in its text."""

from __future__ import annotations

import pytest

from hotrun.core.diagnostics.text_rules.programs import program_name, program_of


@pytest.mark.parametrize(
    ("argv", "program"),
    [
        (["go", "build", "."], "go"),
        (["/usr/bin/gcc-12", "-c", "a.c"], "gcc"),
        (["sh", "-c", "go build -o tmp/app ."], "go"),
        (["/bin/bash", "-c", "CGO_ENABLED=0 GOOS=linux go build"], "go"),
        (["sh", "-c", "env A=1 cargo build"], "cargo"),
        (["sh", "-c", "exec ./gradlew build"], "gradlew"),
        (["npx", "tsc", "-p", "."], "tsc"),
        (["uv", "run", "pytest", "-q"], "pytest"),
        (["python3.11", "-m", "pytest"], "pytest"),
        (["python", "manage.py", "check"], "python"),
        (["python", "-m"], "python"),
        (["sh", "-c", "python -m mypy 'my app'"], "mypy"),
        (["sh", "-c", "cd src && make"], ""),
        (["sh", "-c", "go build | tee log"], ""),
        (["sh", "-c", "echo $(go version)"], ""),
        (["sh", "-c", "echo 'open"], ""),
        (["npx", "--yes", "tsc"], ""),
        (["sh", "build.sh"], "sh"),
        (["A=1"], ""),
        ([], ""),
    ],
)
def test_the_program_that_does_the_work(argv: list[str], program: str) -> None:
    assert program_of(argv) == program


def test_a_name_without_folder_and_version() -> None:
    assert program_name("/opt/llvm/bin/clang++-18") == "clang++"
    assert program_name("python3.11") == "python"
    assert program_name("7") == "7"
    assert program_name("") == ""
