"""The task that lets VS Code run hotrun and fill its Problems view, and what a tasks.json is after it was put there."""

from __future__ import annotations

import json
from typing import Any

LABEL = "hotrun"
# Our own lines are indented by two spaces, so what a tool or a program prints by itself is not counted twice.
PATTERN = r"^  (\S.*?):(\d+)(?::(\d+))?: (error|warning|info|note|hint): (.*)$"
TASK: dict[str, Any] = {
    "label": LABEL,
    "type": "shell",
    "command": "hotrun",
    "isBackground": True,
    "problemMatcher": {
        "owner": "hotrun",
        "source": "hotrun",
        "applyTo": "allDocuments",
        "fileLocation": ["autoDetect", "${workspaceFolder}"],
        "pattern": {"regexp": PATTERN, "file": 1, "line": 2, "column": 3, "severity": 4, "message": 5},
        "background": {
            "activeOnStart": True,
            "beginsPattern": r"^\[hotrun\] build #\d+ started",
            "endsPattern": r"^\[hotrun\] build #\d+ finished",
        },
    },
    "presentation": {"reveal": "always", "panel": "dedicated"},
    "runOptions": {"instanceLimit": 1},
}


class Unmergeable(Exception):
    """A tasks.json that is left as it is; the message says why."""


def with_task(text: str | None) -> str | None:
    """A tasks.json with our task in it; `text` is what it holds now, None where there is none.

    Returns None where the task is there already, as somebody may have made it his own. Raises Unmergeable where the
    file has comments or is no list of tasks: rewriting it would lose something.
    """
    if text is None or not text.strip():
        return _written({"version": "2.0.0", "tasks": [TASK]})
    try:
        found = json.loads(text)
    except ValueError as error:
        raise Unmergeable(f"it has comments, or is no JSON: {error}") from error
    tasks = found.get("tasks", []) if isinstance(found, dict) else None
    if not isinstance(tasks, list):
        raise Unmergeable('it has no list "tasks"')
    if any(isinstance(task, dict) and task.get("label") == LABEL for task in tasks):
        return None
    return _written({"version": "2.0.0", **found, "tasks": [*tasks, TASK]})


def task_text() -> str:
    """The task alone, to be put in by hand."""
    return json.dumps(TASK, indent=2)


def _written(tasks: dict[str, Any]) -> str:
    return json.dumps(tasks, indent=2, ensure_ascii=False) + "\n"
