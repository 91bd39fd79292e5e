"""The names of keys: "r", "R", "enter", "f5", "ctrl+l", "alt+up"; and which of them reach a program in any terminal.

A printable character is its own name. Modifiers come in the order ctrl, alt, shift; a shifted character is another
character, and shift+tab is "backtab". What a terminal sends for a key: views/dashboard/decoder.py.
"""

from __future__ import annotations

import re

NAMED = (
    *("enter", "esc", "tab", "backtab", "space", "backspace", "delete", "insert"),
    *("up", "down", "left", "right", "pageup", "pagedown", "home", "end"),
    *(f"f{number}" for number in range(1, 13)),
)
LEAVE_KEY = "ctrl+]"  # takes the keyboard back from a process (core/keyboard.py)

# What the terminal keeps for itself, or sends as another key: its name to what it is.
_SIGNAL, _FLOW = "a signal", "the terminal's own key to stop and resume output"
TAKEN = {
    "ctrl+c": _SIGNAL,
    "ctrl+\\": _SIGNAL,
    "ctrl+z": _SIGNAL,
    "ctrl+s": _FLOW,
    "ctrl+q": _FLOW,
    LEAVE_KEY: "the key that detaches from a process",
}
SAME = {
    "ctrl+m": "enter",
    "ctrl+j": "enter",
    "ctrl+i": "tab",
    "ctrl+h": "backspace",
    "ctrl+[": "esc",
    "shift+tab": "backtab",
}
_PARTS = re.compile(r"(ctrl\+)?(alt\+)?(shift\+)?(.+)", re.DOTALL)
_WITH_CTRL = "abcdefghijklmnopqrstuvwxyz]\\^_["  # the characters that have a control code, but "@", which is space's


def is_key(text: str) -> bool:
    """Whether `text` is the name of a key that every terminal tells apart from others; those in TAKEN count as well."""
    parts = _PARTS.fullmatch(text)
    if parts is None or text in SAME:
        return False
    ctrl, _, shift, base = parts.groups()
    if base in NAMED:
        return not (shift and base in ("tab", "backtab"))
    if len(base) != 1 or not base.isprintable() or base == " " or shift:
        return False
    return not ctrl or base in _WITH_CTRL


def meant_key(text: str) -> str | None:
    """The key that another spelling stands for ("Escape", "C-l", "^L", "Ctrl+L", "shift+r"), or None."""
    plain = text.strip()
    if plain.startswith("^") and len(plain) == 2:
        plain = "ctrl+" + plain[1:]
    *modifiers, base = re.split(r"(?<=.)[+-](?=.)", plain) or [""]
    long = {"c": "ctrl", "control": "ctrl", "a": "alt", "m": "alt", "meta": "alt", "option": "alt", "s": "shift"}
    given = {long.get(word.lower(), word.lower()) for word in modifiers}
    if len(base) > 1:
        other = {"escape": "esc", "return": "enter", "pgup": "pageup", "pgdn": "pagedown", "del": "delete"}
        base = base.lower().replace("_", "").replace(" ", "")
        base = other.get(base, base)
    elif "ctrl" in given:
        base = base.lower()
        given -= {"shift"}
    elif "shift" in given:
        base = base.upper()
        given -= {"shift"}
    elif base == " " or text == " ":
        base = "space"
    name = "".join(word + "+" for word in ("ctrl", "alt", "shift") if word in given) + base
    name = SAME.get(name, name)
    return name if is_key(name) and given <= {"ctrl", "alt", "shift"} else None
