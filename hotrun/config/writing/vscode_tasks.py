"""The task with which VS Code runs hotrun and fills its Problems view, and how to add it to a tasks.json."""

from __future__ import annotations

import json
from typing import Any

LABEL = "hotrun"
# hotrun indents its lines by two spaces, so the same error in the output of a tool is not counted twice.
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
    """hotrun cannot change this tasks.json. The message says why."""


def with_task(text: str | None) -> str | None:
    """Return the tasks.json `text` with the task added. None is a missing file.

    Returns None if the task is already there, because the user may have changed it. Raises Unmergeable if the file has
    comments or has no list of tasks, because rewriting it would lose something.
    """
    if text is None or not text.strip():
        return _written({"version": "2.0.0", "tasks": [TASK]})
    try:
        found = json.loads(text)
    except ValueError as error:
        raise Unmergeable(f"it has comments or is not JSON ({error})") from error
    tasks = found.get("tasks", []) if isinstance(found, dict) else None
    if not isinstance(tasks, list):
        raise Unmergeable('"tasks" is not a list')
    if any(isinstance(task, dict) and task.get("label") == LABEL for task in tasks):
        return None
    return _written({"version": "2.0.0", **found, "tasks": [*tasks, TASK]})


def task_text() -> str:
    """Return only the task, for the user to add by hand."""
    return json.dumps(TASK, indent=2)


def _written(tasks: dict[str, Any]) -> str:
    return json.dumps(tasks, indent=2, ensure_ascii=False) + "\n"
