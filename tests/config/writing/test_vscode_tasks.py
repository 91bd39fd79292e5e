"""The task for VS Code: put beside what is there, and never at its cost."""

from __future__ import annotations

import json
import re

import pytest

from hotrun.config.writing.vscode_tasks import LABEL, PATTERN, TASK, Unmergeable, task_text, with_task


@pytest.mark.parametrize("text", [None, "", "  \n"])
def test_without_a_file_it_holds_our_task_alone(text: str | None) -> None:
    made = with_task(text)
    assert made is not None
    assert json.loads(made) == {"version": "2.0.0", "tasks": [TASK]}


def test_other_tasks_and_keys_stay_as_they_are() -> None:
    other = {"version": "2.0.0", "inputs": [{"id": "ß"}], "tasks": [{"label": "lint", "type": "npm"}]}
    made = with_task(json.dumps(other))
    assert made is not None
    found = json.loads(made)
    assert found["inputs"] == other["inputs"]
    assert found["tasks"] == [{"label": "lint", "type": "npm"}, TASK]
    assert "ß" in made
    assert with_task(made) is None, "once is enough"


def test_a_task_of_that_name_belongs_to_somebody() -> None:
    assert with_task(json.dumps({"tasks": [{"label": LABEL, "command": "mine"}]})) is None


@pytest.mark.parametrize("text", ['{"tasks": [] // mine\n}', "[]", '{"tasks": {}}', '{"tasks": ', "7"])
def test_what_cannot_be_rewritten_without_loss_is_left(text: str) -> None:
    with pytest.raises(Unmergeable):
        with_task(text)


def test_the_task_can_be_put_in_by_hand() -> None:
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
def test_the_pattern_takes_our_lines_and_no_others(line: str, expected: tuple[str | None, ...] | None) -> None:
    found = re.match(PATTERN, line)
    assert (found.groups() if found else None) == expected
