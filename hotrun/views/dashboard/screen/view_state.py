"""The state of the full screen: the pane, the selection in it, and how far the output is scrolled back."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

from hotrun.core.model.requests import Action
from hotrun.views.dashboard.screen.log import Filter, LogLine, OutputLog

Pane = Literal["errors", "processes", "output", "history"]
PANES: tuple[Pane, ...] = get_args(Pane)


class Selection(msgspec.Struct):
    """Where one stands in a list. `at` may be beyond its end, as lists become shorter."""

    at: int = 0

    def within(self, total: int) -> int:
        """The place, in a list of so many."""
        return max(0, min(self.at, total - 1))

    def move(self, by: int, total: int) -> None:
        """Go on by so many, as far as the list goes."""
        self.at = max(0, min(self.within(total) + by, total - 1))


class ViewState(msgspec.Struct):
    """All of it. `details`: the chosen error or build fills the pane, from row `offset` on.

    `bottom`: the number of the last line of output that is shown; None follows what comes. `found`: whether the last
    search has come to a line. `entry`: what is being typed at a prompt, and `typed` what there is of it. `help`: the
    keys are shown in the place of the pane.
    """

    pane: Pane = "errors"
    chosen: dict[Pane, Selection] = {}
    details: bool = False
    offset: int = 0
    source: str | None = None
    bottom: int | None = None
    wrap: bool = True
    search: str = ""
    found: bool = True
    filter: str = ""
    help: bool = False
    entry: Literal["search", "filter"] | None = None
    typed: str = ""

    def at(self, pane: Pane) -> Selection:
        """Where one stands in this pane."""
        return self.chosen.setdefault(pane, Selection())

    @property
    def filtered(self) -> Filter:
        """Which lines of output are looked at."""
        return Filter(self.source, self.filter)

    def show(self, pane: Pane) -> None:
        """Go to a pane."""
        self.help = False
        if pane != self.pane:
            self.pane, self.details, self.offset = pane, False, 0

    def turn(self, by: int) -> None:
        """Go to the next pane, or to the one before."""
        self.show(PANES[(PANES.index(self.pane) + by) % len(PANES)])

    def show_output(self, source: str | None) -> None:
        """Go to the output of one source, or of all, and follow it."""
        self.show("output")
        self.source, self.bottom = source, None


def move(state: ViewState, action: Action, total: int, page: int) -> bool:
    """Move in a list, or in the details of what is chosen there; False where the action is no movement."""
    steps: dict[Action, int] = {
        "up": -1, "down": 1, "page-up": -page, "page-down": page, "top": -(1 << 30), "bottom": 1 << 30,
    }  # fmt: skip
    if action not in steps:
        return False
    if state.details or state.help:
        state.offset = max(0, min(state.offset + steps[action], 1 << 20))
    else:
        state.at(state.pane).move(steps[action], total)
    return True


def scroll(state: ViewState, log: OutputLog, action: Action, page: int) -> bool:
    """Move through the output; False where the action is no movement."""
    last = log.end - 1 if state.bottom is None else state.bottom
    wanted = state.filtered.takes
    match action:
        case "up" | "page-up":
            state.bottom = _back(log, last, wanted_lines(log, state), 1 if action == "up" else page)
        case "down" | "page-down":
            many = 1 if action == "down" else page
            on = [line.number for line, _ in zip(log.on_from(last + 1, wanted), range(many), strict=False)]
            ahead = next(log.on_from(on[-1] + 1, wanted), None) if on else None
            state.bottom = on[-1] if ahead is not None else None
        case "top":
            first = [line.number for line, _ in zip(log.on_from(log.first, wanted), range(page), strict=False)]
            state.bottom = first[-1] if first else None
        case "bottom" | "follow":
            following = state.bottom is None and action == "follow"
            state.bottom = log.end - 1 if following else None
        case _:
            return False
    return True


def wanted_lines(log: OutputLog, state: ViewState) -> list[LogLine]:
    """The lines that are looked at now, up to the last one that is shown, at most a screenful of them."""
    last = log.end - 1 if state.bottom is None else state.bottom
    return [line for line, _ in zip(log.back_from(last, state.filtered.takes), range(1000), strict=False)]


def _back(log: OutputLog, last: int, lines: list[LogLine], many: int) -> int:
    if len(lines) <= 1:
        return last
    return lines[min(many, len(lines) - 1)].number


def find(state: ViewState, log: OutputLog, by: int) -> bool:
    """Go to the next line (`by` 1) or the one before (-1) that holds what is searched for; False: there is none."""
    if not state.search:
        return False
    hit = Filter(state.source, state.search)
    kept = state.filtered

    def wanted(line: LogLine) -> bool:
        return kept.takes(line) and hit.takes(line)

    last = log.end if state.bottom is None else state.bottom
    found = next(log.back_from(last - 1, wanted) if by < 0 else log.on_from(last + 1, wanted), None)
    if found is None:
        return False
    state.bottom = found.number
    return True


def enter(state: ViewState, log: OutputLog, key: str) -> None:
    """Take a key at the prompt; enter ends it, esc gives it up."""
    if key == "enter":
        if state.entry == "search":
            state.search = state.typed
            state.found = not state.search or find(state, log, -1)
        else:
            state.filter, state.bottom = state.typed, None
        state.entry, state.typed = None, ""
    elif key == "esc":
        state.entry, state.typed = None, ""
    elif key == "backspace":
        state.typed = state.typed[:-1]
    elif key == "ctrl+u":
        state.typed = ""
    elif key == "space":
        state.typed += " "
    elif len(key) == 1 and key.isprintable():
        state.typed += key
