"""The terminal UI: connects terminal, keys and dashboard, and carries out what keys request.

It draws a frame when the dashboard needs one and stdout has written all earlier ones. So a terminal that is slow or
stopped (Ctrl-S) gets fewer frames, not late ones. Text that waits for a frame moves to stdout when there is much of it,
where its limit applies. Before the event loop exists, a frame is only lines, and rich is not loaded.
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

MAX_PENDING_CHARS = 131_072  # that wait for a frame; more go to stdout, whose limit then slows the programs
MAX_EDITING_CHARS = 4 << 20  # that wait while an editor has the terminal; with more, the programs wait
USAGE_INTERVAL_S = 1.0  # between two measurements of the processes
LEAVE_TIMEOUT_S = 1.0  # for the last writes before we release the terminal

MakeDashboard = Callable[[tuple[int, int], Snapshot], Dashboard]


class TerminalSession(Protocol):
    """The part of a session that the terminal UI uses."""

    @property
    def ui(self) -> Ui: ...

    def handle(self, input: Input) -> None: ...

    def resize_terminals(self) -> None: ...

    def wake(self) -> None: ...


class TerminalUi:
    """The terminal of one session. It works before the event loop exists. `attach` connects it to the loop."""

    def __init__(self, stdout: Stdout, dashboard: MakeDashboard, *, opens_full: bool = False) -> None:
        """`dashboard` makes the view for a size in columns and rows. `opens_full`: start in full screen."""
        self._stdout = stdout
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
        self._frame_due_ms = 0  # when `_frame_timer` fires
        self._key_timer: asyncio.TimerHandle | None = None
        self._usage_timer: asyncio.TimerHandle | None = None
        self._meter = UsageMeter()
        self._editor = EditorLauncher(self._release_terminal, self._reclaim_terminal)
        self._terminal_status = TerminalStatus(powers_of(os.environ), self._ui)
        self._opens_full = opens_full
        self._has_rows = False
        self._is_closed = False

    def open(self, snapshot: Snapshot) -> Dashboard:
        """MakeDashboard the view, and turn off echo so that keys do not appear in the output."""
        self._dashboard = self._make(self._console.size(), snapshot)
        self._console.enter()
        return self._dashboard

    def attach(self, loop: asyncio.AbstractEventLoop, session: TerminalSession) -> None:
        """Read keys and draw frames in this loop, with pinned rows as soon as rich is loaded."""
        self._loop, self._session = loop, session
        self._console.listen(
            loop, self._on_bytes, on_resize=self._on_resize, on_leave=self._on_leave, on_return=self._on_return
        )
        loading = loop.run_in_executor(None, importlib.import_module, "hotrun.views.dashboard.status")
        loading.add_done_callback(self._on_loaded)

    def update(self) -> None:
        """Follow the session, and draw a frame now or later. Raises OSError if the reader of stdout is gone."""
        if self._dashboard is None or self._is_closed:
            return
        self._follow_session(self._dashboard)
        if self._editor.has_terminal:
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
        """Print what is left, and restore the terminal."""
        for timer in (self._frame_timer, self._key_timer, self._usage_timer):
            if timer is not None:
                timer.cancel()
        self._editor.close()
        if self._dashboard is not None and not self._is_closed:
            self._leave(self._dashboard)
        self._is_closed = True
        self._console.close()

    def _follow_session(self, dashboard: Dashboard) -> None:
        if self._session is not None and self._session.ui is not self._ui:
            self._ui = self._session.ui
            self._keymap = KeyBindings(self._ui.keys)
            dashboard.use_settings(self._ui)
            self._terminal_status.use_settings(self._ui)
        keyboard = dashboard.snapshot.attached
        if (keyboard is None) != (self._keyboard is None):
            self._console.set_typing(keyboard is not None)
        self._keyboard = keyboard

    # --- frames -------------------------------------------------------------------------------------------------

    def _draw(self, dashboard: Dashboard, now_ms: int) -> None:
        if self._stdout.waiting and dashboard.pending < MAX_PENDING_CHARS:
            self._stdout.notify_when_empty()  # which leads to the next update
            return
        frame = dashboard.frame(now_ms)
        if self._has_rows:
            frame += self._terminal_status.follow(dashboard.snapshot).encode()
        if frame:
            self._stdout.write(frame)

    def _arm(self, dashboard: Dashboard) -> None:
        """Set the frame timer only if it would fire too late, so that a flood of output does not reset it each time."""
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
        """Measure CPU and memory of the processes while the dashboard shows them."""
        self._usage_timer = None
        if self._loop is None or self._dashboard is None or not self._dashboard.wants_usage:
            return
        views = self._dashboard.snapshot.processes.values()
        pids = {view.name: view.pid for view in views if view.pid is not None}
        measuring = self._loop.run_in_executor(None, self._meter.measure, pids)
        measuring.add_done_callback(self._on_measured)
        self._usage_timer = self._loop.call_later(USAGE_INTERVAL_S, self._measure)

    def _on_measured(self, measuring: asyncio.Future[dict[str, Usage]]) -> None:
        if not measuring.cancelled() and self._dashboard is not None and not self._is_closed:
            self._dashboard.use(measuring.result())
            self._try_update()

    def _on_frame_time(self) -> None:
        self._frame_timer = None
        self._try_update()

    def _try_update(self) -> None:
        with contextlib.suppress(OSError):  # App finds the error, too, and ends the session
            self.update()

    def _on_loaded(self, loading: asyncio.Future[ModuleType]) -> None:
        if loading.cancelled() or self._dashboard is None:
            return
        loading.result()
        self._dashboard.pin()
        self._show_or_hide_rows(self._dashboard)
        if self._opens_full and self._console.has_keyboard:
            self._dashboard.press("full", _now_ms())
        self._try_update()

    def _show_or_hide_rows(self, dashboard: Dashboard) -> None:
        """Hide the pinned rows while another program has the terminal, so that drawing erases nothing of it."""
        self._has_rows = self._console.has_keyboard or not os.isatty(STDIN)
        dashboard.show_rows(self._has_rows)

    # --- the terminal -------------------------------------------------------------------------------------------

    def _on_resize(self) -> None:
        if self._session is not None:
            self._session.resize_terminals()
        if self._dashboard is not None:
            self._dashboard.resize(*self._console.size())
            self._try_update()

    def _on_leave(self) -> None:
        if self._dashboard is not None and not self._editor.has_terminal:
            self._leave(self._dashboard)

    def _leave(self, dashboard: Dashboard) -> None:
        with contextlib.suppress(OSError):  # the terminal is gone
            self._stdout.write(self._terminal_status.leave().encode() + dashboard.leave())
            self._stdout.drain(LEAVE_TIMEOUT_S)

    def _on_return(self) -> None:
        if self._editor.has_terminal:
            return
        if self._dashboard is not None:
            self._show_or_hide_rows(self._dashboard)
        self._on_resize()

    @property
    def is_full(self) -> bool:
        """Whether so much output waits for an editor to exit that the caller should add nothing."""
        is_editing = self._editor.has_terminal
        return is_editing and self._dashboard is not None and self._dashboard.pending > MAX_EDITING_CHARS

    def _release_terminal(self) -> None:
        """Give the terminal to an editor. Output waits until it exits."""
        if self._dashboard is not None:
            self._leave(self._dashboard)
        self._console.lend()

    def _reclaim_terminal(self) -> None:
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
        """Start a timer for an incomplete key: Esc is only Esc if nothing follows."""
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
        """Handle keys. Those typed ahead after the attach key are dropped, because their bytes are gone."""
        for key in keys:
            if isinstance(key, str) and self._dashboard is not None and self._dashboard.takes(key):
                continue
            action = self._keymap.action(key) if isinstance(key, str) else None
            if action is not None and self._dashboard is not None and self._keyboard is None:
                for wish in self._dashboard.press(action, _now_ms()):
                    self._carry_out(wish, self._dashboard)
        self._try_update()

    def _carry_out(self, wish: Wish, dashboard: Dashboard) -> None:
        match wish:
            case Request():
                if self._session is not None:
                    self._session.handle(wish)
            case CopyToClipboard():
                with contextlib.suppress(OSError):
                    self._stdout.write(copied(wish.text).encode())
            case OpenInEditor():
                self._open_editor(wish.problem, dashboard)

    def _open_editor(self, problem: Diagnostic, dashboard: Dashboard) -> None:
        if self._loop is None:
            return
        if problem.file is None:
            dashboard.note("this problem has no file to open")
            return
        place = FilePosition(problem.file, problem.line or 1, problem.column or 1)
        dashboard.note(self._editor.open(place, self._ui.editor, self._loop))


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000
