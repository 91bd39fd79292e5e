"""Parts of a project, projects from a command, and other folders to watch."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotrun.config.loading.load import parse
from hotrun.config.loading.narrow import command_line_project, override_watch, select
from hotrun.core.model.project import Process, Program, Project, Step, Watch
from hotrun.errors import HotrunError

PROJECT = parse(
    """
    [watch]
    exclude = ["docs/"]
    [build.proto]
    command = "protoc"
    [build.lib]
    command = "make lib"
    needs = ["proto"]
    [build.css]
    command = "sass"
    [run.db]
    command = "db"
    [run.api]
    command = "api"
    needs = ["server", "db"]
    [build.server]
    command = "make server"
    needs = ["lib"]
    [run.site]
    command = "site"
    needs = ["css"]
    """,
    "hotrun.toml",
    "/project",
).project


def parts(project: Project) -> tuple[list[str], list[str]]:
    return list(project.steps), list(project.processes)


def test_a_process_selects_exactly_what_it_needs() -> None:
    assert parts(select(PROJECT, ["api"])) == (["proto", "lib", "server"], ["db", "api"])


def test_a_step_selects_the_steps_that_it_needs() -> None:
    assert parts(select(PROJECT, ["lib"])) == (["proto", "lib"], [])


def test_several_names_are_selected_in_the_order_of_the_file() -> None:
    assert parts(select(PROJECT, ["site", "db", "site"])) == (["css"], ["db", "site"])


def test_without_names_the_project_stays_whole() -> None:
    assert select(PROJECT, []) is PROJECT


def test_selected_parts_are_unchanged() -> None:
    selected = select(PROJECT, ["db"])
    assert selected.processes["db"] is PROJECT.processes["db"]
    assert (selected.root, selected.watch, selected.config) == (PROJECT.root, PROJECT.watch, PROJECT.config)


def test_an_unknown_name_is_refused_with_the_available_ones() -> None:
    with pytest.raises(HotrunError) as caught:
        select(PROJECT, ["db", "sites"])
    assert caught.value.message == 'no process or step is named "sites", did you mean "site"?'
    assert caught.value.hint == "available: db, api, site, proto, lib, css, server"


def test_a_command_restarts_on_any_change() -> None:
    assert command_line_project("/src", ["python", "app.py", "--port=1"]) == Project(
        root="/src",
        config=None,
        watch=Watch(("/src",)),
        processes={"python": Process("python", Program(("python", "app.py", "--port=1"), "/src"), paths=None)},
    )


def test_a_command_with_a_build_restarts_after_the_build() -> None:
    project = command_line_project("/src", ["./tmp/app"], "go build -o tmp/app .", ["lib", "/etc/app"], ["*.md"])
    assert project == Project(
        root="/src",
        config=None,
        watch=Watch(("/src/lib", "/etc/app"), ("*.md",)),
        steps={"build": Step("build", Program(("sh", "-c", "go build -o tmp/app ."), "/src"))},
        processes={"app": Process("app", Program(("./tmp/app",), "/src"), paths=(), needs=("build",))},
    )


@pytest.mark.parametrize(
    ("program", "name"),
    [
        ("/usr/bin/node", "node"),
        ("./my app (1).sh", "my-app-1-.sh"),
        (".hidden", "hidden"),
        ("--", "command"),
        ("Ünïcode", "n-code"),
        ("./build", "command"),
        ("dir/", "command"),
    ],
)
def test_the_process_is_named_after_its_program(program: str, name: str) -> None:
    project = command_line_project("/src", [program], build="make")
    assert list(project.processes) == [project.processes[name].name] == [name]


@pytest.mark.parametrize(
    ("argv", "build", "message"),
    [
        ([], None, "missing command after --"),
        ([" "], None, "missing command after --"),
        (["x"], "", "--build: missing command"),
    ],
)
def test_an_empty_command_is_refused(argv: list[str], build: str | None, message: str) -> None:
    with pytest.raises(HotrunError) as caught:
        command_line_project("/src", argv, build)
    assert caught.value.message == message


def test_other_folders_replace_the_watched_ones_and_exclusions_are_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/me")
    project = override_watch(PROJECT, ["src", "~/lib"], ["*.md", "!README.md"])
    assert project.watch == Watch((str(tmp_path / "src"), "/home/me/lib"), ("docs/", "*.md", "!README.md"))
    assert project.steps is PROJECT.steps


def test_without_other_folders_those_of_the_file_are_watched() -> None:
    assert override_watch(PROJECT, [], ["x"]).watch == Watch(("/project",), ("docs/", "x"))


@pytest.mark.parametrize(
    ("paths", "exclude", "message"),
    [
        ([""], [], "-w: missing path"),
        ([], ["./x"], '-x "./x": "." is not supported in patterns, did you mean "/x"?'),
        ([], [""], '-x "": empty, expected a pattern such as "**/*.go"'),
    ],
)
def test_an_unusable_path_or_pattern_is_refused(paths: list[str], exclude: list[str], message: str) -> None:
    with pytest.raises(HotrunError) as caught:
        override_watch(PROJECT, paths, exclude)
    assert caught.value.message == message
