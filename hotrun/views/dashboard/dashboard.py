"""The inline dashboard: what `plain` prints goes to the scrollback, and a few rows about the state are pinned under it.

Pure: it knows neither a clock nor a terminal. `frame` gives the bytes that bring the terminal up to date, and
`deadline_ms` says when it wants to be asked for them: at once after quiet, then at most 30 times a second, and never
while nothing happens. Nothing that was printed is ever drawn again or cleared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from hotrun.core.model import events
from hotrun.core.model.inputs import Request
from hotrun.core.model.project import Ui
from hotrun.core.model.requests import Action
from hotrun.core.model.usage import Usage
from hotrun.core.state.snapshot import Snapshot
from hotrun.keys.actions import bindings
from hotrun.views.dashboard import painter
from hotrun.views.dashboard.help import help_lines
from hotrun.views.dashboard.pinned import SPIN_MS, Pinned, copied_text, place_of
from hotrun.views.dashboard.ui_requests import CopyToClipboard, OpenInEditor, Wish
from hotrun.views.lines.plain import ASCII, UNICODE, Plain, PlainMarks
from hotrun.views.lines.sink import Sink

if TYPE_CHECKING:
    from hotrun.views.dashboard.screen.full_screen import FullScreen

FRAME_MS = 33
CLOCK_MS = 1000  # how often the clock on the full screen is updated
MOST_PENDING = 1 << 20  # characters that wait for the scrollback behind the full screen
RUN = "run:"
_TO_TOP = "\x1b[H"  # the cursor, to the first cell of the screen
STOP_REASON = "key pressed"


OPENS_FULL: frozenset[Action] = frozenset(("full", "processes", "history"))
ALWAYS: frozenset[Action] = frozenset(("build", "pause", "stop"))  # the same, whatever is on the screen


class Dashboard:
    """The view for `--ui inline`."""

    def __init__(
        self,
        size: tuple[int, int],
        keys: Mapping[Action, tuple[str, ...]],
        snapshot: Snapshot,
        *,
        colored: bool,
        marks: PlainMarks = UNICODE,
        encoding: str = "utf-8",
        full: FullScreen | None = None,
    ) -> None:
        """`size`: columns and rows of the terminal. `keys`: of each action, as core.actions.bindings gives them."""
        self._size = size
        self._colored = colored
        self._is_ascii = marks is ASCII
        self._encoding = encoding
        self._sink = Sink(lambda data: None)
        self.snapshot = snapshot
        self._plain = Plain(self._sink, colored, snapshot, marks)
        self._plain.names_sources = False
        self._sources: set[str] = set()
        self._ui = Ui()
        self._pinned = Pinned(keys)
        self._full = full
        self._is_full = False  # as it is wanted
        self._is_alternate = False  # as the terminal is
        self._has_rows = True
        self._is_paused = False  # as requested last; during a build the state does not show it
        self._render: Callable[[int], list[str]] | None = None
        self._drawn: list[str] = []  # the rows that are on the screen
        self._is_spoiled = False  # they may look different there
        self._is_due = False  # the rows may have to be drawn again
        self._is_cursor_hidden = False
        self._drawn_ms = -FRAME_MS
        self.pending = 0  # about how many characters of output wait for the next frame

    def pin(self) -> None:
        """From now on there are pinned rows. Loads rich (70 ms), so not before the first step was spawned."""
        from hotrun.views.dashboard.cells import Renderer
        from hotrun.views.dashboard.status import ASCII_SIGNS, UNICODE_SIGNS, rows

        renderer, signs = Renderer(self._colored), ASCII_SIGNS if self._is_ascii else UNICODE_SIGNS
        self._render = lambda now_ms: renderer.render(rows(self.snapshot, self._pinned, self._size, now_ms, signs))
        self._is_due = True

    def show_rows(self, are_shown: bool) -> None:
        """Whether the rows are shown, once there are some."""
        self._has_rows = are_shown
        self._is_due = True

    def use_settings(self, ui: Ui) -> None:
        """Follow [ui] as it is from now on."""
        self._ui = ui
        self._pinned.keys = bindings(ui.keys)
        if self._full is not None:
            self._full.rekey(self._pinned.keys)
        self._is_due = True

    # --- what comes in ------------------------------------------------------------------------------------------

    def show(self, event: events.Event, seq: int, stamp: str) -> None:
        """Take one event."""
        if isinstance(event, events.Output):
            self._show_output(event, stamp)
            return
        if self._full is not None:
            self._full.record.apply(event, stamp)
        self._is_due = True
        self._pinned.follow(event)
        if isinstance(
            event, events.ProcessPrompt | events.InputAttached
        ):  # told by the rows, for as long as they are so
            return
        if isinstance(event, events.SessionStarted | events.ConfigReloaded):
            self._sources.update(event.steps, event.processes)
            self._plain.names_sources = len(self._sources) > 1
        elif isinstance(event, events.StateChanged) and event.state in ("watching", "deferred", "paused"):
            self._is_paused = event.state == "paused"
        elif isinstance(event, events.ChangesDetected) and self._ui.clear and event.reason != "start":
            self._scroll_out()
        self._plain.show(event, seq, stamp)
        self._forget_what_is_gone()

    def flush(self) -> None:
        """A batch is complete. It is drawn by the next frame."""

    def resize(self, columns: int, rows: int) -> None:
        """The terminal has another size now."""
        self._size = (columns, rows)
        self._is_spoiled = True
        self._is_due = True

    def note(self, text: str) -> None:
        """Show a note in the pinned area until the next key."""
        self._pinned.note = text
        self._is_due = True

    def use(self, usage: Mapping[str, Usage]) -> None:
        """What processes cost now, by name; asked for as long as `wants_usage`."""
        if self._full is not None:
            self._full.use(usage)
            self._is_due = self._is_due or self._is_full

    @property
    def wants_usage(self) -> bool:
        """Whether somebody may see what processes cost."""
        return self._is_full

    def _show_output(self, event: events.Output, stamp: str) -> None:
        name = event.source.removeprefix(RUN)
        is_process = name != event.source
        if is_process and self._pinned.prompts.pop(name, None) is not None:
            self._is_due = True
        text = self._plain.cleaned(event, stamp)
        if self._full is not None:
            self._full.record.log.add(event.source, text)
            self._is_due = self._is_due or self._is_full
        if is_process and self._pinned.only not in (None, name):
            return  # it is in the log of that process
        self._plain.put_output(event.source, text)
        self.pending += len(text)

    def _scroll_out(self) -> None:
        """Go on with an empty screen. Erased lines would be lost; these are scrolled out, whatever the terminal is."""
        self._sink.put("\n" * self._size[1] + _TO_TOP)

    def _forget_what_is_gone(self) -> None:
        if self._pinned.selected is not None:
            problems = self.snapshot.problems()
            _, problem = self._pinned.selected
            self._pinned.selected = (problems.index(problem) + 1, problem) if problem in problems else None
        if self._pinned.only is not None and self._pinned.only not in self.snapshot.processes:
            self._pinned.only = None

    # --- what goes out ------------------------------------------------------------------------------------------

    @property
    def deadline_ms(self) -> int | None:
        """When `frame` is to be asked next; in the past: now. None: not before something happens."""
        if self._is_due or not (self._sink.is_empty or self._is_full):
            return self._drawn_ms + FRAME_MS
        is_ticking = self._pinned.progress is not None and self._render is not None and self._has_rows
        if is_ticking:
            return self._drawn_ms + SPIN_MS
        return self._drawn_ms + CLOCK_MS if self._is_full else None

    def frame(self, now_ms: int) -> bytes:
        """The bytes that bring the terminal up to date; b"" where it is."""
        self._is_due = False
        if self._pinned.progress is not None and self._pinned.progress.since_ms is None:
            self._pinned.progress.since_ms = now_ms
        if self._full is not None:
            self._full.record.see(now_ms)
        text = self._switched()
        if self._is_full and self._full is not None:
            if self.pending > MOST_PENDING:
                text += painter.behind(self._lines())
                self._is_spoiled = True
            rows = self._full.rows(self.snapshot, self._pinned, self._size, now_ms)
            text += painter.screen(rows) if rows != self._drawn or self._is_spoiled else ""
        else:
            rows = self._render(now_ms) if self._render is not None and self._has_rows else []
            lines = self._lines()
            if lines or rows != self._drawn or self._is_spoiled:
                text += painter.frame(lines, rows, is_pinned=bool(self._drawn))
        self._drawn_ms, self._is_spoiled = now_ms, False
        if text and self._is_cursor_hidden != bool(rows):
            self._is_cursor_hidden = bool(rows)
            text = (painter.HIDE_CURSOR if rows else painter.SHOW_CURSOR) + text
        self._drawn = rows
        return text.encode(self._encoding, "replace")

    def leave(self) -> bytes:
        """What is still to be printed, and then the terminal as it was. The next frame would enter it again."""
        text = painter.leave(self._is_alternate) if self._is_cursor_hidden else ""  # else we have entered nothing
        if not self._sink.is_empty:
            text += painter.frame(self._lines(), [], is_pinned=False)
        self._drawn, self._is_cursor_hidden, self._is_alternate, self._is_due = [], False, False, True
        return text.encode(self._encoding, "replace")

    def _switched(self) -> str:
        """What brings the terminal to the screen that is wanted."""
        if self._is_full == self._is_alternate:
            return ""
        self._is_alternate, self._is_spoiled = self._is_full, True
        return painter.ENTER_ALTERNATE if self._is_full else painter.LEAVE_ALTERNATE

    def _lines(self) -> str:
        self.pending = 0
        return self._sink.take()

    # --- keys ---------------------------------------------------------------------------------------------------

    def press(self, action: Action, now_ms: int) -> list[Wish]:
        """Do what the key means here, and return what others have to do for it."""
        self._is_due = True
        self._pinned.note = ""
        if self._is_full or action in OPENS_FULL:
            return self._press_full(action)
        return self._act(action)

    def _act(self, action: Action) -> list[Wish]:
        match action:
            case "restart":
                return [Request("restart", self._pinned.only)]
            case "build":
                return [Request("build")]
            case "pause":
                self._is_paused = not self._is_paused
                return [Request("pause" if self._is_paused else "resume")]
            case "stop":
                return [Request("stop", reason=STOP_REASON)]
            case "attach":
                return [Request("attach", self._typist())]
            case "next-error" | "previous-error" | "up" | "down":
                self._select(1 if action in ("next-error", "down") else -1, starts=action.endswith("error"))
            case "open" | "copy" | "select":
                return self._on_selected(action)
            case _:
                self._print(action)
        return []

    def _print(self, action: Action) -> None:
        """Actions that print something, or change what is printed."""
        match action:
            case "errors":
                self._plain.show_problems()
            case "clear":
                self._plain.show_rule()
            case "help":
                self._plain.show_text(help_lines(self._pinned.keys))
            case "all-output":
                self._pinned.only = None
            case "back":
                self._pinned.selected = None
            case _:
                number = action.removeprefix("process-")
                if number != action:
                    self._show_only(int(number))

    def _show_only(self, number: int) -> None:
        names = list(self.snapshot.processes)
        if number > len(names):
            self.note(f"no process {number}")
            return
        self._pinned.only = names[number - 1] if len(names) > 1 else None

    def _typist(self) -> str | None:
        """The process to attach to: the only one shown, or one that asks something. None: the engine chooses."""
        prompt = self._pinned.prompt(None)
        return self._pinned.only or (prompt[0] if prompt is not None else None)

    def _select(self, by: int, starts: bool) -> None:
        problems = self.snapshot.problems()
        if self._pinned.selected is not None:
            number = (self._pinned.selected[0] - 1 + by) % len(problems) + 1
        elif not starts:
            return
        elif problems:
            number = 1 if by > 0 else len(problems)
        else:
            self.note("no problems")
            return
        self._pinned.selected = (number, problems[number - 1])

    def _on_selected(self, action: Action) -> list[Wish]:
        """Without a choice it is the first one, which is what a person sees first."""
        problems = self.snapshot.problems()
        if self._pinned.selected is None and (not problems or action == "select"):
            if action != "select":
                self.note("no problems")
            return []
        problem = problems[0] if self._pinned.selected is None else self._pinned.selected[1]
        if action != "copy":
            return [OpenInEditor(problem)]
        self.note(f"copied {place_of(problem) or problem.message}")
        return [CopyToClipboard(copied_text(problem))]

    # --- the full screen ----------------------------------------------------------------------------------------

    def takes(self, key: str) -> bool:
        """Whether this key is no action now: a letter of an entry, or a turn to another pane. Then it is done."""
        if not self._is_full or self._full is None or not self._full.takes(key):
            return False
        self._is_due = True
        return True

    def _press_full(self, action: Action) -> list[Wish]:
        """Output waits for the scrollback while the panes are open, up to a bound."""
        if self._full is None:
            self.note("the full screen is not ready yet")
            return []
        if self._is_full and action in ALWAYS:
            return self._act(action)
        wishes = self._full.press(action, self.snapshot, self._size[1])
        self._is_full = wishes is not None
        if action in ("open", "copy") and not wishes:
            self.note("no problems")
        for wish in wishes or ():
            if isinstance(wish, CopyToClipboard):
                self.note(f"copied {wish.text}")
        return wishes or []
