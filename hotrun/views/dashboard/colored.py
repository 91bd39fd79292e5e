"""Text that has colors, measured and cut by the cells that it takes in a terminal: wide characters take two, some none.

The text is clean already: the only escape sequences in it are SGR.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.cells import cell_len, get_character_cell_size

from hotrun.views.text.clean import uncolored

_SGR = re.compile(r"\x1b\[[0-9:;]*m")
_OTHER = re.compile(r"\x1b\]8;[^\x1b]*\x1b\\")  # a link: takes no cell and is not carried over a cut
_RESET = "\x1b[0m"


def width(text: str) -> int:
    """How many cells it takes. A tab counts as one: see `spaced`."""
    return cell_len(uncolored(text))


def spaced(text: str, stop: int = 8) -> str:
    """Tabs as spaces, so that what follows is where it would be in a terminal."""
    if "\t" not in text:
        return text
    found, at = [], 0
    for piece in re.split(r"(\t)", text):
        if piece == "\t":
            piece = " " * (stop - at % stop)
        found.append(piece)
        at += width(piece)
    return "".join(found)


def clip(text: str, cells: int, ellipsis: str = "…") -> str:
    """The text in at most so many cells; `ellipsis` stands for what was cut off, where it fits."""
    if cells <= 0:
        return ""
    if len(text) <= cells and text.isascii() and "\x1b" not in text:
        return text
    if width(text) <= cells:
        return text
    room = cells - width(ellipsis) if width(ellipsis) < cells else cells
    taken, used, colored = [], 0, False
    for piece, size in _pieces(text):
        if used + size > room:
            break
        taken.append(piece)
        used += size
        colored = piece != _RESET if size == 0 and piece.startswith("\x1b[") else colored
    return "".join(taken) + (_RESET if colored else "") + (ellipsis if room < cells else "")


def wrap(text: str, cells: int) -> list[str]:
    """The text in rows of at most so many cells; colors go on in the next row."""
    if cells <= 0:
        return []
    if width(text) <= cells:
        return [text]
    rows: list[str] = []
    row: list[str] = []
    used, style = 0, ""
    for piece, size in _pieces(text):
        if used + size > cells and size:
            rows.append("".join(row) + (_RESET if style else ""))
            row, used = [style] if style else [], 0
        if size == 0 and piece.startswith("\x1b["):
            style = "" if piece in (_RESET, "\x1b[m") else style + piece
        row.append(piece)
        used += size
    return [*rows, "".join(row)]


def _pieces(text: str) -> Iterator[tuple[str, int]]:
    """Escape sequences, which take no cell, and characters with what combines with them."""
    at = 0
    while at < len(text):
        if text[at] == "\x1b":
            match = _SGR.match(text, at) or _OTHER.match(text, at)
            if match is not None:
                yield match[0], 0
                at = match.end()
                continue
        end = at + 1
        while end < len(text) and text[end] != "\x1b" and get_character_cell_size(text[end]) == 0:
            end += 1
        yield text[at:end], get_character_cell_size(text[at])
        at = end
