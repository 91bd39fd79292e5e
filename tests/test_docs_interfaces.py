"""The documents name every event, command, task, version, tool and format that there is, and no other."""

from __future__ import annotations

import ast
import re

import msgspec
import pytest
import tomli

from hotrun import __version__
from hotrun.core.model import events
from hotrun.core.model.requests import QUESTIONS, REQUESTS
from tests.support.docs import CONTRIBUTING, PACKAGE, PICTURE, README, blocks, texts_of
from tests.support.repository import REPOSITORY

CHANGES = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]


KINDS = {kind.__struct_config__.tag: kind for kind in events.Event.__subclasses__()}


def documented_events() -> dict[str, set[str]]:
    """The fields of each event type in docs/events.md: in its row, or in the table of the section it is named by."""
    page = (REPOSITORY / "docs" / "events.md").read_text("utf-8")
    types, *sections = re.split(r"(?m)^## ", page)
    found = {
        kind: set(re.findall(r"`(\w+)`", row)) for kind, row in re.findall(r"(?m)^\| `([\w.]+)` \| (.*) \|$", types)
    }
    for section in sections:
        title = section.splitlines()[0]
        if title in found:
            columns = re.findall(r"(?m)^\| (`.+?) \|", section)
            found[title] = {field for column in columns for field in re.findall(r"`(\w+)`", column)}
    return found


def sent_events() -> set[str]:
    """The types of the events that any module makes."""
    by_class = {kind.__name__: tag for tag, kind in KINDS.items()}
    calls = [
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    ]
    return {str(by_class[name]) for name in calls if name in by_class}


def test_every_event_that_is_sent_is_documented_and_no_other() -> None:
    documented = documented_events().keys()
    assert documented <= KINDS.keys()
    assert sent_events() <= documented


@pytest.mark.parametrize("kind", sorted(documented_events()))
def test_every_field_of_an_event_is_documented(kind: str) -> None:
    documented = documented_events()[kind]
    fields = {field.name for field in msgspec.structs.fields(KINDS[kind])}
    inner = (
        {field.name for field in msgspec.structs.fields(events.ChangedPath)} if kind == "changes.detected" else set()
    )
    assert documented == fields | inner


def test_every_command_of_the_control_socket_is_documented_and_no_other() -> None:
    text = (REPOSITORY / "docs" / "control.md").read_text(encoding="utf-8").partition("| cmd |")[2]
    assert re.findall(r"(?m)^\| `(\w+)` \|", text) == [*QUESTIONS, *REQUESTS]


def test_the_tasks_that_are_named_are_those_of_the_task_runner() -> None:
    tasks = tomli.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["poe"]["tasks"]
    text = CONTRIBUTING.read_text(encoding="utf-8")
    assert set(re.findall(r"(?m)^\| `poe (\w+)` \|", text)) == tasks.keys()
    assert set(re.findall(r"`poe (\w+)`", text)) <= tasks.keys()
    assert all(task["help"] for task in tasks.values())


def test_the_version_that_is_shown_is_this_one() -> None:
    said = [*blocks(README, "text"), *texts_of(PICTURE)]
    shown = re.findall(r"(?m)^hotrun (\d+\.\d+\.\d+\S*)", "\n".join(said))
    assert set(shown) == {__version__}


def test_the_python_that_is_required_is_said() -> None:
    required = tomli.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    assert f"Python {required.removeprefix('>=')} or newer" in README.read_text(encoding="utf-8")


def test_the_changelog_keeps_its_form() -> None:
    lines = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "# Changelog"
    versions = [line for line in lines if line.startswith("## ")]
    dated = [line for line in versions if line != "## [Unreleased]"]
    for line in dated:
        assert re.fullmatch(r"## \[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", line), line
    numbers = [tuple(map(int, re.findall(r"\d+", line.split("]")[0]))) for line in dated]
    assert numbers == sorted(set(numbers), reverse=True), "the newest first, each once"
    assert versions[0] in ("## [Unreleased]", *dated[:1])
    assert versions[0] == "## [Unreleased]" or f"[{__version__}]" in versions[0]
    assert {line for line in lines if line.startswith("### ")} <= {f"### {change}" for change in CHANGES}


def test_every_line_of_the_changelog_is_a_point_of_a_kind_of_change() -> None:
    text = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    _, *versions = re.split(r"(?m)^## ", text)
    assert versions
    for version in versions:
        title, *kinds = re.split(r"(?m)^### ", version)
        assert kinds, f"{title.strip()} says nothing"
        for kind in kinds:
            _, _, body = kind.partition("\n")
            assert all(re.match(r"- \S|  \S|$|\[", line) for line in body.splitlines()), kind
            assert "- " in body, kind


def test_every_tool_and_format_is_in_the_page_on_diagnostics() -> None:
    from hotrun.core.diagnostics.json_formats.formats import FORMATS
    from hotrun.session.parsers import rules

    page = (REPOSITORY / "docs" / "diagnostics.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([\w:-]+)`", page))
    assert {rule.family for rule in rules().rules} <= named
    assert {format.name for format in FORMATS} <= named
