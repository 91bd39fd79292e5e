"""What a key can ask for: the default keys of each action, and its help. One table for the dashboard and the docs.

`bindings` puts a project's own keys over the defaults. The dashboard and the engine carry an action out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from hotrun.core.model.requests import REQUESTS, Action


class KeyAction(NamedTuple):
    """The keys of an action by default, the one to show first, and what it does, as a sentence."""

    keys: tuple[str, ...]
    help: str


ACTIONS: dict[Action, KeyAction] = {
    "restart": KeyAction(("r",), REQUESTS["restart"].help),
    "build": KeyAction(("b",), REQUESTS["build"].help),
    "pause": KeyAction(("p",), "Pause. Press again to resume."),
    "errors": KeyAction(("e",), "List all current errors."),
    "next-error": KeyAction(("n",), "Go to the next error."),
    "previous-error": KeyAction(("N",), "Go to the previous error."),
    "open": KeyAction(("o",), "Open the error in your editor."),
    "copy": KeyAction(("y",), "Copy the error."),
    "process-1": KeyAction(("1",), "Show only the output of process 1."),
    "process-2": KeyAction(("2",), "Show only the output of process 2."),
    "process-3": KeyAction(("3",), "Show only the output of process 3."),
    "process-4": KeyAction(("4",), "Show only the output of process 4."),
    "process-5": KeyAction(("5",), "Show only the output of process 5."),
    "process-6": KeyAction(("6",), "Show only the output of process 6."),
    "process-7": KeyAction(("7",), "Show only the output of process 7."),
    "process-8": KeyAction(("8",), "Show only the output of process 8."),
    "process-9": KeyAction(("9",), "Show only the output of process 9."),
    "all-output": KeyAction(("0",), "Show all output."),
    "attach": KeyAction(("i",), f"{REQUESTS['attach'].help} Ctrl-] detaches."),
    "clear": KeyAction(("c",), "Insert a separator line."),
    "help": KeyAction(("?",), "List the keys."),
    "stop": KeyAction(("q",), REQUESTS["stop"].help),
    "full": KeyAction(("f",), "Switch to the full screen and back."),
    "processes": KeyAction(("P",), "Show the processes."),
    "history": KeyAction(("h",), "Show the builds so far."),
    "follow": KeyAction(("F",), "Follow the output."),
    "search": KeyAction(("/",), "Search in the output."),
    "filter": KeyAction(("&",), "Show only matching lines."),
    "wrap": KeyAction(("w",), "Wrap long lines, or cut them."),
    "up": KeyAction(("k", "up"), "Move up one line."),
    "down": KeyAction(("j", "down"), "Move down one line."),
    "page-up": KeyAction(("pageup", "ctrl+b"), "Move up one page."),
    "page-down": KeyAction(("pagedown", "ctrl+f"), "Move down one page."),
    "top": KeyAction(("g", "home"), "Go to the first line."),
    "bottom": KeyAction(("G", "end"), "Go to the last line."),
    "back": KeyAction(("esc",), "Go back."),
    "select": KeyAction(("enter",), "Open the selected entry."),
}
DEFAULT_KEYS: dict[Action, tuple[str, ...]] = {action: row.keys for action, row in ACTIONS.items()}


def bindings(own: Mapping[Action, tuple[str, ...]]) -> dict[Action, tuple[str, ...]]:
    """The keys of each action, () for one without: its `own`, or its default ones that no other action has as own."""
    taken = {key for keys in own.values() for key in keys}
    return {
        action: own.get(action, tuple(key for key in keys if key not in taken)) for action, keys in DEFAULT_KEYS.items()
    }
