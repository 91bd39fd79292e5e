"""The list of keys, as lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hotrun.core.model.requests import Action
from hotrun.keys.actions import ACTIONS

INLINE: tuple[Action, ...] = (
    *("restart", "build", "pause", "errors", "next-error", "previous-error", "open", "copy"),
    *("process-1", "all-output", "attach", "clear", "back", "full", "processes", "history", "help", "stop"),
)  # fmt: skip
FULL: tuple[Action, ...] = (
    *("errors", "processes", "history", "process-1", "all-output", "up", "down", "page-up", "page-down", "top"),
    *("bottom", "select", "open", "copy", "next-error", "previous-error", "search", "filter", "follow", "wrap"),
    *("restart", "build", "pause", "attach", "back", "full", "help", "stop"),
)  # fmt: skip
_WHERE_INLINE: dict[Action, str] = {
    "back": "Clear the selected error.",
    "full": "Switch to the full screen.",
    "processes": "Show the processes on the full screen.",
    "history": "Show the builds so far on the full screen.",
}


def help_lines(keys: Mapping[Action, tuple[str, ...]], actions: Sequence[Action] = INLINE) -> str:
    """A line for each of these actions that has a key; the nine for processes are one."""
    special, rows = _WHERE_INLINE if actions is INLINE else {}, []
    for action in actions:
        names, what = list(keys.get(action, ())), special.get(action, ACTIONS[action].help)
        if action == "process-1":
            numbers = [key for n in range(1, 10) for key in keys.get(f"process-{n}", ())]  # type: ignore[call-overload]
            names = [f"{numbers[0]} .. {numbers[-1]}"] if len(numbers) > 1 else numbers
            what = "Show only the output of this process."
        if names:
            rows.append((" ".join(names), what))
    if actions is FULL:
        rows.insert(0, ("tab", "Go to the next pane, or to the previous one with shift."))
    rows.append(("Ctrl-C", "Stop hotrun. Press twice to stop at once."))
    width = max(len(names) for names, _ in rows)
    return "\n".join(f"  {names:{width}}  {what}" for names, what in rows)
