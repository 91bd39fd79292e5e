"""What is typed while a process has the keyboard. Which process that is, the engine knows."""

from __future__ import annotations

LEAVE = b"\x1d"  # Ctrl-], as in telnet: no program that reads a line or edits one needs it
MOST_WAITING = 65_536  # bytes, for a process that does not come back; a person types no more


def split(data: bytes) -> tuple[bytes, bool]:
    """The keys that are for the process, and whether the person takes the keyboard back after them.

    What follows Ctrl-] in the same read is nobody's.
    """
    keys, leave, _ = data.partition(LEAVE)
    return keys, bool(leave)
