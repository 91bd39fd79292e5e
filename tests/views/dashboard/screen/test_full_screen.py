"""What keys on the whole screen ask others for."""

from __future__ import annotations

from hotrun.core.model.inputs import Request
from hotrun.core.model.requests import Action
from hotrun.keys.actions import DEFAULT_KEYS
from hotrun.views.dashboard.screen.full_screen import FullScreen
from hotrun.views.dashboard.ui_requests import CopyToClipboard, OpenInEditor, Wish
from tests.views.dashboard.screen.shown import Shown, problem


def pressed(shown: Shown, *actions: Action) -> list[Wish] | None:
    """What the last of the actions asks for, after the whole screen was opened."""
    whole = FullScreen(DEFAULT_KEYS, colored=False, is_ascii=True)
    wishes = whole.press("full", shown.snapshot, 24)
    for action in actions:
        wishes = whole.press(action, shown.snapshot, 24)
    return wishes


def test_restart_means_the_process_that_is_chosen_or_read_and_else_all() -> None:
    shown = Shown()
    shown.start("web", "job")
    assert pressed(shown, "processes", "down", "restart") == [Request("restart", "job")]
    assert pressed(shown, "process-2", "restart") == [Request("restart", "job")]
    assert pressed(shown, "all-output", "restart") == [Request("restart")]
    assert pressed(shown, "history", "restart") == [Request("restart")]


def test_open_and_copy_mean_the_chosen_error() -> None:
    shown = Shown()
    first, second = problem("one", line=1), problem("two", line=2)
    shown.has(first, second)
    assert pressed(shown, "errors", "down", "open") == [OpenInEditor(second)]
    assert pressed(shown, "errors", "copy") == [CopyToClipboard("src/app.py:1:9: error: one")]
    assert pressed(Shown(), "errors", "open") == []


def test_back_closes_what_is_open_and_then_the_screen() -> None:
    shown = Shown()
    shown.has(problem("one"))
    assert pressed(shown, "errors", "select", "back") == []
    assert pressed(shown, "errors", "select", "back", "back") is None
    assert pressed(shown, "full") is None
