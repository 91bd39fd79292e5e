"""What the pinned area says, in one to four short rows: words and styles, cut to the size of the terminal.

A row is a tuple of spans. Color is never the only sign of anything, and it is one of the terminal's own sixteen, never
white, black or bright yellow, so that it can be read on any background.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from hotrun.core.model.events import BuildFinished, Diagnostic
from hotrun.core.model.requests import Action
from hotrun.core.model.text import count, duration
from hotrun.core.state.snapshot import ProcessView, Snapshot
from hotrun.views.dashboard.cells import Row, Span, cropped, tail, width_of
from hotrun.views.dashboard.pinned import SPIN_MS, Pinned, Progress, place_of
from hotrun.views.text.clean import clean, clean_name

KEYS_FROM_HEIGHT = 10  # rows of the terminal; lower, the keys are what can be missed first
PROCESSES_FROM_HEIGHT = 6
STATUS_FROM_HEIGHT = 3
GAP: Span = ("  ", "")

GOOD, BAD, CAREFUL, BUSY, QUIET, STRONG, PLAIN = "green", "bold red", "yellow", "cyan", "dim", "bold", ""


class Signs(NamedTuple):
    """The signs in front of states."""

    spinner: str
    watching: str
    restarting: str
    paused: str
    deferred: str
    stopping: str
    good: str
    bad: str
    up: str
    starting: str
    waiting: str
    stale: str
    down: str
    stopped: str
    bar: str
    cut: str
    rule: str


UNICODE_SIGNS = Signs("◐◓◑◒", "●", "↻", "‖", "…", "■", "✔", "✗", "●", "◌", "·", "▲", "✗", "○", "│", "…", "─")
ASCII_SIGNS = Signs("|/-\\", "*", "~", "=", ".", "#", "ok:", "FAILED:", "+", "~", ".", "!", "x", "-", "|", "", "-")


def rows(snapshot: Snapshot, pinned: Pinned, size: tuple[int, int], now_ms: int, signs: Signs) -> list[Row]:
    """The rows for a terminal of `size` (columns, rows), each at least one cell narrower than it."""
    columns, height = size
    width = columns - 1
    if height < STATUS_FROM_HEIGHT or width < 1:
        return []
    shown = [status_row(snapshot, pinned, width, now_ms, signs)]
    if height >= PROCESSES_FROM_HEIGHT and (snapshot.processes or pinned.only):
        shown.append(_process_row(snapshot, pinned, width, signs))
    last = _last_row(snapshot, pinned, width, height, signs)
    if last:
        shown = [*(shown if height >= PROCESSES_FROM_HEIGHT else []), last]
    prompt = pinned.prompt(snapshot.attached)
    if prompt is not None:
        name, text = prompt
        head: Row = ((f"{clean_name(name)} ", BUSY), (f"{signs.bar} ", QUIET))
        text = clean(text.replace("\n", " "), colored=False).replace("\t", " ")
        text = tail(text, max(1, width - width_of(head)), signs.cut)
        shown.insert(0, (*head, (text, PLAIN)))
    return [cropped(row, width, signs.cut) for row in shown[: height - 1]]


# --- state and result ------------------------------------------------------------------------------------------


def status_row(snapshot: Snapshot, pinned: Pinned, width: int, now_ms: int, signs: Signs) -> Row:
    """The state and the last build result, as much of them as there is room for."""
    state = _state(snapshot, pinned.progress, now_ms, signs)
    result = _result(pinned.result, signs)
    choices = [(*long, GAP, *told) if told else long for long, told in ((s, v) for v in result for s in state)]
    return _first_that_fits(choices, width)


def _state(snapshot: Snapshot, progress: Progress | None, now_ms: int, signs: Signs) -> list[Row]:
    """Longest first."""
    if snapshot.state == "stopping":
        why = f" ({clean_name(snapshot.why)})" if snapshot.why else ""
        return [((f"{signs.stopping} stopping{why}", CAREFUL),), ((f"{signs.stopping} stopping", CAREFUL),)]
    if progress is not None:
        return _building(progress, now_ms, signs)
    match snapshot.state:
        case "restarting":
            return [((f"{signs.restarting} restarting", BUSY),)]
        case "paused":
            return [((f"{signs.paused} paused", CAREFUL),)]
        case "deferred":
            why = f": {clean_name(snapshot.why)}" if snapshot.why else ""
            return [((f"{signs.deferred} deferred{why}", CAREFUL),), ((f"{signs.deferred} deferred", CAREFUL),)]
        case _:
            return [((f"{signs.watching} watching", PLAIN),)]


def _building(progress: Progress, now_ms: int, signs: Signs) -> list[Row]:
    for_ms = 0 if progress.since_ms is None else max(0, now_ms - progress.since_ms)
    sign = signs.spinner[for_ms // SPIN_MS % len(signs.spinner)]
    took = f" {for_ms // 1000}.{for_ms % 1000 // 100}s" if for_ms < 60_000 else f" {duration(for_ms // 1000 * 1000)}"
    head: Row = ((f"{sign} building #{progress.build}{took}", BUSY),)
    part = f" {progress.done}/{progress.steps}" if progress.steps > 1 else ""
    names = ", ".join(clean_name(name) for name in progress.running)
    return [
        (*head, (f"{part} {names}" if names else part, QUIET)),
        (*head, (part, QUIET)),
        ((f"{sign} #{progress.build}{took}", BUSY),),
    ]


def _result(result: BuildFinished | None, signs: Signs) -> list[Row]:
    """Longest first; a failure stays here until a build passes."""
    if result is None:
        return [()]
    counts = [count(n, noun) for n, noun in ((result.errors, "error"), (result.warnings, "warning")) if n]
    good = result.status == "passed"
    sign, style = (signs.good, GOOD) if good else (signs.bad, BAD)
    how = f"{result.status} in {duration(result.duration_ms)}"
    troubles = f": {', '.join(counts)}" if counts else ""
    short = result.status if good or not counts else counts[0]
    return [((f"{sign} #{result.build} {how}{troubles}", style),), ((f"{sign} {short}", style),)]


# --- processes -------------------------------------------------------------------------------------------------


def _process_row(snapshot: Snapshot, pinned: Pinned, width: int, signs: Signs) -> Row:
    key = _key(pinned.keys, "all-output")
    back = f" ({key} shows all)" if key else ""
    ends: list[Row] = [()]
    if pinned.only is not None:
        name = clean_name(pinned.only)
        ends = [(GAP, (f"showing only {name}{back}", BUSY)), (GAP, (f"only {name}", BUSY))]
    views = list(snapshot.processes.values())
    whole = _joined([_process(view, signs) for view in views])
    for end in ends:
        if width_of(whole) + width_of(end) <= width:
            return (*whole, *end)
    end = ends[-1]
    return (*_fewer(views, width - width_of(end), signs), *end)


def _process(view: ProcessView, signs: Signs) -> Span:
    sign, word, style = state_of(view, signs)
    of = f" (#{view.build})" if sign == signs.stale else ""
    return f"{sign} {clean_name(view.name)} {word}{of}", style


def state_of(view: ProcessView, signs: Signs) -> tuple[str, str, str]:
    """The sign, the word and the style for the state of a process."""
    if view.successor is not None:
        return signs.starting, f"{view.state}, next one starting", BUSY
    if view.stale and view.state in ("running", "ready"):
        return signs.stale, "stale", CAREFUL
    match view.state:
        case "ready" | "running":
            return signs.up, view.state, GOOD
        case "exited":
            return signs.down, view.state, BAD
        case "stopped":
            return signs.stopped, view.state, QUIET
        case "waiting":
            return signs.waiting, view.state, QUIET
        case _:
            return signs.starting, view.state, BUSY


def _rank(view: ProcessView) -> int:
    """What a person wants to know of first."""
    if view.state == "exited":
        return 0
    if view.stale:
        return 1
    return {"stopping": 2, "starting": 2, "stopped": 3, "waiting": 3}.get(view.state, 4)


def _fewer(views: Sequence[ProcessView], width: int, signs: Signs) -> Row:
    """How many are down or up, as many of them as there is room for, the worst first, and how many others."""
    down = sum(_rank(view) == 0 for view in views)
    up = sum(view.state in ("ready", "running") for view in views)
    head: Span = (f"{signs.down} {down} of {len(views)} down", BAD)
    if not down:
        head = (f"{signs.up} {up} of {len(views)} up", GOOD if up == len(views) else BUSY)
    shown: list[Span] = []
    used = width_of((head,))
    ranked = sorted(views, key=_rank)
    for number, view in enumerate(ranked):
        span = _process(view, signs)
        more = len(ranked) - number - 1
        room = width - used - width_of((GAP, span))
        if room < (width_of((GAP, (f"+{more}", ""))) if more else 0):
            break
        shown.append(span)
        used = width - room
    more = len(ranked) - len(shown)
    rest: list[Span] = [(f"+{more}", QUIET)] if shown and more else []
    return _joined([head, *shown, *rest])


# --- the last row: where keys go, what is chosen, or the keys ---------------------------------------------------


_KEYS: tuple[tuple[Action, str], ...] = (
    ("restart", "restart"),
    ("build", "build"),
    ("errors", "errors"),
    ("next-error", "next"),
    ("pause", "pause"),
    ("attach", "type"),
    ("full", "full"),
    ("help", "help"),
    ("stop", "quit"),
)
_MISSED_FIRST: tuple[Action, ...] = ("attach", "next-error", "pause", "errors", "full", "build", "restart", "stop")


def _last_row(snapshot: Snapshot, pinned: Pinned, width: int, height: int, signs: Signs) -> Row:
    if snapshot.attached is not None:
        name = clean_name(snapshot.attached)
        whole = f"input goes to {name}, Ctrl-] detaches"
        return _first_that_fits([((whole, "bold cyan"),), ((f"input: {name} (Ctrl-])", "bold cyan"),)], width)
    if pinned.selected is not None:
        return _selected_row(snapshot, pinned, pinned.selected, width)
    if pinned.note:
        return ((clean_name(pinned.note), BUSY),)
    if height < KEYS_FROM_HEIGHT:
        return ()
    return _keys_row(pinned.keys, "resume" if snapshot.state == "paused" else "pause", width)


def _selected_row(snapshot: Snapshot, pinned: Pinned, selected: tuple[int, Diagnostic], width: int) -> Row:
    """The chosen problem, and what keys do with it where there is room."""
    number, problem = selected
    place = place_of(problem)
    style = BAD if problem.severity == "error" else CAREFUL
    where = f"{clean_name(place)}: " if place else ""
    of = f"{number}/{len(snapshot.problems())} "
    row: Row = ((of, QUIET), (where, STRONG), (problem.severity, style), (f": {clean_name(problem.message)}", PLAIN))
    words: tuple[tuple[Action, str], ...] = (("open", "open"), ("copy", "copy"), ("back", "clear"))
    keys = [f"{key} {word}" for action, word in words if (key := _key(pinned.keys, action))]
    return _first_that_fits([(*row, (f"  ({', '.join(keys)})", QUIET)), row] if keys else [row], width)


def _keys_row(keys: Mapping[Action, tuple[str, ...]], pause: str, width: int) -> Row:
    shown = {action: (_key(keys, action), word) for action, word in _KEYS if _key(keys, action)}
    if "pause" in shown:
        shown["pause"] = (shown["pause"][0], pause)
    for missed in (None, *_MISSED_FIRST):
        if missed is not None:
            shown.pop(missed, None)
        row = _joined([(f"{key} {word}", QUIET) for key, word in shown.values()])
        if width_of(row) <= width:
            return row
    return ()


def _key(keys: Mapping[Action, tuple[str, ...]], action: Action) -> str:
    return next(iter(keys.get(action, ())), "")


def _joined(spans: Sequence[Span]) -> Row:
    return tuple(part for span in spans for part in (GAP, span))[1:]


def _first_that_fits(choices: Sequence[Row], width: int) -> Row:
    return next((row for row in choices if width_of(row) <= width), choices[-1])
