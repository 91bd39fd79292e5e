"""Convert Vim's 'errorformat' strings to patterns. The reference is `:help errorformat`.

Unlike in Vim, matching is case-sensitive, %O, %P and %Q are not supported, and a "%-G" that matches every line does not
hide lines from other rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import msgspec

Kind = Literal["line", "A", "E", "W", "I", "N", "C", "Z", "D", "X", "G"]

_KINDS = "AEWINCZDXG"
_FILE_STACK = "OPQ"
_ITEMS = {
    "l": r"(?P<line>\d+)",
    "c": r"(?P<column>\d+)",
    "v": r"(?P<column>\d+)",
    "e": r"(?P<end_line>\d+)",
    "k": r"(?P<end_column>\d+)",
    "n": r"(?P<code>\d+)",
    "t": r"(?P<severity>[A-Za-z])",
    "m": r"(?P<message>.+)",
    "r": r".*",
    "p": r"(?P<pointer>[-\s.]*)",
    "s": r"(?P<text>.+)",
    "o": r"(?P<module>.+?)",
}
# Vim's escapes that differ in Python.
_VIM_ATOMS = {
    "+": "+",
    "=": "?",
    "?": "?",
    "|": "|",
    "(": "(?:",
    ")": ")",
    "a": "[A-Za-z]",
    "f": r"\S",
    "h": "[A-Za-z_]",
    "l": "[a-z]",
    "o": "[0-7]",
    "u": "[A-Z]",
    "x": "[0-9A-Fa-f]",
    **{letter: "\\" + letter for letter in "dDsSwW"},
    "t": r"\t",
    "<": r"\b",
    ">": r"\b",
}


class InvalidErrorformat(ValueError):
    """An invalid format. The message says why."""


class ErrorformatPattern(msgspec.Struct, frozen=True):
    """One format of a list. `whole`: the message is the whole line (%+). `hidden`: not a finding (%-).

    `repeats`: matching of the next line starts with this format (%>).
    """

    kind: Kind
    pattern: str
    whole: bool = False
    hidden: bool = False
    repeats: bool = False


def formats(texts: tuple[str, ...]) -> list[ErrorformatPattern]:
    """The formats of strings, each a list with commas. Raises InvalidErrorformat, which names it."""
    found: list[ErrorformatPattern] = []
    for text in texts:
        for one in _split(text):
            try:
                found.append(_format(one))
                re.compile(found[-1].pattern)
            except (InvalidErrorformat, re.error) as error:
                raise InvalidErrorformat(f"{one}: {error}") from None
    if not found:
        raise InvalidErrorformat("no format")
    if not any("(?P<message>" in format.pattern or format.whole for format in found):
        raise InvalidErrorformat("no %m and no %+")
    return found


def _split(text: str) -> Iterator[str]:
    """Split at commas. A backslash escapes a comma."""
    part = ""
    at = 0
    while at < len(text):
        if text[at] == "\\" and at + 1 < len(text):
            part += "," if text[at + 1] == "," else text[at : at + 2]
            at += 2
            continue
        if text[at] == ",":
            if part:
                yield part
            part = ""
        else:
            part += text[at]
        at += 1
    if part:
        yield part


def _format(text: str) -> ErrorformatPattern:
    kind: Kind = "line"
    whole = hidden = repeats = False
    at = 0
    while text[at : at + 1] == "%" and at + 1 < len(text):
        letter = text[at + 1]
        flag = letter if letter in "+-" else ""
        if flag:
            letter = text[at + 2 : at + 3]
        if letter in _FILE_STACK and letter:
            raise InvalidErrorformat(f"%{letter} is not supported")
        if letter == ">" and not flag:
            repeats = True
            at += 2
        elif letter and letter in _KINDS:
            kind = letter  # type: ignore[assignment]  # one of the letters of Kind
            whole, hidden = flag == "+", flag == "-"
            at += 3 if flag else 2
            break
        elif flag:
            raise InvalidErrorformat(f"%{flag} must come before one of {' '.join(_KINDS)}")
        else:
            break
    return ErrorformatPattern(kind, _pattern(text[at:]), whole, hidden, repeats)


def _pattern(text: str) -> str:
    pattern, at = "", 0
    seen: set[str] = set()
    while at < len(text):
        if text[at] == "%":
            piece, at = _item(text, at + 1, seen)
        elif text[at] == "\\" and at + 1 < len(text):
            piece, at = re.escape(text[at + 1]), at + 2
        else:
            piece, at = re.escape(text[at]), at + 1
        pattern += piece
    return f"{pattern}$"


def _item(text: str, at: int, seen: set[str]) -> tuple[str, int]:
    """The pattern of the item whose letter is at `at`, and the end of the item."""
    letter = text[at : at + 1]
    if letter == "f":
        _see("file", seen)
        # A name ends at the next fixed character, otherwise at a blank.
        is_open = at + 1 < len(text) and text[at + 1] != "%"
        return (r"(?P<file>\S.*?)" if is_open else r"(?P<file>\S+)"), at + 1
    if letter in _ITEMS and letter:
        piece = _ITEMS[letter]
        if group := re.match(r"\(\?P<(\w+)>", piece):
            _see(group[1], seen)
        return piece, at + 1
    if letter == "*":
        return _scanned(text, at + 1)
    if letter == "\\":
        return _vim_atom(text, at + 1)
    if letter == "#":
        return "*", at + 1
    if letter == ".":
        return ".", at + 1
    if letter in "%[]~^$?" and letter:
        return {"[": "[", "]": "]", "^": "^", "$": "$"}.get(letter, re.escape(letter)), at + 1
    raise InvalidErrorformat(f"%{letter} is not supported" if letter else "ends with %")


def _see(group: str, seen: set[str]) -> None:
    if group in seen:
        raise InvalidErrorformat(f"the {group} occurs twice")
    seen.add(group)


def _scanned(text: str, at: int) -> tuple[str, int]:
    """ "%*[^:]" and "%*\\d": one or more characters that are skipped."""
    if text[at : at + 1] == "[":
        start = at + 2 if text[at + 1 : at + 2] == "^" else at + 1
        end = text.find("]", start + 1)
        if end == -1:
            raise InvalidErrorformat("%*[ without ]")
        members = text[start:end].replace('\\"', '"').replace("[", "\\[")
        return f"[{'^' if start == at + 2 else ''}{members}]+", end + 1
    if text[at : at + 1] in ("%", "\\"):
        skipped = at + 1
        while text[skipped : skipped + 1] == "\\":
            skipped += 1
        atom, end = _vim_atom(text, skipped)
        return f"(?:{atom})+", end
    raise InvalidErrorformat("%* must come before [ or \\")


def _vim_atom(text: str, at: int) -> tuple[str, int]:
    """The item after "%\\", which may be written as "%\\\\", as in Vim commands."""
    if text[at : at + 1] == "\\":
        at += 1
    if text.startswith("%(", at):
        return "(?:", at + 2
    if text.startswith("{-}", at):
        return "*?", at + 3
    if text.startswith("{-1,}", at):
        return "+?", at + 5
    letter = text[at : at + 1]
    if not letter:
        return r"\\", at
    if letter in _VIM_ATOMS:
        return _VIM_ATOMS[letter], at + 1
    if letter.isalnum() or letter in "@{&_%":
        raise InvalidErrorformat(f"%\\{letter} is not supported")
    return re.escape(letter), at + 1
