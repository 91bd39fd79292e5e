"""Every example, and the project of `hotrun demo`, as its user meets it: started, edited, broken, repaired, stopped."""

from __future__ import annotations

import subprocess
from pathlib import Path

import msgspec
import pytest

from hotrun.config.importers import KeySource, convert
from hotrun.config.importers.written import to_toml
from tests.e2e.running import Event, Running, check_stream
from tests.support.ports import free_port, is_listening
from tests.support.repository import REPOSITORY
from tests.support.toolchains import FIRST_BUILD_S, copy_project, python_with, require, unavailable

EXAMPLES = REPOSITORY / "examples"


class Example(msgspec.Struct, frozen=True):
    """A project: `greeting` is the file whose line with "version 1" is what GET / shows; `tools` have to be in PATH.
    `process` is the name of the one that answers."""

    name: str
    greeting: str
    tools: tuple[str, ...]
    source: Path
    process: str = "web"

    def __str__(self) -> str:
        return self.name


def example(name: str, greeting: str, *tools: str, source: Path | None = None, process: str = "web") -> Example:
    return Example(name, greeting, tools, source or EXAMPLES / name, process)


ALL = [
    example("go-http", "greeting.go", "go"),
    example("gin", "greeting.go", "go"),
    example("go-plugin", "shared/shared.go", "go", "cc"),
    example("beego", "controllers/main.go", "go"),
    example("gin-air", "greeting.go", "go", process="app"),
    example("beego-bee", "controllers/main.go", "go", process="app"),
    example("fastapi", "app/greeting.py", "python3"),
    example("node", "src/greeting.js", "node"),
    example("rust", "src/greeting.rs", "cargo"),
    example("c-make", "src/greeting.c", "cc", "make"),
    example("demo", "page.py", "python3", source=REPOSITORY / "hotrun" / "demo"),
]
# The file of the other tool that hotrun.toml was made from.
MADE_FROM = {"gin-air": ".air.toml", "beego-bee": "bee.json"}
BY_NAME = {each.name: each for each in ALL}


class Edit(msgspec.Struct, frozen=True):
    """An edit that needs no build, and what the answer contains after it."""

    file: str
    old: str
    new: str
    answer: str


NO_BUILD = {
    "gin": [
        Edit("templates/index.html", "<p>for {{ .Name }}</p>", "<p>to {{ .Name }}</p>", "<p>to everybody</p>"),
        Edit(".env", "NAME=everybody", "NAME=you", "<p>to you</p>"),
    ],
    "beego": [
        Edit("views/index.tpl", "<p>for {{.Audience}}</p>", "<p>to {{.Audience}}</p>", "<p>to everybody</p>"),
        Edit("conf/app.conf", "audience = everybody", "audience = you", "<p>to you</p>"),
    ],
}


def start(project: Example, tmp_path: Path) -> Running:
    """Copy the project and return a hotrun for the copy, on a free port."""
    require(*project.tools)
    root = copy_project(project.source, tmp_path / project.name)
    path = []
    if (root / "go.sum").exists():
        download_modules(root)
    if (root / "requirements.txt").exists():
        path = [python_with(project.source / "requirements.txt")]
    return Running(root, port=free_port(), path=path)


def download_modules(root: Path) -> None:
    done = subprocess.run(
        ["go", "mod", "download"], cwd=root, capture_output=True, text=True, timeout=FIRST_BUILD_S, check=False
    )
    if done.returncode != 0:
        unavailable(f"Go modules cannot be downloaded: {done.stderr.strip()[-400:]}")


def wait_for_first_answer(running: Running, process: str = "web") -> None:
    running.wait_for("process.started", process=process, timeout=FIRST_BUILD_S)
    running.wait_for_answer("version 1")


def line_of(text: str, within: str) -> int:
    """Return the number of the only line with `within`, from 1."""
    [number] = [number for number, line in enumerate(text.splitlines(), 1) if within in line]
    return number


def broken_in(text: str, line: int) -> str:
    """Return the text with a second "=" in that line, which is an error in every language here."""
    lines = text.splitlines(keepends=True)
    lines[line - 1] = lines[line - 1].replace(" = ", " = = ")
    return "".join(lines)


def place(diagnostic: Event) -> tuple[str, int]:
    return diagnostic["path"], diagnostic["line"]


@pytest.mark.parametrize("project", ALL, ids=str)
def test_an_edit_is_served_a_broken_one_is_not_and_the_end_is_clean(project: Example, tmp_path: Path) -> None:
    with start(project, tmp_path) as running:
        wait_for_first_answer(running, project.process)
        good_edit_restarts_once(running, project)
        broken_edit_keeps_the_old_version(running, project)
        repair_is_served(running, project.greeting)

        assert running.stop() == 0, running.account()
        running.wait_until_gone()
        assert not is_listening(running.port)

    check_stream(running)
    # Counted at the very end, so that a build or a restart too many that came late is seen as well.
    assert [event["status"] for event in running.seen("build.finished")] == ["passed", "passed", "failed", "passed"]
    assert len(running.seen("process.started")) == 3
    assert all(event["expected"] for event in running.seen("process.exited"))


def good_edit_restarts_once(running: Running, project: Example) -> None:
    mark = running.mark
    running.edit(project.greeting, "version 1", "version 2")
    running.wait_for("build.finished", since=mark, status="passed")
    running.wait_for("process.started", since=mark, process=project.process)
    running.wait_for_answer("version 2")


def broken_edit_keeps_the_old_version(running: Running, project: Example) -> None:
    mark, file = running.mark, project.greeting
    text = running.read(file)
    line = line_of(text, "version 2")
    running.write(file, broken_in(text, line))

    finished = running.wait_for("build.finished", since=mark)
    assert finished["status"] == "failed"
    assert finished["errors"] >= 1
    errors = running.seen("diagnostic", since=mark, severity="error")
    assert errors, running.account(mark)
    assert place(errors[0]) == (file, line), running.account(mark)
    running.wait_for("process.stale", since=mark, process=project.process)
    assert "version 2" in running.get()


def repair_is_served(running: Running, file: str) -> None:
    mark = running.mark
    running.write(file, running.read(file).replace(" = = ", " = ").replace("version 2", "version 3"))
    finished = running.wait_for("build.finished", since=mark)
    assert (finished["status"], finished["errors"]) == ("passed", 0)
    running.wait_for_answer("version 3")


@pytest.mark.parametrize("name", NO_BUILD)
def test_an_edit_of_a_view_or_of_the_settings_restarts_without_a_build(name: str, tmp_path: Path) -> None:
    with start(BY_NAME[name], tmp_path) as running:
        wait_for_first_answer(running)
        for edit in NO_BUILD[name]:
            mark = running.mark
            running.edit(edit.file, edit.old, edit.new)
            running.wait_for("process.started", since=mark, process="web")
            running.wait_for_answer(edit.answer)
            assert running.seen("step.started", since=mark) == [], edit.file

        assert running.stop() == 0, running.account()
        running.wait_until_gone()
    assert len(running.seen("process.started")) == 1 + len(NO_BUILD[name])


WITH_BUILD = {
    "gin-air": [Edit("templates/index.html", "<p>for {{ .Name }}</p>", "<p>to {{ .Name }}</p>", "<p>to everybody</p>")],
    "beego-bee": [
        Edit("views/index.tpl", "<p>for {{.Audience}}</p>", "<p>to {{.Audience}}</p>", "<p>to everybody</p>"),
        Edit("conf/app.conf", "audience = everybody", "audience = you", "<p>to you</p>"),
    ],
}


@pytest.mark.parametrize("name", WITH_BUILD)
def test_what_was_moved_over_builds_and_restarts_for_a_view_as_the_other_tool_does(name: str, tmp_path: Path) -> None:
    with start(BY_NAME[name], tmp_path) as running:
        wait_for_first_answer(running, "app")
        for edit in WITH_BUILD[name]:
            mark = running.mark
            running.edit(edit.file, edit.old, edit.new)
            running.wait_for("process.started", since=mark, process="app")
            running.wait_for_answer(edit.answer)
            assert len(running.seen("step.started", since=mark)) == 1, edit.file

        assert running.stop() == 0, running.account()
        running.wait_until_gone()
    assert len(running.seen("process.started")) == 1 + len(WITH_BUILD[name])


@pytest.mark.parametrize("name", MADE_FROM)
def test_what_was_moved_over_is_exactly_what_is_made_today(name: str) -> None:
    source = EXAMPLES / name / MADE_FROM[name]
    imported = convert(KeySource(source.read_text(encoding="utf-8"), source.name, folder=name))
    assert to_toml(imported) == (EXAMPLES / name / "hotrun.toml").read_text(encoding="utf-8")


def test_a_wrong_name_in_the_template_of_the_demo_is_shown_at_its_place(tmp_path: Path) -> None:
    with start(BY_NAME["demo"], tmp_path) as running:
        wait_for_first_answer(running)
        mark = running.mark
        running.edit("template.html", "${GREETING}", "${GRETING}")

        assert running.wait_for("build.finished", since=mark)["status"] == "failed"
        [error] = running.seen("diagnostic", since=mark, severity="error")
        assert place(error) == ("template.html", line_of(running.read("template.html"), "${GRETING}"))
        assert "GRETING" in error["message"]


def test_every_example_is_described_configured_and_tested() -> None:
    folders = sorted(folder.name for folder in EXAMPLES.iterdir() if folder.is_dir())
    listed = (EXAMPLES / "README.md").read_text(encoding="utf-8")

    assert folders == sorted(each.name for each in ALL if each.source.parent == EXAMPLES)
    for folder in folders:
        assert f"[{folder}]({folder})" in listed
        assert (EXAMPLES / folder / "hotrun.toml").is_file()
        assert "hotrun" in (EXAMPLES / folder / "README.md").read_text(encoding="utf-8")
