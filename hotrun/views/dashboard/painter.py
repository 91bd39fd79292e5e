"""The bytes of a frame: new lines of output go into the scrollback, under them the pinned rows are drawn again.

The cursor is parked on the first cell of the pinned area. So the next frame erases from there to the end of the screen
and needs not know how many rows there were, or what a resize has made of them. Nothing else is ever erased.
"""

from __future__ import annotations

from collections.abc import Sequence

_BEGIN, _END = "\x1b[?2026h", "\x1b[?2026l"  # shown as one; terminals that do not know it ignore it
_ERASE = "\r\x1b[J"
_RESET = "\x1b[0m"
_NO_WRAP, _WRAP = "\x1b[?7l", "\x1b[?7h"

HIDE_CURSOR, SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"
# Emptied before it is left: tmux takes rows of it into the scrollback when it has become higher meanwhile.
ENTER_ALTERNATE, LEAVE_ALTERNATE = "\x1b[?1049h", "\x1b[H\x1b[J\x1b[?1049l"


def frame(lines: str, rows: Sequence[str], *, is_pinned: bool = True) -> str:
    """Print `lines`, each ended by a newline, and pin `rows` under them; `is_pinned`: there may be rows to be erased.

    The rows have no newline, are narrower than the terminal and fewer than its rows; how a terminal that becomes
    narrower wraps what is longer is its own affair, and would leave a rest of them behind.
    """
    up = f"\x1b[{len(rows) - 1}A" if len(rows) > 1 else ""
    pinned = f"{_NO_WRAP}{(_RESET + chr(13) + chr(10)).join(rows)}{_RESET}{_WRAP}\r{up}" if rows else ""
    return f"{_BEGIN}{_ERASE if is_pinned else ''}{_returned(lines)}{_RESET}{pinned}{_END}"


def screen(rows: Sequence[str]) -> str:
    """Draw `rows` from the first cell of the alternate screen, which they fill."""
    # Erased first: after a row that fills the width the cursor stands on its last cell, which would go, too.
    *upper, last = rows or [""]
    drawn = "".join([f"{_RESET}\x1b[K{row}\r\n" for row in upper]) + f"{_RESET}\x1b[J{last}"
    return f"{_BEGIN}\x1b[H{_NO_WRAP}{drawn}{_RESET}{_WRAP}{_END}"


def behind(lines: str) -> str:
    """Print `lines` into the scrollback behind the alternate screen, which is empty then: `screen` is to follow."""
    return f"{_BEGIN}{LEAVE_ALTERNATE}{_ERASE}{_returned(lines)}{_RESET}{ENTER_ALTERNATE}"


def leave(is_alternate: bool) -> str:
    """What gives the terminal back: no pinned rows, and every mode as it was."""
    back = LEAVE_ALTERNATE if is_alternate else ""
    return f"{back}{_END}{_ERASE}{_RESET}{_WRAP}{SHOW_CURSOR}"


def _returned(lines: str) -> str:
    """Some terminals do not return to the first column at a newline."""
    return lines.replace("\n", "\r\n")
