"""What a key can ask for, in the same words wherever it is said: the help, the keys in the configuration, the commands.

`bindings` lays a project's own keys over the defaults. What an action does is the dashboard's and the engine's matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Action = Literal[
    "restart", "build", "pause", "errors", "next-error", "previous-error", "open", "copy",
    "process-1", "process-2", "process-3", "process-4", "process-5", "process-6", "process-7", "process-8", "process-9",
    "all-output", "attach", "clear", "help", "stop", "full", "processes", "history", "follow", "search", "filter",
    "wrap", "up", "down", "page-up", "page-down", "top", "bottom", "back", "select",
]  # fmt: skip

DEFAULT_KEYS: dict[Action, tuple[str, ...]] = {
    "restart": ("r",),
    "build": ("b",),
    "pause": ("p",),
    "errors": ("e",),
    "next-error": ("n",),
    "previous-error": ("N",),
    "open": ("o",),
    "copy": ("y",),
    "process-1": ("1",),
    "process-2": ("2",),
    "process-3": ("3",),
    "process-4": ("4",),
    "process-5": ("5",),
    "process-6": ("6",),
    "process-7": ("7",),
    "process-8": ("8",),
    "process-9": ("9",),
    "all-output": ("0",),
    "attach": ("i",),
    "clear": ("c",),
    "help": ("?",),
    "stop": ("q",),
    "full": ("f",),
    "processes": ("P",),
    "history": ("h",),
    "follow": ("F",),
    "search": ("/",),
    "filter": ("&",),
    "wrap": ("w",),
    "up": ("k", "up"),
    "down": ("j", "down"),
    "page-up": ("pageup", "ctrl+b"),
    "page-down": ("pagedown", "ctrl+f"),
    "top": ("g", "home"),
    "bottom": ("G", "end"),
    "back": ("esc",),
    "select": ("enter",),
}

DESCRIPTIONS: dict[Action, str] = {
    "restart": "restart the processes, without a build",
    "build": "build pending changes, else run every step",
    "pause": "start nothing until it is pressed again",
    "errors": "list the errors",
    "next-error": "go to the next error",
    "previous-error": "go to the error before",
    "open": "open the place of an error in the editor",
    "copy": "copy the error",
    "process-1": "show the output of process 1 alone",
    "process-2": "show the output of process 2 alone",
    "process-3": "show the output of process 3 alone",
    "process-4": "show the output of process 4 alone",
    "process-5": "show the output of process 5 alone",
    "process-6": "show the output of process 6 alone",
    "process-7": "show the output of process 7 alone",
    "process-8": "show the output of process 8 alone",
    "process-9": "show the output of process 9 alone",
    "all-output": "show the output of all",
    "attach": "type into a process; Ctrl-] ends it",
    "clear": "draw a line: what comes is new",
    "help": "show the keys",
    "stop": "stop everything and end hotrun",
    "full": "use the whole screen, or go back",
    "processes": "show the processes",
    "history": "show the builds so far",
    "follow": "follow what comes in",
    "search": "search in what is shown",
    "filter": "show only the lines that match",
    "wrap": "wrap long lines, or cut them",
    "up": "one line up",
    "down": "one line down",
    "page-up": "one page up",
    "page-down": "one page down",
    "top": "go to the first line",
    "bottom": "go to the last line",
    "back": "go back",
    "select": "open what is chosen",
}


def bindings(own: Mapping[Action, tuple[str, ...]]) -> dict[Action, tuple[str, ...]]:
    """The keys of each action, () for one without: its `own`, or its default ones but those that others have as own."""
    taken = {key for keys in own.values() for key in keys}
    return {
        action: own.get(action, tuple(key for key in keys if key not in taken)) for action, keys in DEFAULT_KEYS.items()
    }
