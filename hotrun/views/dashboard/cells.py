"""Rows as spans of text, measured in cells of the terminal and rendered by rich.

Slow to load, so not before the first step was spawned.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

Span = tuple[str, str]  # text and rich's name of a style
Row = tuple[Span, ...]

MOST_REMEMBERED = 64  # rows; the next frame has mostly the same


def width_of(row: Row) -> int:
    """How many cells it takes."""
    return sum(cell_len(text) for text, _ in row)


def cropped(row: Row, width: int, sign: str) -> Row:
    """The row in `width` cells at most, with `sign` at its end where something is missing."""
    if width_of(row) <= width:
        return row
    left = max(0, width - cell_len(sign))
    kept: list[Span] = []
    for text, style in row:
        size = cell_len(text)
        kept.append((text if size <= left else set_cell_size(text, left), style))
        left -= min(size, left)
        if not left:
            break
    return (*kept, (sign, kept[-1][1] if kept else "")) if sign else tuple(kept)


def tail(text: str, width: int, sign: str) -> str:
    """The end of `text` in `width` cells at most, with `sign` before it where something is missing."""
    if cell_len(text) <= width:
        return text
    left, start = width - cell_len(sign), len(text)
    while start and (size := cell_len(text[start - 1])) <= left:
        left -= size
        start -= 1
    return sign + text[start:]


class Renderer:
    """Rows as text with escape sequences for their colors, or (`colored` False) without any."""

    def __init__(self, colored: bool) -> None:
        self._said = StringIO()
        self._console = Console(
            file=self._said,
            color_system="standard" if colored else None,  # the terminal's own sixteen
            force_terminal=True,
            legacy_windows=False,
            width=10_000,  # rows have been cropped
            highlight=False,
            markup=False,
            emoji=False,
            _environ={},
        )
        self._rendered: dict[Row, str] = {}

    def render(self, rows: Sequence[Row]) -> list[str]:
        """Each row as a string; a row that was rendered lately is looked up."""
        return [self._rendered.get(row) or self._render(row) for row in rows]

    def _render(self, row: Row) -> str:
        self._console.print(Text.assemble(*row), end="", no_wrap=True, overflow="ignore", crop=False)
        text = self._said.getvalue()
        self._said.seek(0)
        self._said.truncate()
        if len(self._rendered) >= MOST_REMEMBERED:
            self._rendered.clear()
        self._rendered[row] = text
        return text
