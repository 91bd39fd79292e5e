"""The pane of processes: what each one does, since when, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hotrun.core.model.text import duration
from hotrun.core.model.usage import Usage
from hotrun.core.state.snapshot import ProcessView
from hotrun.views.dashboard.cells import Row, Span
from hotrun.views.dashboard.screen.lists import chosen_row, columns, window
from hotrun.views.dashboard.screen.record import Uptime
from hotrun.views.dashboard.screen.view_state import ViewState
from hotrun.views.dashboard.status import PLAIN, QUIET, STRONG, Signs, state_of
from hotrun.views.text.clean import clean_name

_HEAD: tuple[Span, ...] = tuple(
    (text, QUIET) for text in ("process", "state", "uptime", "cpu", "memory", "pid", "restarts", "build", "port")
)


def process_rows(
    processes: Sequence[ProcessView],
    usage: Mapping[str, Usage],
    uptimes: Mapping[str, Uptime],
    state: ViewState | None,
    size: tuple[int, int],
    now_ms: int,
    signs: Signs,
) -> list[Row]:
    """The rows of the pane: a table of one row for each process; without a state nothing is chosen in it."""
    width, height = size
    if not processes:
        return [(("no processes, only steps", QUIET),)]
    at = state.at("processes").within(len(processes)) if state is not None else None
    seen = window(len(processes), at or 0, height - 1)
    table = [_HEAD, *(_cells(processes[i], i, usage, uptimes, now_ms, signs) for i in seen)]
    head, *rows = columns(table, width - 2)
    shown = [chosen_row(row, i == at, width, signs) for i, row in zip(seen, rows, strict=True)]
    return [chosen_row(head, False, width, signs), *shown][:height]


def _cells(
    view: ProcessView,
    number: int,
    usage: Mapping[str, Usage],
    uptimes: Mapping[str, Uptime],
    now_ms: int,
    signs: Signs,
) -> tuple[Span, ...]:
    uptime, used = uptimes.get(view.name), usage.get(view.name)
    is_up = view.pid is not None
    since_ms = uptime.since_ms if uptime is not None and is_up else None
    up = duration((now_ms - since_ms) // 1000 * 1000) if since_ms is not None else ""
    key = f"{number + 1} " if number < 9 else "  "
    return (
        (key + clean_name(view.name), STRONG),
        _state(view, signs),
        (up, PLAIN),
        (f"{used.cpu_percent:.0f}%" if used is not None and is_up else "", PLAIN),
        (_bytes(used.memory_bytes) if used is not None and is_up else "", PLAIN),
        (str(view.pid) if is_up else "", PLAIN),
        (str(view.restarts) if view.restarts else "", PLAIN),
        (f"#{view.build}" if view.build is not None else "", PLAIN),
        (str(view.port) if view.port is not None else "", PLAIN),
    )


def _state(view: ProcessView, signs: Signs) -> Span:
    sign, word, style = state_of(view, signs)
    return f"{sign} {word}", style


def _bytes(number: int) -> str:
    """As a person reads it: "812 KB", "34 MB", "1.2 GB"."""
    if number < 10 << 20:
        return f"{number >> 10} KB"
    return f"{number >> 20} MB" if number < 1 << 30 else f"{number / (1 << 30):.1f} GB"
