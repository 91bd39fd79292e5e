"""What a child printed, made safe for a terminal: colors pass, everything else that a terminal would obey goes.

Lines come in whole, so a sequence that is cut by the end of its line is malformed and goes, too.
"""

from __future__ import annotations

import re

# C0 but TAB and LF, DEL, C1, and what turns the direction of text or hides in it.
_CONTROL = r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
_NEEDED = re.compile(_CONTROL)
_SEQUENCE = re.compile(
    r"(?P<sgr>\x1b\[[0-9:;]{0,64}m)"
    r"|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # OSC, DCS, SOS, PM, APC strings, ended or not
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|\x1b[ -/]*[0-~]?"
    r"|" + _CONTROL
)


def clean(line: str, colored: bool) -> str:
    """One line as it may be shown: the last state of a progress line, with its colors or (`colored` False) without."""
    if not _NEEDED.search(line):
        return line
    if "\r" in line:
        line = next((part for part in reversed(line.split("\r")) if part), "")
    cleaned = _SEQUENCE.sub(lambda match: (match["sgr"] or "") if colored else "", line)
    return cleaned + "\x1b[0m" if colored and "\x1b[" in cleaned and not cleaned.endswith("\x1b[0m") else cleaned


def clean_name(text: str) -> str:
    """A file name, a command or a message that we print ourselves: no color, on one line."""
    return clean(text.replace("\n", "\\n").replace("\r", "\\r").replace("\t", " "), colored=False)
