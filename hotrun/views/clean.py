"""What a child printed, made safe for a terminal: colors pass, everything else that a terminal would obey goes.

Lines come in whole, so a sequence that is cut by the end of its line is malformed and goes, too.
"""

from __future__ import annotations

import re

# C0 but TAB and LF, DEL, C1, and what turns the direction of text or hides in it.
_CONTROL = r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
_NEEDED = re.compile(_CONTROL)
_ASCII_CONTROL = bytes(code for code in (*range(32), 127) if chr(code) not in "\t\n")
_SGR = re.compile(r"\x1b\[[0-9:;]{0,64}m")
_SHOWN = re.compile(r"\x1b\[[0-9:;]*m|\x1b\]8;[^\x1b]*\x1b\\")  # what may be left in clean text
_RESET = "\x1b[0m"
_SEQUENCE = re.compile(
    r"(?P<sgr>\x1b\[[0-9:;]{0,64}m)"
    r"|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # OSC, DCS, SOS, PM, APC strings, ended or not
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|\x1b[ -/]*[0-~]?"
    r"|" + _CONTROL
)


def clean_lines(text: str, colored: bool) -> str:
    """Lines that are joined by newlines, each as `clean` makes it.

    What a flood consists of, plain text and at most colors, is looked at as a whole: 6 to 20 times as fast.
    """
    if _is_clean(text):
        return text
    if "\x1b[" in text:
        uncolored = _SGR.sub("", text)
        if _is_clean(uncolored):
            return _reset_lines(text) if colored else uncolored
    return "\n".join([clean(line, colored) for line in text.split("\n")])


def uncolored(text: str) -> str:
    """Clean text without its colors and links."""
    return _SHOWN.sub("", text) if "\x1b" in text else text


def _is_clean(text: str) -> bool:
    """Whether a terminal would obey nothing in there; but newlines, which are not asked about."""
    if text.isascii():
        return len(text.encode().translate(None, _ASCII_CONTROL)) == len(text)
    return not _NEEDED.search(text)


def _reset_lines(text: str) -> str:
    """The colors of each line end with it."""
    lines = text.split("\n")
    return "\n".join([line + _RESET if "\x1b[" in line and not line.endswith(_RESET) else line for line in lines])


def clean(line: str, colored: bool) -> str:
    """One line as it may be shown: the last state of a progress line, with its colors or (`colored` False) without."""
    if not _NEEDED.search(line):
        return line
    if "\r" in line:
        line = next((part for part in reversed(line.split("\r")) if part), "")
    cleaned = _SEQUENCE.sub(lambda match: (match["sgr"] or "") if colored else "", line)
    return _reset_lines(cleaned) if colored else cleaned


def clean_source(line: str) -> str:
    """A line of a file, character for character: what a terminal would obey is replaced, tabs aside."""
    return _NEEDED.sub("\N{REPLACEMENT CHARACTER}", line)


def clean_name(text: str) -> str:
    """A file name, a command or a message that we print ourselves: no color, on one line."""
    return clean(text.replace("\n", "\\n").replace("\r", "\\r").replace("\t", " "), colored=False)
