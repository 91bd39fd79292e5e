"""The one finding of a failed step whose output named no problem: a failed build always has a reason."""

from __future__ import annotations

from collections.abc import Sequence

from hotrun.core.diagnostics.model.finding import Finding
from hotrun.core.diagnostics.model.text_lines import plain

MOST_LINES = 20


def failure(name: str, what: str, tail: Sequence[str]) -> Finding:
    """An error without a place. `name` is who failed (the finding's tool), `what` the message,
    `tail` the last output, of which the last MOST_LINES lines become the detail, without blank lines around them.
    """
    lines = [plain(line) for line in tail[-2 * MOST_LINES :]]
    while lines and not lines[-1]:
        lines.pop()
    lines = lines[-MOST_LINES:]
    while lines and not lines[0]:
        lines.pop(0)
    return Finding(severity="error", message=what, tool=name, detail=tuple(lines))
