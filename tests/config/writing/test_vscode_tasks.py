"""The task for VS Code, added to a tasks.json without any loss."""

from __future__ import annotations

import json
import re

import pytest

from hotrun.config.writing.vscode_tasks import LABEL, PATTERN, TASK, Unmergeable, task_text, with_task


@pytest.mark.parametrize("text", [None, "", "  \n"])
def test_a_new_file_has_only_the_task(text: str | None) -> None:
    made = with_task(text)
    assert made is not None
    assert json.loads(made) == {"version": "2.0.0", "tasks": [TASK]}


def test_other_tasks_and_keys_are_unchanged() -> None:
    other = {"version": "2.0.0", "inputs": [{"id": "ß"}], "tasks": [{"label": "lint", "type": "npm"}]}
    made = with_task(json.dumps(other))
    assert made is not None
    found = json.loads(made)
    assert found["inputs"] == other["inputs"]
    assert found["tasks"] == [{"label": "lint", "type": "npm"}, TASK]
    assert "ß" in made
    assert with_task(made) is None, "once is enough"


def test_an_existing_task_of_that_name_is_unchanged() -> None:
    assert with_task(json.dumps({"tasks": [{"label": LABEL, "command": "mine"}]})) is None


@pytest.mark.parametrize("text", ['{"tasks": [] // mine\n}', "[]", '{"tasks": {}}', '{"tasks": ', "7"])
def test_a_file_that_would_lose_something_is_unchanged(text: str) -> None:
    with pytest.raises(Unmergeable):
        with_task(text)


def test_the_task_can_be_added_by_hand() -> None:
    assert json.loads(task_text()) == TASK


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("  src/a b.py:3:9: error: bad [x]", ("src/a b.py", "3", "9", "error", "bad [x]")),
        ("  src/a.py:3: warning: odd", ("src/a.py", "3", None, "warning", "odd")),
        ("  /abs/a.rs:1:2: note: see", ("/abs/a.rs", "1", "2", "note", "see")),
        ("src/a.py:3:9: error: by the tool itself", None),
        ("app | src/a.py:3:9: error: by a program", None),
        ("    3 |     x: error: in an excerpt", None),
        ("  error: without a place", None),
    ],
)
def test_the_pattern_matches_only_lines_of_hotrun(line: str, expected: tuple[str | None, ...] | None) -> None:
    found = re.match(PATTERN, line)
    assert (found.groups() if found else None) == expected
