"""Terminal screens as a drawing: SVG text in cells, with no font and no file from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

import pyte
from pyte.screens import Char

COLUMNS, ROWS = 92, 60
CELL, ROW, SIZE, MARGIN, BAR = 8.4, 19, 14, 16, 30  # in the drawing's pixels
FONT = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"
GROUND, FRAME, INK, FAINT = "#16191d", "#2a2f36", "#d7dae0", "#8b929c"
COLORS = {
    "default": INK, "black": "#5c6370", "red": "#ff6b6b", "green": "#7bd88f", "brown": "#f0c36a", "blue": "#6fb3ff",
    "magenta": "#d79bf0", "cyan": "#67d4e0", "white": INK,
}  # fmt: skip


class Terminal(pyte.Screen):
    """A screen with room for all of a short session, which knows what is dim."""

    def __init__(self) -> None:
        super().__init__(COLUMNS, ROWS)
        self._stream = pyte.Stream(self)

    def feed(self, text: str) -> None:
        """Write to it."""
        # pyte has no dim: 90, the bright black, is what no other text here has.
        self._stream.feed(text.replace("\x1b[2m", "\x1b[90m"))


class Shot(NamedTuple):
    """A screen with what it shows."""

    title: str
    screen: Terminal
    begins: str  # the first row that is shown begins so


def drawing(shots: Sequence[Shot]) -> str:
    """The screens under each other, as the text of an SVG file."""
    width = COLUMNS * CELL + 2 * MARGIN
    parts, top = [], 0.0
    for shot in shots:
        rows = _rows(shot)
        height = BAR + len(rows) * ROW + MARGIN
        box = f'x=".5" y="{top + 0.5:g}" width="{width - 1:g}" height="{height - 1:g}" rx="8"'
        parts.append(f'<rect {box} fill="{GROUND}" stroke="{FRAME}"/>')
        parts.append(f'<text class="title" x="{MARGIN}" y="{top + 20:g}">{escape(shot.title)}</text>')
        for number, row in enumerate(rows):
            y = top + BAR + number * ROW + SIZE
            parts += [_text(at, y, run) for at, run in _runs(row)]
        top += height + MARGIN
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {top - MARGIN:g}" role="img" '
        f'font-family="{FONT}" font-size="{SIZE}" fill="{INK}" xml:space="preserve">\n'
        f"<title>hotrun in a terminal: {escape('; '.join(shot.title for shot in shots))}</title>\n"
        f"<style>.title{{font:13px system-ui,sans-serif;fill:{FAINT}}}</style>"
    )
    return "\n".join([head, *parts, "</svg>"]) + "\n"


def _rows(shot: Shot) -> list[list[Char]]:
    """The cells of each row that is shown: down to the last one that is not empty."""
    shown = shot.screen.display
    first = next(y for y, line in enumerate(shown) if line.startswith(shot.begins))
    last = max(y for y, line in enumerate(shown) if line.strip())
    return [[shot.screen.buffer[y][x] for x in range(COLUMNS)] for y in range(first, last + 1)]


def _runs(row: Sequence[Char]) -> Iterator[tuple[int, list[Char]]]:
    """Cells that look the same, with the column of the first. A sign that is not ASCII may come from another font."""
    start = 0
    for at in range(1, len(row) + 1):
        if at < len(row) and _look(row[at]) == _look(row[start]):
            continue
        if "".join(cell.data for cell in row[start:at]).strip():
            yield start, list(row[start:at])
        start = at


def _look(cell: Char) -> tuple[str, bool, bool, bool]:
    return cell.fg, cell.bold, cell.underscore, cell.data.isascii()


def _text(column: int, y: float, run: Sequence[Char]) -> str:
    text = "".join(cell.data for cell in run)
    kept = text.strip()
    column += len(text) - len(text.lstrip())  # spaces are drawn by nobody, and kept by few
    fill = FAINT if run[0].fg == "brightblack" else COLORS[run[0].fg]
    look = f' fill="{fill}"' if fill != INK else ""
    look += ' font-weight="bold"' if run[0].bold else ""
    look += ' text-decoration="underline"' if run[0].underscore else ""
    width = f' textLength="{len(kept) * CELL:g}" lengthAdjust="spacingAndGlyphs"' if len(kept) > 1 else ""
    return f'<text x="{MARGIN + column * CELL:g}" y="{y:g}"{width}{look}>{escape(kept)}</text>'
