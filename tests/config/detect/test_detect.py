"""Common project folders are recognized, and the detected commands build and run them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from hotrun.config.detect import Candidate, detect
from hotrun.config.detect.candidate import exact, one_line, part_name
from hotrun.config.writing.template import to_project
from hotrun.core.changes.patterns import Patterns
from hotrun.core.model.project import Program
from tests.config.detect.sample_folders import GUARD, SAMPLES, Commands, Files, lay_out


def commands(found: tuple[Candidate, ...]) -> list[tuple[str, list[object], list[object]]]:
    return [
        (each.kind, [step.command for step in each.steps], [process.command for process in each.processes])
        for each in found
    ]


@pytest.fixture(autouse=True)
def without_cargo_target_dir(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CARGO_TARGET_DIR", raising=False)


@pytest.mark.parametrize(("files", "expected"), SAMPLES.values(), ids=SAMPLES)
def test_a_folder_is_recognized_by_its_files(tmp_path: Path, files: Files, expected: Commands) -> None:
    assert commands(detect(lay_out(tmp_path, files))) == expected


@pytest.mark.parametrize("files", [files for files, _ in SAMPLES.values()], ids=SAMPLES)
def test_every_candidate_is_printable_and_consistent(tmp_path: Path, files: Files) -> None:
    for candidate in detect(lay_out(tmp_path, files)):
        names = [part.name for part in (*candidate.steps, *candidate.processes)]
        assert len(set(names)) == len(names)
        assert all(need in names for part in (*candidate.steps, *candidate.processes) for need in part.needs)
        assert candidate.title.isprintable()
        assert len(candidate.title.splitlines()) == 1


def test_detection_writes_nothing(tmp_path: Path) -> None:
    lay_out(tmp_path, {path: text for files, _ in SAMPLES.values() for path, text in files.items()})
    before = sorted(tmp_path.rglob("*"))
    detect(str(tmp_path))
    assert sorted(tmp_path.rglob("*")) == before


def test_a_missing_folder_has_no_candidates(tmp_path: Path) -> None:
    assert detect(str(tmp_path / "gone")) == ()


@pytest.mark.parametrize(
    ("text", "name"), [("api", "api"), ("my app", "my-app"), ("@org/x", "org-x"), ("é", "app"), ("build", "app")]
)
def test_a_part_has_a_name_that_is_easy_to_type(text: str, name: str) -> None:
    assert part_name(text, taken=("build",)) == name


@pytest.mark.parametrize("path", ["a.py", "tmp/a b", "[x].py", "{a,b}/*.py", "!a", "#a", "back\\slash", "a?"])
def test_an_exact_pattern_matches_only_its_path(path: str) -> None:
    patterns = Patterns([exact(path)])
    assert patterns.matches(path)
    assert not patterns.matches("deeper/" + path)
    assert not patterns.matches("x" + path)


def test_a_title_contains_no_control_characters() -> None:
    assert one_line("a\x1b[2J\n\tb\u202e") == "a [2J b"
    assert len(one_line("x" * 1000)) == 60


RUNNABLE = {
    "go": "a Go program",
    "cargo": "a Cargo package",
    "cmake": "a CMake project",
    "make": "a Makefile",
    "node": "only a server file",
    "python3": "two Python scripts and a module",
}


def run(program: Program) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **program.env}
    return subprocess.run(
        program.argv, cwd=program.cwd, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.toolchain
@pytest.mark.parametrize(("tool", "sample"), RUNNABLE.items(), ids=RUNNABLE)
def test_a_detected_project_builds_and_runs(tmp_path: Path, tool: str, sample: str) -> None:
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


def test_the_python_check_finds_a_syntax_error_and_leaves_no_files(tmp_path: Path) -> None:
    lay_out(tmp_path, {"main.py": GUARD, "shop/__init__.py": "", "shop/cart.py": "def total(:\n"})
    step = to_project(detect(str(tmp_path))[0], str(tmp_path)).steps["check"]
    done = run(step.program)
    assert done.returncode == 1
    assert "shop/cart.py" in done.stdout
    assert "SyntaxError" in done.stdout
    assert not list(tmp_path.rglob("__pycache__"))
