"""Where a person sits: puts terminal, keys and dashboard together, and carries out what keys ask for.

Frames are drawn when the dashboard wants one and everything before has been written: a terminal that is slow or stopped
(Ctrl-S) gets fewer frames, not later ones. What waits meanwhile goes to the outlet in larger parts, so that its bound
holds for it, too. Before there is a loop a frame is lines alone, and rich is not loaded.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import time
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Protocol

from hotrun.adapters.console import STDIN, Console
from hotrun.adapters.editors.catalog import FilePosition
from hotrun.adapters.os.resource_usage import UsageMeter
from hotrun.core.model.events import Diagnostic
from hotrun.core.model.inputs import Input, KeysTyped, Request
from hotrun.core.model.project import Ui
from hotrun.core.model.usage import Usage
from hotrun.core.state.snapshot import Snapshot
from hotrun.keys.bindings import KeyBindings
from hotrun.keys.decoder import Decoder, Paste
from hotrun.session.editor import EditorLauncher
from hotrun.session.stdout import Stdout
from hotrun.views.dashboard.dashboard import Dashboard
from hotrun.views.dashboard.terminal_status import TerminalStatus, copied, powers_of
from hotrun.views.dashboard.ui_requests import CopyToClipboard, OpenInEditor, Wish

if TYPE_CHECKING:
    import asyncio

MOST_HELD = 131_072  # characters that wait for a frame; more go to the outlet, whose bound then slows the programs
USAGE_S = 1.0  # between two looks at what processes cost
MOST_LENT = 4 << 20  # characters that wait while an editor has the terminal; then the programs do
LEAVE_S = 1.0  # for what is still to be written when the terminal is given back

Make = Callable[[tuple[int, int], Snapshot], Dashboard]


class TerminalSession(Protocol):
    """What a desk asks of the session that it is for."""

    @property
    def ui(self) -> Ui: ...

    def handle(self, input: Input) -> None: ...

    def follow_size(self) -> None: ...

    def wake(self) -> None: ...


class TerminalUi:
    """The terminal of one session. Works before the loop exists, and is told of it by `attach`."""

    def __init__(self, outlet: Stdout, dashboard: Make, *, opens_full: bool = False) -> None:
        """`dashboard` makes the view for a size in columns and rows. `opens_full`: begin with the whole screen."""
        self._outlet = outlet
        self._console = Console()
        self._make = dashboard
        self._dashboard: Dashboard | None = None
        self._decoder = Decoder()
        self._ui = Ui()
        self._keymap = KeyBindings(self._ui.keys)
        self._keyboard: str | None = None
        self._session: TerminalSession | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._frame_timer: asyncio.TimerHandle | None = None
        self._frame_due_ms = 0  # when it rings
        self._key_timer: asyncio.TimerHandle | None = None
        self._usage_timer: asyncio.TimerHandle | None = None
        self._meter = UsageMeter()
        self._editing = EditorLauncher(self._lend, self._take_back)
        self._beacon = TerminalStatus(powers_of(os.environ), self._ui)
        self._opens_full = opens_full
        self._has_rows = False
        self._is_closed = False

    def open(self, snapshot: Snapshot) -> Dashboard:
        """The view; the keyboard is taken with it, so that what is typed is not shown among the output."""
        self._dashboard = self._make(self._console.size(), snapshot)
        self._console.enter()
        return self._dashboard

    def attach(self, loop: asyncio.AbstractEventLoop, session: TerminalSession) -> None:
        """From now on `loop` hears keys and draws frames, with pinned rows as soon as rich has been loaded."""
        self._loop, self._session = loop, session
        self._console.listen(
            loop, self._on_bytes, on_resize=self._on_resize, on_leave=self._on_leave, on_return=self._on_return
        )
        loading = loop.run_in_executor(None, importlib.import_module, "hotrun.views.dashboard.status")
        loading.add_done_callback(self._on_loaded)

    def turn(self) -> None:
        """Something has happened: draw now or later. Raises OSError where nobody reads any more."""
        if self._dashboard is None or self._is_closed:
            return
        self._follow_session(self._dashboard)
        if self._editing.has_terminal:
            return
        if self._dashboard.wants_usage and self._usage_timer is None:
            self._measure()
        deadline_ms = self._dashboard.deadline_ms
        if deadline_ms is None:
            return
        now_ms = _now_ms()
        if self._loop is None or deadline_ms <= now_ms:
            self._draw(self._dashboard, now_ms)
        self._arm(self._dashboard)

    def close(self) -> None:
        """Print what is left, and give the terminal back as it was."""
        for timer in (self._frame_timer, self._key_timer, self._usage_timer):
            if timer is not None:
                timer.cancel()
        self._editing.close()
        if self._dashboard is not None and not self._is_closed:
            self._leave(self._dashboard)
        self._is_closed = True
        self._console.close()

    def _follow_session(self, dashboard: Dashboard) -> None:
        if self._session is not None and self._session.ui is not self._ui:
            self._ui = self._session.ui
            self._keymap = KeyBindings(self._ui.keys)
            dashboard.use_settings(self._ui)
            self._beacon.use_settings(self._ui)
        keyboard = dashboard.snapshot.attached
        if (keyboard is None) != (self._keyboard is None):
            self._console.set_typing(keyboard is not None)
        self._keyboard = keyboard

    # --- frames -------------------------------------------------------------------------------------------------

    def _draw(self, dashboard: Dashboard, now_ms: int) -> None:
        if self._outlet.waiting and dashboard.pending < MOST_HELD:
            self._outlet.tell_empty()  # and then there is a turn
            return
        frame = dashboard.frame(now_ms)
        if self._has_rows:
            frame += self._beacon.follow(dashboard.snapshot).encode()
        if frame:
            self._outlet.write(frame)

    def _arm(self, dashboard: Dashboard) -> None:
        """One timer, set anew only where it would ring too late: a flood must not make and cancel thousands."""
        deadline_ms, now_ms = dashboard.deadline_ms, _now_ms()
        if self._loop is None or deadline_ms is None or deadline_ms <= now_ms:
            return
        if self._frame_timer is not None:
            if self._frame_due_ms <= deadline_ms:
                return
            self._frame_timer.cancel()
        self._frame_due_ms = deadline_ms
        self._frame_timer = self._loop.call_later((deadline_ms - now_ms) / 1000, self._on_frame_time)

    def _measure(self) -> None:
        """Look what processes cost, as long as somebody sees it."""
        self._usage_timer = None
        if self._loop is None or self._dashboard is None or not self._dashboard.wants_usage:
            return
        views = self._dashboard.snapshot.processes.values()
        pids = {view.name: view.pid for view in views if view.pid is not None}
        looking = self._loop.run_in_executor(None, self._meter.measure, pids)
        looking.add_done_callback(self._on_measured)
        self._usage_timer = self._loop.call_later(USAGE_S, self._measure)

    def _on_measured(self, looking: asyncio.Future[dict[str, Usage]]) -> None:
        if not looking.cancelled() and self._dashboard is not None and not self._is_closed:
            self._dashboard.use(looking.result())
            self._try_turn()

    def _on_frame_time(self) -> None:
        self._frame_timer = None
        self._try_turn()

    def _try_turn(self) -> None:
        with contextlib.suppress(OSError):  # the app finds that out itself, and ends the session
            self.turn()

    def _on_loaded(self, loading: asyncio.Future[ModuleType]) -> None:
        if loading.cancelled() or self._dashboard is None:
            return
        loading.result()
        self._dashboard.pin()
        self._show_or_hide_rows(self._dashboard)
        if self._opens_full and self._console.has_keyboard:
            self._dashboard.press("full", _now_ms())
        self._try_turn()

    def _show_or_hide_rows(self, dashboard: Dashboard) -> None:
        """In the background another program's line stands under our output: nothing may be erased there."""
        self._has_rows = self._console.has_keyboard or not os.isatty(STDIN)
        dashboard.show_rows(self._has_rows)

    # --- the terminal -------------------------------------------------------------------------------------------

    def _on_resize(self) -> None:
        if self._session is not None:
            self._session.follow_size()
        if self._dashboard is not None:
            self._dashboard.resize(*self._console.size())
            self._try_turn()

    def _on_leave(self) -> None:
        if self._dashboard is not None and not self._editing.has_terminal:
            self._leave(self._dashboard)

    def _leave(self, dashboard: Dashboard) -> None:
        with contextlib.suppress(OSError):  # there is nobody to leave
            self._outlet.write(self._beacon.leave().encode() + dashboard.leave())
            self._outlet.drain(LEAVE_S)

    def _on_return(self) -> None:
        if self._editing.has_terminal:
            return
        if self._dashboard is not None:
            self._show_or_hide_rows(self._dashboard)
        self._on_resize()

    @property
    def is_behind(self) -> bool:
        """Whether so much waits for the end of an editor that nothing should be added."""
        return self._editing.has_terminal and self._dashboard is not None and self._dashboard.pending > MOST_LENT

    def _lend(self) -> None:
        """The terminal is an editor's now: what is printed meanwhile waits."""
        if self._dashboard is not None:
            self._leave(self._dashboard)
        self._console.lend()

    def _take_back(self) -> None:
        if not self._is_closed:
            self._console.enter()
            self._on_return()
            if self._session is not None:
                self._session.wake()

    # --- keys ---------------------------------------------------------------------------------------------------

    def _on_bytes(self, data: bytes) -> None:
        if self._session is None or self._dashboard is None:
            return
        if self._keyboard is not None:
            self._session.handle(KeysTyped(data))
        else:
            self._press(self._decoder.feed(data, _now_ms()))
            self._await_key()

    def _await_key(self) -> None:
        """A lone Esc is known to be one when nothing follows."""
        if self._key_timer is not None:
            self._key_timer.cancel()
            self._key_timer = None
        if self._decoder.deadline_ms is not None and self._loop is not None:
            left_ms = max(0, self._decoder.deadline_ms - _now_ms())
            self._key_timer = self._loop.call_later(left_ms / 1000, self._on_key_time)

    def _on_key_time(self) -> None:
        self._key_timer = None
        self._press(self._decoder.tick(_now_ms()))
        self._await_key()

    def _press(self, keys: Sequence[str | Paste]) -> None:
        """What was typed ahead after the key that gives the keyboard away is not for us, and no bytes any more."""
        for key in keys:
            if isinstance(key, str) and self._dashboard is not None and self._dashboard.takes(key):
                continue
            action = self._keymap.action(key) if isinstance(key, str) else None
            if action is not None and self._dashboard is not None and self._keyboard is None:
                for wish in self._dashboard.press(action, _now_ms()):
                    self._carry_out(wish, self._dashboard)
        self._try_turn()

    def _carry_out(self, wish: Wish, dashboard: Dashboard) -> None:
        match wish:
            case Request():
                if self._session is not None:
                    self._session.handle(wish)
            case CopyToClipboard():
                with contextlib.suppress(OSError):
                    self._outlet.write(copied(wish.text).encode())
            case OpenInEditor():
                self._open_editor(wish.problem, dashboard)

    def _open_editor(self, problem: Diagnostic, dashboard: Dashboard) -> None:
        if self._loop is None:
            return
        if problem.file is None:
            dashboard.note("this problem has no place")
            return
        place = FilePosition(problem.file, problem.line or 1, problem.column or 1)
        dashboard.note(self._editing.open(place, self._ui.editor, self._loop))


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000
