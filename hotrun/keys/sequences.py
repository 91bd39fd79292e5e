"""Which key a control character, a sequence or a single shift stands for: xterm's, with the forms that kitty's protocol
(CSI u) and xterm's modifyOtherKeys (CSI 27 ~) add. None is the answer for what is no key, or has no name here."""

from __future__ import annotations

# https://invisible-island.net/xterm/ctlseqs/ctlseqs.html, https://sw.kovidgoyal.net/kitty/keyboard-protocol/
_LETTERS = {
    "A": "up", "B": "down", "C": "right", "D": "left", "H": "home", "F": "end", "Z": "backtab",
    "P": "f1", "Q": "f2", "S": "f4",
}  # fmt: skip
_NUMBERS = {
    1: "home", 2: "insert", 3: "delete", 4: "end", 5: "pageup", 6: "pagedown", 7: "home", 8: "end",
    11: "f1", 12: "f2", 13: "f3", 14: "f4", 15: "f5", 17: "f6", 18: "f7", 19: "f8",
    20: "f9", 21: "f10", 23: "f11", 24: "f12",
}  # fmt: skip
_CONTROLS = {"\r": "enter", "\n": "enter", "\t": "tab", "\x7f": "backspace", "\x08": "backspace", "\0": "ctrl+space"}
_SHIFT, _ALT, _CTRL, _SUPER_HYPER_META = 1, 2, 4, 8 | 16 | 32
_RELEASE = "3"


def control_key(char: str) -> str | None:
    """The key for a character that has a name: "enter", "space", "ctrl+a"; None for all others, ESC too."""
    if char == " ":
        return "space"
    named = _CONTROLS.get(char)
    if named is not None or char >= " " or char == "\x1b":
        return named
    return "ctrl+" + chr(ord(char) + 0x40).lower()


def single_key(final: str) -> str | None:
    """The key for ESC O and `final`: the first function keys, and what a keypad sends in its application mode."""
    if "j" <= final <= "y":
        return chr(ord(final) - 0x40)
    return {"R": "f3", "M": "enter", "I": "tab", "X": "=", " ": "space"}.get(final) or _LETTERS.get(final)


def sequence_key(parameters: str, final: str) -> str | None:
    """The key for CSI, `parameters` (with intermediate bytes) and `final`."""
    fields = parameters.split(";") if parameters else []
    numbers = [_number(field) for field in fields]
    if None in numbers:  # a mark such as "?" or "<", or an intermediate byte: an answer, or the mouse
        return None
    modifiers = _modifiers(fields[1]) if len(fields) > 1 else 0
    if modifiers is None:
        return None
    first = numbers[0] if numbers else None
    if final == "~":
        if first == 27 and len(numbers) == 3:
            return _of_character(numbers[2] or 0, modifiers, None)
        return _modified(_NUMBERS.get(first or 0), modifiers)
    if final == "u":
        return _of_character(first or 0, modifiers, _number(fields[0].partition(":")[2] or "-")) if fields else None
    # With R at its end it may be the position of the cursor as well as F3: no key.
    return _modified(_LETTERS.get(final), modifiers) if first in (None, 0, 1) and len(fields) != 1 else None


def _number(field: str) -> int | None:
    """The number that a field begins with, 0 for an empty one; None where it is no number."""
    head = field.partition(":")[0]
    if head == "":
        return 0
    return int(head) if head.isascii() and head.isdigit() and len(head) < 8 else None


def _modifiers(field: str) -> int | None:
    """Shift, Alt and Ctrl as bits; None where another modifier is held, or the key was released."""
    number, _, kind = field.partition(":")
    held = max((_number(number) or 1) - 1, 0)
    return None if held & _SUPER_HYPER_META or kind == _RELEASE else held & (_SHIFT | _ALT | _CTRL)


def _of_character(code: int, modifiers: int, shifted: int | None) -> str | None:
    """The key for a character with modifiers; `shifted` is what it is with Shift, if the terminal says so."""
    if not 0 < code < 0x110000:
        return None
    char = chr(code)
    key = "esc" if char == "\x1b" else control_key(char)
    if key is not None and not key.startswith("ctrl+"):
        return _modified(key, modifiers)
    if not char.isprintable():
        return None
    if modifiers & _SHIFT and not modifiers & _CTRL:
        upper = chr(shifted) if shifted and shifted < 0x110000 else char.upper()
        char = upper if len(upper) == 1 and upper.isprintable() else char
    return _modified(char.lower() if modifiers & _CTRL else char, modifiers & ~_SHIFT)


def _modified(key: str | None, modifiers: int) -> str | None:
    if key is None:
        return None
    if key == "backtab" or (key == "tab" and modifiers & _SHIFT):
        key, modifiers = "backtab", modifiers & ~_SHIFT
    names = ((_CTRL, "ctrl+"), (_ALT, "alt+"), (_SHIFT, "shift+"))
    return "".join(name for bit, name in names if modifiers & bit) + key
