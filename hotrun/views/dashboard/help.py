"""What the keys do, as lines for the scrollback."""

from __future__ import annotations

from collections.abc import Mapping

from hotrun.core.actions import DESCRIPTIONS, Action

INLINE: tuple[Action, ...] = (
    *("restart", "rebuild", "pause", "errors", "next-error", "previous-error", "open", "copy"),
    *("process-1", "all-output", "type", "clear", "back", "help", "quit"),
)  # fmt: skip
_SPELLED = {"back": "forget the error that was chosen"}


def help_lines(keys: Mapping[Action, tuple[str, ...]]) -> str:
    """A line for each action that has a key; the nine for processes are one."""
    rows = []
    for action in INLINE:
        names, what = list(keys.get(action, ())), _SPELLED.get(action, DESCRIPTIONS[action])
        if action == "process-1":
            numbers = [key for n in range(1, 10) for key in keys.get(f"process-{n}", ())]  # type: ignore[call-overload]
            names = [f"{numbers[0]} .. {numbers[-1]}"] if len(numbers) > 1 else numbers
            what = "show the output of this process alone"
        if names:
            rows.append((" ".join(names), what))
    rows.append(("Ctrl-C", "stop everything and end hotrun; twice: at once"))
    width = max(len(names) for names, _ in rows)
    return "\n".join(f"  {names:{width}}  {what}" for names, what in rows)
