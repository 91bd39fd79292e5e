"""Plain lines of output: without escape sequences and control characters, and of limited length."""

from __future__ import annotations

import re

MAX_CHARACTERS = 2000

# Escapes are removed before the line is cut, because colors may be longer than the text. The limit is for huge lines.
_MAX_RAW = 4 * MAX_CHARACTERS
_ESCAPE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]?"  # CSI: colors, cursor
    r"|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?"  # OSC (links, titles) and the other strings
    r"|[ -/]*[0-~])?"
)
_CONTROL = dict.fromkeys([*range(0x09), *range(0x0A, 0x20), *range(0x7F, 0xA0)])


def plain(line: str) -> str:
    """The `line` without ANSI, control characters (except tabs) and trailing space, at most MAX_CHARACTERS long.

    If carriage returns overwrite the line, the text that a terminal shows last.
    """
    if len(line) <= MAX_CHARACTERS and line.isprintable():
        return line.rstrip()
    if "\r" in line:
        line = line.rstrip("\r").rpartition("\r")[2]
    line = line[:_MAX_RAW]
    if "\x1b" in line:
        line = _ESCAPE.sub("", line)
    return line[:MAX_CHARACTERS].translate(_CONTROL).rstrip()
