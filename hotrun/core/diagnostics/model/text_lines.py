"""Lines of output made plain: no escape sequences, no control characters, no more than what is worth matching."""

from __future__ import annotations

import re

MOST_CHARACTERS = 2000

# Escapes go before the cut, and colors may be longer than the text; but no line of a megabyte is searched.
_MOST_RAW = 4 * MOST_CHARACTERS
_ESCAPE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]?"  # CSI: colors, cursor
    r"|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?"  # OSC (links, titles) and the other strings
    r"|[ -/]*[0-~])?"
)
_CONTROL = dict.fromkeys([*range(0x09), *range(0x0A, 0x20), *range(0x7F, 0xA0)])


def plain(line: str) -> str:
    """`line` without ANSI, control characters (tabs stay) and trailing space, at most MOST_CHARACTERS long.

    Of a line that was overwritten in place by carriage returns, what the terminal would have shown last.
    """
    if len(line) <= MOST_CHARACTERS and line.isprintable():
        return line.rstrip()
    if "\r" in line:
        line = line.rstrip("\r").rpartition("\r")[2]
    line = line[:_MOST_RAW]
    if "\x1b" in line:
        line = _ESCAPE.sub("", line)
    return line[:MOST_CHARACTERS].translate(_CONTROL).rstrip()
