"""The file that `hotrun init` writes, and the same detected project without a file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import msgspec
import pytest
import tomli

from hotrun.config.detect import Candidate, CandidatePart, detect
from hotrun.config.loading.load import parse
from hotrun.config.writing.template import starter, to_project, to_toml
from hotrun.core.model.project import Process, Project, Step
from tests.config.detect.sample_folders import SAMPLES, Files, lay_out

FILE = "hotrun.toml"
OPTION_OFF = re.compile(r"^#(?=\w+ = )", re.MULTILINE)

ODD = Candidate(
    kind="odd",
    title='Odd "names" \\ everywhere',
    steps=(
        CandidatePart(
            name="a b",
            command=("printf", "%s\n", "it's", 'a "quote"', "back\\slash", "tab\t\x1b\u2028é😀"),
            paths=("a[b].c", "back\\\\slash", "  x", "#x" * 60),
            outputs=("",),
        ),
        CandidatePart(name="c.d", command="echo 'x' \"y\" \\z", env={"A-B": '"', "C": ""}),
    ),
    processes=(
        CandidatePart(name="e", command="true", needs=("a b", "c.d"), paths=(), port=9001),
        CandidatePart(name="f", command="true"),
        CandidatePart(name="g", command="true", paths=()),
    ),
    exclude=("/x y/", "é/"),
    notes=("mind the gap",),
)


def candidates(root: Path) -> Iterator[tuple[str, Candidate]]:
    for number, (files, _) in enumerate(SAMPLES.values()):
        folder = lay_out(root / str(number), files)
        for candidate in detect(folder):
            yield folder, candidate


def from_text(text: str, root: str) -> Project:
    return msgspec.structs.replace(parse(text, FILE, root).project, config=None)


@pytest.mark.parametrize("files", [files for files, _ in SAMPLES.values()], ids=SAMPLES)
def test_the_file_is_the_same_project(tmp_path: Path, files: Files) -> None:
    root = lay_out(tmp_path, files)
    for candidate in detect(root):
        assert from_text(to_toml(candidate), root) == to_project(candidate, root)


def test_odd_characters_survive_in_the_file(tmp_path: Path) -> None:
    raw = tomli.loads(to_toml(ODD))
    project = to_project(ODD, str(tmp_path))
    for kind, parts in (("build", project.steps), ("run", project.processes)):
        assert list(raw[kind]) == list(parts)
        for name, part in cast("dict[str, Step | Process]", parts).items():
            table = raw[kind][name]
            command = table["command"]
            assert (("sh", "-c", command) if isinstance(command, str) else tuple(command)) == part.program.argv
            assert tuple(table.get("needs", ())) == part.needs
            assert table.get("env", {}) == part.program.env
            default = () if kind == "run" and part.needs else None
            assert (tuple(table["paths"]) if "paths" in table else default) == part.paths
    assert raw["build"]["a b"]["outputs"] == [""]
    assert tuple(raw["watch"]["exclude"]) == project.watch.exclude


def test_a_list_runs_directly_and_a_string_in_the_shell(tmp_path: Path) -> None:
    steps = to_project(ODD, str(tmp_path)).steps
    assert steps["a b"].program.argv[0] == "printf"
    assert steps["c.d"].program.argv == ("sh", "-c", "echo 'x' \"y\" \\z")


def test_the_root_is_the_folder_of_the_detected_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    project = to_project(ODD, ".")
    assert project.root == str(tmp_path)
    assert project.watch.roots == (str(tmp_path),)
    assert {step.program.cwd for step in project.steps.values()} == {str(tmp_path)}
    assert {process.program.cwd for process in project.processes.values()} == {str(tmp_path)}
    assert project.config is None


def test_the_file_begins_with_the_schema_and_how_to_get_it() -> None:
    first, second = to_toml(ODD).splitlines()[:2]
    assert first == "#:schema ./hotrun.schema.json"
    assert "hotrun schema config > hotrun.schema.json" in second


def test_the_file_has_the_title_and_the_notes() -> None:
    text = to_toml(ODD)
    assert f"# {ODD.title}\n" in text
    assert "# Note: mind the gap.\n" in text


def test_the_suggested_port_is_the_detected_one() -> None:
    assert '#ready = { tcp = "127.0.0.1:9001" }' in to_toml(ODD)


def test_every_option_that_is_off_can_be_turned_on(tmp_path: Path) -> None:
    seen: set[str] = set()
    for root, candidate in candidates(tmp_path):
        text = to_toml(candidate)
        for match in OPTION_OFF.finditer(text):
            line = text[match.end() :].partition("\n")[0]
            seen.add(line.split(" ")[0])
            turned_on = text[: match.start()] + text[match.end() :]
            assert tomli.loads(turned_on) != tomli.loads(text)
            assert from_text(turned_on, root).root == root, line
    assert seen >= {"timeout", "env", "on_failed_build", "exclude", "on_exit", "ready", "debounce", "LOG", "env_files"}


def test_all_options_together_are_a_valid_file(tmp_path: Path) -> None:
    for root, candidate in candidates(tmp_path):
        assert from_text(OPTION_OFF.sub("", to_toml(candidate)), root).steps.keys() == {
            step.name for step in candidate.steps
        }


def test_the_starter_runs_unchanged(tmp_path: Path) -> None:
    project = from_text(starter(), str(tmp_path))
    assert project.steps == {}
    assert project.processes["app"].paths is None
    assert project.processes["app"].program.argv[:2] == ("sh", "-c")


def test_the_step_of_the_starter_can_be_turned_on(tmp_path: Path) -> None:
    text = re.sub(r"^#(?=\[|\w+ = )", "", starter(), flags=re.MULTILINE)
    project = from_text(text.replace("[run.app]", '[run.app]\nneeds = ["compile"]'), str(tmp_path))
    assert project.steps["compile"].outputs == ("tmp/app",)
    assert project.processes["app"].paths == ()
