"""The finding of a failed step without other findings, so that a failed build always has a reason."""

from __future__ import annotations

from collections.abc import Sequence

from hotrun.core.diagnostics.model.text_lines import plain
from hotrun.core.model.finding import Finding

MAX_LINES = 20


def failure(name: str, message: str, tail: Sequence[str]) -> Finding:
    """An error without a place. `name`: the failed step or process, as the tool. `message`: the message.

    `tail`: the last output. Its last MAX_LINES lines become the detail, without blank lines around them.
    """
    lines = [plain(line) for line in tail[-2 * MAX_LINES :]]
    while lines and not lines[-1]:
        lines.pop()
    lines = lines[-MAX_LINES:]
    while lines and not lines[0]:
        lines.pop(0)
    return Finding(severity="error", message=message, tool=name, detail=tuple(lines))
