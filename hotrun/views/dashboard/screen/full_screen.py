"""The full screen for the dashboard: keeps a record from the start, and draws it while it is open.

What draws it is loaded when it is opened first: that takes rich.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hotrun.core.model.inputs import Request
from hotrun.core.model.requests import Action
from hotrun.core.model.usage import Usage
from hotrun.core.state.snapshot import Snapshot
from hotrun.views.dashboard.pinned import Pinned, copied_text
from hotrun.views.dashboard.screen.record import ScreenRecord
from hotrun.views.dashboard.ui_requests import CopyToClipboard, OpenInEditor, Wish

if TYPE_CHECKING:
    from hotrun.views.dashboard.cells import Renderer
    from hotrun.views.dashboard.screen.layout import ScreenLayout
    from hotrun.views.dashboard.status import Signs

TURNS = {"tab": 1, "backtab": -1}


class FullScreen:
    """What is recorded for it from the start, in `record`, and what draws it."""

    def __init__(self, keys: Mapping[Action, tuple[str, ...]], *, colored: bool, is_ascii: bool) -> None:
        self._keys = keys
        self._colored = colored
        self._is_ascii = is_ascii
        self.record = ScreenRecord()
        self._drawer: tuple[ScreenLayout, Renderer, Signs] | None = None
        self._is_open = False

    def rekey(self, keys: Mapping[Action, tuple[str, ...]]) -> None:
        """The keys of each action have changed."""
        self._keys = keys
        if self._drawer is not None:
            self._drawer[0].keys = keys

    def use(self, usage: Mapping[str, Usage]) -> None:
        """What processes cost now, by name."""
        self._load()[0].usage = usage

    # --- keys ---------------------------------------------------------------------------------------------------

    def takes(self, key: str) -> bool:
        """Whether a key is a letter of an entry, or turns to another pane; then that is done."""
        if not self._is_open:
            return False
        full = self._load()[0]
        if full.is_typing:
            full.type(key)
            return True
        if key in TURNS:
            full.turn(TURNS[key])
        return key in TURNS

    def press(self, action: Action, snapshot: Snapshot, height: int) -> list[Wish] | None:
        """What the action asks others for. None: it is to be closed."""
        full = self._load()[0]
        if not self._is_open:
            self._is_open = True
            if action != "full":
                full.press(action, snapshot, height)
            elif full.state.pane == "errors" and not snapshot.problems():
                full.state.show("output")
            return []
        if full.press(action, snapshot, height):
            return []
        if action in ("back", "full"):
            self._is_open = False
            return None
        return self._wishes(full, action, snapshot)

    def _wishes(self, full: ScreenLayout, action: Action, snapshot: Snapshot) -> list[Wish]:
        problem, process = full.problem(snapshot), full.process(snapshot)
        match action:
            case "restart":
                is_about_one = full.state.pane == "processes" or (full.state.pane == "output" and full.state.source)
                return [Request("restart", process if is_about_one else None)]
            case "attach":
                return [Request("attach", process)] if process is not None else []
            case "open":
                return [OpenInEditor(problem)] if problem is not None else []
            case "copy":
                return [CopyToClipboard(copied_text(problem))] if problem is not None else []
            case _:
                return []

    # --- what it looks like -------------------------------------------------------------------------------------

    def rows(self, snapshot: Snapshot, pinned: Pinned, size: tuple[int, int], now_ms: int) -> list[str]:
        """The rows of the full screen, with their colors, for (columns, rows)."""
        from hotrun.views.dashboard.status import status_row

        full, renderer, signs = self._load()
        head = status_row(snapshot, pinned, size[0], now_ms, signs)
        return [
            row if isinstance(row, str) else renderer.render([row])[0]
            for row in full.rows(snapshot, head, size, now_ms, pinned.note)
        ]

    def _load(self) -> tuple[ScreenLayout, Renderer, Signs]:
        if self._drawer is None:
            from hotrun.views.dashboard.cells import Renderer
            from hotrun.views.dashboard.screen.layout import ScreenLayout
            from hotrun.views.dashboard.status import ASCII_SIGNS, UNICODE_SIGNS

            signs = ASCII_SIGNS if self._is_ascii else UNICODE_SIGNS
            full = ScreenLayout(self.record, self._keys, signs, self._colored)
            self._drawer = full, Renderer(self._colored), signs
        return self._drawer
