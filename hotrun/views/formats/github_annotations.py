"""Diagnostics as annotations of GitHub Actions, and what keeps the output of others from giving it commands.

Rules: https://docs.github.com/actions/reference/workflow-commands-for-github-actions, and ActionCommand.cs of
actions/runner, where "##[" counts anywhere in a line and "::" after blanks.
"""

from __future__ import annotations

from hotrun.core.model import events
from hotrun.views.formats.parts import below

_LEVELS = {"error": "error", "warning": "warning"}  # what is neither is a notice


def github(diagnostic: events.Diagnostic, workspace: str) -> str:
    """One workflow command, without a line end. A file below the folder `workspace` is named as seen from there."""
    properties = {**_place(diagnostic, workspace), "title": " ".join(filter(None, (diagnostic.tool, diagnostic.code)))}
    told = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items() if value)
    return f"::{_LEVELS.get(diagnostic.severity, 'notice')} {told}::{_data(diagnostic.message)}"


def stopped(token: str) -> str:
    """From the next line on, nothing is a command until `resumed`: a prefix before each line would not be enough."""
    return f"::stop-commands::{token}"


def resumed(token: str) -> str:
    """Commands count again; `token` is the one of `stopped`."""
    return f"::{token}::"


def group(title: str) -> str:
    """What follows can be folded, until `END_GROUP`."""
    return f"::group::{_data(title)}"


END_GROUP = "::endgroup::"


def _place(diagnostic: events.Diagnostic, workspace: str) -> dict[str, object]:
    if diagnostic.file is None:
        return {}
    name = diagnostic.file
    if diagnostic.path is not None:
        name = below(diagnostic.file, workspace) or diagnostic.path
    # Columns are refused where they stand in different lines.
    is_one_line = diagnostic.end_line in (None, diagnostic.line)
    column, end_column = (diagnostic.column, diagnostic.end_column) if is_one_line else (None, None)
    return {
        "file": name,
        "line": diagnostic.line,
        "col": column,
        "endLine": diagnostic.end_line,
        "endColumn": end_column if column else None,
    }


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
