"""Vim's 'errorformat' strings as patterns: what each of their items stands for. `:help errorformat` is the reference.

Unlike in Vim, matching heeds case, %O, %P and %Q are refused, and "%-G" that matches every line does not hide lines
from other rules.
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
# What follows a backslash in Vim's patterns, where Python writes it differently.
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


class Unreadable(ValueError):
    """A format that is none, in words."""


class ErrorformatPattern(msgspec.Struct, frozen=True):
    """One format of a list. `whole`: the message is the whole line (%+); `hidden`: it is no finding (%-);
    `repeats`: the next line is matched from this one on (%>).
    """

    kind: Kind
    pattern: str
    whole: bool = False
    hidden: bool = False
    repeats: bool = False


def formats(texts: tuple[str, ...]) -> list[ErrorformatPattern]:
    """The formats of one or more strings, each a list with commas. Raises Unreadable, which names the format."""
    found: list[ErrorformatPattern] = []
    for text in texts:
        for one in _split(text):
            try:
                found.append(_format(one))
                re.compile(found[-1].pattern)
            except (Unreadable, re.error) as error:
                raise Unreadable(f"{one}: {error}") from None
    if not found:
        raise Unreadable("no format")
    if not any("(?P<message>" in format.pattern or format.whole for format in found):
        raise Unreadable("no %m and no %+")
    return found


def _split(text: str) -> Iterator[str]:
    """The parts between commas; a backslash takes a comma its meaning."""
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
            raise Unreadable(f"%{letter} is not supported")
        if letter == ">" and not flag:
            repeats = True
            at += 2
        elif letter and letter in _KINDS:
            kind = letter  # type: ignore[assignment]  # one of the letters of Kind
            whole, hidden = flag == "+", flag == "-"
            at += 3 if flag else 2
            break
        elif flag:
            raise Unreadable(f"%{flag} stands before one of {' '.join(_KINDS)}")
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
    """The pattern of the item whose letter is at `at`, and where the text goes on."""
    letter = text[at : at + 1]
    if letter == "f":
        _see("file", seen)
        # Before a fixed character a name goes up to it; otherwise it ends with the blank.
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
    raise Unreadable(f"%{letter} is not supported" if letter else "ends in %")


def _see(group: str, seen: set[str]) -> None:
    if group in seen:
        raise Unreadable(f"the {group} stands there twice")
    seen.add(group)


def _scanned(text: str, at: int) -> tuple[str, int]:
    """ "%*[^:]" and "%*\\d": one or more characters that are skipped."""
    if text[at : at + 1] == "[":
        start = at + 2 if text[at + 1 : at + 2] == "^" else at + 1
        end = text.find("]", start + 1)
        if end == -1:
            raise Unreadable("%*[ without ]")
        members = text[start:end].replace('\\"', '"').replace("[", "\\[")
        return f"[{'^' if start == at + 2 else ''}{members}]+", end + 1
    if text[at : at + 1] in ("%", "\\"):
        skipped = at + 1
        while text[skipped : skipped + 1] == "\\":
            skipped += 1
        atom, end = _vim_atom(text, skipped)
        return f"(?:{atom})+", end
    raise Unreadable("%* stands before [ or \\")


def _vim_atom(text: str, at: int) -> tuple[str, int]:
    """What stands after "%\\", which may be written "%\\\\" as it is where Vim reads it from a command."""
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
        raise Unreadable(f"%\\{letter} is not supported")
    return re.escape(letter), at + 1
