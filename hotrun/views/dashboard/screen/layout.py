"""The full screen: a row of state, the names of the panes, the selected pane, other panes if they fit, and the keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.cells import cell_len

from hotrun.core.model.events import Diagnostic
from hotrun.core.model.requests import Action
from hotrun.core.model.usage import Usage
from hotrun.core.state.snapshot import ProcessView, Snapshot
from hotrun.views.dashboard.cells import Row, Span, cropped, width_of
from hotrun.views.dashboard.help import FULL, help_lines
from hotrun.views.dashboard.screen.builds import build_rows
from hotrun.views.dashboard.screen.errors import error_rows
from hotrun.views.dashboard.screen.lists import read_part, rule
from hotrun.views.dashboard.screen.output import output_rows, title_of
from hotrun.views.dashboard.screen.processes import process_rows
from hotrun.views.dashboard.screen.record import ScreenRecord
from hotrun.views.dashboard.screen.view_state import PANES, Pane, ViewState, enter, find, move, scroll
from hotrun.views.dashboard.status import BUSY, PLAIN, QUIET, STRONG, Signs
from hotrun.views.text.clean import clean_name

OUTPUT_FROM_HEIGHT = 24  # rows of the screen: from there on the latest output is under every other pane
PROCESSES_FROM_HEIGHT = 32
MOST_PROCESSES_BESIDE = 5
_WORDS: dict[Pane, str] = {"errors": "errors", "processes": "processes", "output": "output", "history": "builds"}
_ACTIONS: dict[Action, Pane] = {"errors": "errors", "processes": "processes", "history": "history"}
_MOVES: tuple[Action, ...] = ("up", "down", "page-up", "page-down", "top", "bottom", "follow")
_KEYS: dict[Pane, tuple[tuple[Action, str], ...]] = {
    "errors": (("back", "close"), ("select", "details"), ("open", "open"), ("copy", "copy"), ("build", "build")),
    "processes": (("back", "close"), ("select", "output"), ("restart", "restart"), ("attach", "type into it")),
    "output": (
        ("back", "close"), ("search", "search"), ("filter", "filter"), ("follow", "follow"), ("wrap", "wrap"),
        ("next-error", "next"), ("all-output", "all"),
    ),
    "history": (("back", "close"), ("select", "details")),
}  # fmt: skip


class ScreenLayout:
    """What the full screen shows of a record. Actions and text typed at its prompt change it. Pure."""

    def __init__(
        self, record: ScreenRecord, keys: Mapping[Action, tuple[str, ...]], signs: Signs, colored: bool
    ) -> None:
        self.keys = keys
        self.state = ViewState()
        self.usage: Mapping[str, Usage] = {}  # by the name of the process; from outside, as long as it is shown
        self.log = record.log
        self._record = record
        self._signs = signs
        self._colored = colored

    # --- what a person does ------------------------------------------------------------------------------------

    @property
    def is_typing(self) -> bool:
        """Whether keys are letters of an entry now, and no actions."""
        return self.state.entry is not None

    def type(self, key: str) -> None:
        """Take a key at the prompt."""
        enter(self.state, self.log, key)

    def press(self, action: Action, snapshot: Snapshot, height: int) -> bool:
        """Take an action that is about what is shown; False: it is somebody else's.

        "back" is somebody else's where there is nothing to go back from: then the screen is to be closed.
        """
        state, page = self.state, max(1, height // 2)
        if action in _ACTIONS:
            state.show(_ACTIONS[action])
        elif action in _MOVES and state.pane == "output" and not state.help:
            return scroll(state, self.log, action, page)
        elif action in _MOVES:
            return move(state, action, self._total(snapshot), page)
        elif action.startswith("process-"):
            self._show_process(snapshot, int(action.removeprefix("process-")) - 1)
        elif action == "all-output":
            state.show_output(None)
        elif action in ("search", "filter"):
            state.show("output")
            state.entry, state.typed = ("search" if action == "search" else "filter"), ""
        elif action == "wrap":
            state.wrap = not state.wrap
        elif action in ("next-error", "previous-error"):
            self._next(1 if action == "next-error" else -1, snapshot)
        elif action == "select":
            self._select(snapshot)
        elif action == "help":
            state.help, state.offset = not state.help, 0
        elif action == "back":
            return self._back()
        else:
            return False
        return True

    def turn(self, by: int) -> None:
        """Go to the next pane (1), or to the one before (-1)."""
        self.state.turn(by)

    def problem(self, snapshot: Snapshot) -> Diagnostic | None:
        """The chosen one."""
        problems = snapshot.problems()
        return problems[self.state.at("errors").within(len(problems))] if problems else None

    def process(self, snapshot: Snapshot) -> str | None:
        """The name of the chosen process: of the pane of processes, or the one whose output is shown."""
        if self.state.pane == "output" and self.state.source is not None:
            kind, _, name = self.state.source.partition(":")
            return name if kind == "run" else None
        names = list(snapshot.processes)
        return names[self.state.at("processes").within(len(names))] if names else None

    def _total(self, snapshot: Snapshot) -> int:
        match self.state.pane:
            case "errors":
                return len(snapshot.problems())
            case "processes":
                return len(snapshot.processes)
            case _:
                return len(self._record.history.builds)

    def _show_process(self, snapshot: Snapshot, number: int) -> None:
        names = list(snapshot.processes)
        if number < len(names):
            self.state.show_output(f"run:{names[number]}")

    def _next(self, by: int, snapshot: Snapshot) -> None:
        """The next hit where one searches in the output; else the next error."""
        if self.state.pane == "output" and self.state.search:
            self.state.found = find(self.state, self.log, by) or self.state.bottom is not None
            return
        self.state.show("errors")
        self.state.at("errors").move(by, len(snapshot.problems()))
        self.state.offset = 0

    def _select(self, snapshot: Snapshot) -> None:
        if self.state.pane == "processes":
            self._show_process(snapshot, self.state.at("processes").within(len(snapshot.processes)))
        elif self.state.pane in ("errors", "history"):
            self.state.details, self.state.offset = not self.state.details, 0

    def _back(self) -> bool:
        state = self.state
        if state.help:
            state.help = False
        elif state.details:
            state.details, state.offset = False, 0
        elif state.pane == "output" and (state.search or state.filter or state.bottom is not None):
            state.search, state.filter, state.bottom = "", "", None
        else:
            return False
        return True

    # --- what it looks like ------------------------------------------------------------------------------------

    def rows(
        self, snapshot: Snapshot, head: Row, size: tuple[int, int], now_ms: int, note: str = ""
    ) -> list[Row | str]:
        """As many rows as the screen has, none wider than it. `head`: the row about the state; `note`: for the last."""
        width, height = size
        if height < 3 or width < 10:
            return [cropped(head, width, self._signs.cut) for _ in range(min(1, height))]
        top: list[Row | str] = [cropped(head, width, self._signs.cut), self._tabs(snapshot, width)]
        room = height - len(top) - 1
        below = [] if self.state.help else self._below(snapshot, room, width, now_ms)
        main = self._pane(snapshot, (width, room - len(below)), now_ms)
        gap: list[Row | str] = [()] * (room - len(below) - len(main))
        is_output = self.state.pane == "output" and not self.state.help  # whose latest line is at the bottom
        body = [*gap, *main] if is_output else [*main, *gap]
        cut = [cropped(row, width, self._signs.cut) if isinstance(row, tuple) else row for row in (*body, *below)]
        return [*top, *cut, self._last_row(snapshot, width, note)]

    def _tabs(self, snapshot: Snapshot, width: int) -> Row:
        numbers = {
            "errors": len(snapshot.problems()),
            "processes": len(snapshot.processes),
            "history": len(self._record.history.builds),
        }
        for counted in (PANES, (self.state.pane,), ()):  # on a narrow screen numbers are missed first
            row = self._names({pane: number for pane, number in numbers.items() if pane in counted and number})
            left = width - width_of(row)
            if left >= 0:
                break
        if self.state.pane == "output" and left > 10:
            row = (*row, (f"  {title_of(self.log, self.state)}", QUIET))
        return cropped(row, width, self._signs.cut)

    def _names(self, numbers: Mapping[str, int]) -> Row:
        spans: list[Span] = []
        for pane in PANES:
            name = f"{_WORDS[pane]} {numbers[pane]}" if pane in numbers else _WORDS[pane]
            is_shown = pane == self.state.pane
            spans += [(f"[{name}]", STRONG) if is_shown else (name, QUIET), (" ", PLAIN)]
        return tuple(spans[:-1])

    def _pane(self, snapshot: Snapshot, size: tuple[int, int], now_ms: int) -> Sequence[Row | str]:
        if self.state.help:
            lines = help_lines(self.keys, FULL).split("\n")
            return read_part([((line, PLAIN),) for line in lines], self.state, size[1], self._signs.cut)
        match self.state.pane:
            case "errors":
                return error_rows(snapshot.problems(), snapshot.fixed, self.state, size, self._signs)
            case "processes":
                return self._processes(snapshot, self.state, size, now_ms)
            case "output":
                return output_rows(self.log, self.state, size, self._signs.bar, self._colored)
            case "history":
                return build_rows(self._record.history.builds, self.state, size, self._signs)

    def _processes(self, snapshot: Snapshot, state: ViewState | None, size: tuple[int, int], now_ms: int) -> list[Row]:
        views: list[ProcessView] = list(snapshot.processes.values())
        return process_rows(views, self.usage, self._record.uptimes, state, size, now_ms, self._signs)

    def _below(self, snapshot: Snapshot, room: int, width: int, now_ms: int) -> list[Row | str]:
        """What has room under the chosen pane: the processes, and the latest output."""
        below: list[Row | str] = []
        pane = self.state.pane
        if room >= PROCESSES_FROM_HEIGHT - 3 and pane not in ("processes", "output") and snapshot.processes:
            many = min(len(snapshot.processes), MOST_PROCESSES_BESIDE) + 1
            below += [rule("processes", width, self._signs.rule)]
            below += self._processes(snapshot, None, (width, many), now_ms)
        if room >= OUTPUT_FROM_HEIGHT - 3 and pane != "output":
            shown = ViewState(source=self.state.source, wrap=self.state.wrap)
            latest = output_rows(self.log, shown, (width, room // 3), self._signs.bar, self._colored)
            below += [rule(title_of(self.log, shown), width, self._signs.rule), *latest] if latest else []
        return below

    def _last_row(self, snapshot: Snapshot, width: int, note: str) -> Row:
        state = self.state
        if snapshot.attached is not None:
            said = f"input goes to {clean_name(snapshot.attached)}, Ctrl-] detaches"
            return cropped(((said, BUSY),), width, self._signs.cut)
        if note:
            return cropped(((clean_name(note), BUSY),), width, self._signs.cut)
        if state.entry is not None:
            return cropped(((f"{state.entry}: ", BUSY), (f"{clean_name(state.typed)}_", PLAIN)), width, "")
        keys = ["tab next pane", *self._keys(*_KEYS[state.pane])]
        ends = self._keys(("help", "help"), ("stop", "quit"))
        while True:
            text = "  ".join([*keys, *ends])
            if cell_len(text) <= width or not (keys or ends):
                return ((text, QUIET),)
            if len(ends) == 2:  # the help names all others, so it is missed last
                ends.pop()
            else:
                (keys or ends).pop()

    def _keys(self, *words: tuple[Action, str]) -> list[str]:
        return [f"{key} {word}" for action, word in words if (key := self._key(action))]

    def _key(self, action: Action) -> str:
        return next(iter(self.keys.get(action, ())), "")
