"""What the keys do, as lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hotrun.keys.actions import DESCRIPTIONS, Action

INLINE: tuple[Action, ...] = (
    *("restart", "build", "pause", "errors", "next-error", "previous-error", "open", "copy"),
    *("process-1", "all-output", "attach", "clear", "back", "full", "processes", "history", "help", "stop"),
)  # fmt: skip
FULL: tuple[Action, ...] = (
    *("errors", "processes", "history", "process-1", "all-output", "up", "down", "page-up", "page-down", "top"),
    *("bottom", "select", "open", "copy", "next-error", "previous-error", "search", "filter", "follow", "wrap"),
    *("restart", "build", "pause", "attach", "back", "full", "help", "stop"),
)  # fmt: skip
_SPELLED: dict[Action, str] = {
    "back": "forget the error that was chosen",
    "full": "use the whole screen",
    "processes": "show the processes on the whole screen",
    "history": "show the builds so far on the whole screen",
}


def help_lines(keys: Mapping[Action, tuple[str, ...]], actions: Sequence[Action] = INLINE) -> str:
    """A line for each of these actions that has a key; the nine for processes are one."""
    spelled, rows = _SPELLED if actions is INLINE else {}, []
    for action in actions:
        names, what = list(keys.get(action, ())), spelled.get(action, DESCRIPTIONS[action])
        if action == "process-1":
            numbers = [key for n in range(1, 10) for key in keys.get(f"process-{n}", ())]  # type: ignore[call-overload]
            names = [f"{numbers[0]} .. {numbers[-1]}"] if len(numbers) > 1 else numbers
            what = "show the output of this process alone"
        if names:
            rows.append((" ".join(names), what))
    if actions is FULL:
        rows.insert(0, ("tab", "go to the next pane; with shift: to the one before"))
    rows.append(("Ctrl-C", "stop everything and end hotrun; twice: at once"))
    width = max(len(names) for names, _ in rows)
    return "\n".join(f"  {names:{width}}  {what}" for names, what in rows)
