"""The pane of builds: the latest ones, and for the chosen one what changed, why it ran, and how long each part took."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hotrun.core.model.text import count, duration
from hotrun.views.dashboard.cells import Row, Span
from hotrun.views.dashboard.screen.history import BuildRecord, StepRecord
from hotrun.views.dashboard.screen.lists import chosen_row, columns, part, rule, text_rows, window
from hotrun.views.dashboard.screen.view_state import ViewState
from hotrun.views.dashboard.status import BAD, BUSY, CAREFUL, GOOD, PLAIN, QUIET, STRONG, Signs
from hotrun.views.lines.plain import WHY
from hotrun.views.text.clean import clean_name

DETAILS_FROM_HEIGHT = 9
_STYLES = {"passed": GOOD, "unchanged": GOOD, "kept": QUIET, "failed": BAD, "timeout": BAD, "running": BUSY}


def build_rows(builds: Sequence[BuildRecord], state: ViewState, size: tuple[int, int], signs: Signs) -> list[Row]:
    """The rows of the pane, the newest build first."""
    width, height = size
    if not builds:
        return [(("no build yet", QUIET),)]
    latest = builds[::-1]
    at = state.at("history").within(len(latest))
    details = _details(latest[at], width)
    if state.details:
        return part(details, state.offset, height, signs.cut)
    room = min(len(latest), max(3, height * 2 // 5)) if height >= DETAILS_FROM_HEIGHT else height
    seen = window(len(latest), at, room)
    rows = columns([_cells(latest[i]) for i in seen], width - 2)
    shown = [chosen_row(row, i == at, width, signs) for i, row in zip(seen, rows, strict=True)]
    rest = height - len(shown) - 1
    if rest < 3:
        return shown
    return [*shown, rule(f"build #{latest[at].number}", width, signs.rule), *part(details, 0, rest, signs.cut)]


def time_of_day(stamp: str) -> str:
    """Where the person is: "14:02:11" of an RFC 3339 stamp."""
    return datetime.fromisoformat(stamp).astimezone().strftime("%H:%M:%S")


def _cells(record: BuildRecord) -> tuple[Span, ...]:
    status: str = record.status or "running"
    names = [path.path for path in record.paths]
    total = len(names) + record.more
    what = clean_name(names[0]) if names else WHY[record.reason]
    what += f" and {total - 1} more" if total > 1 else ""
    return (
        (f"#{record.number}", STRONG),
        (status, _STYLES.get(status, CAREFUL)),
        (duration(record.ms) if record.ms is not None else "", PLAIN),
        (time_of_day(record.stamp), QUIET),
        (what, PLAIN),
    )


def _details(record: BuildRecord, width: int) -> list[Row]:
    counts = [count(n, noun) for n, noun in ((record.errors, "error"), (record.warnings, "warning")) if n]
    said = f"reason: {WHY[record.reason]}" + (f", {', '.join(counts)}" if counts else "")
    rows = text_rows(said, width)
    marks = {"added": "+", "modified": "~", "deleted": "-"}
    for path in record.paths:
        rows += text_rows(f"{marks[path.kind]} {clean_name(path.path)}", width, indent="  ")
    if record.more:
        rows.append(((f"  and {record.more} more", QUIET),))
    longest = max((step.ms or 0 for step in record.steps.values()), default=0)
    table = [_step_cells(step, longest) for step in record.steps.values()]
    rows += [(("  ", PLAIN), *row) for row in columns(table, width - 2)]
    for start in record.starts.values():
        ready = f", ready after {duration(start.ready_ms)} ({start.via})" if start.ready_ms is not None else ""
        rows += text_rows(f"started {clean_name(start.name)}{ready}", width, indent="  ")
    return rows


def _step_cells(step: StepRecord, longest: int) -> tuple[Span, ...]:
    how = f"{step.status} ({step.how})" if step.how else step.status
    bar = "#" * max(1, round(20 * (step.ms or 0) / longest)) if longest and step.ms else ""
    return (
        (clean_name(step.name), PLAIN),
        (how, _STYLES.get(step.status, CAREFUL)),
        (duration(step.ms) if step.ms is not None else "", PLAIN),
        (bar, QUIET),
    )
