"""What panes have in common: the part of a list that is shown, a rule with a title, columns, text in several rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len

from hotrun.views.dashboard.cells import Row, Span, cropped
from hotrun.views.dashboard.colored import wrap
from hotrun.views.dashboard.screen.view_state import ViewState
from hotrun.views.dashboard.status import PLAIN, QUIET, STRONG, Signs


def window(total: int, chosen: int, size: int) -> range:
    """Which items are shown, so that the chosen one is among them, in the middle where there are more on both sides."""
    start = max(0, min(chosen - size // 2, total - size))
    return range(start, min(total, start + max(0, size)))


def rule(title: str, width: int, line: str, style: str = QUIET) -> Row:
    """A line with a title. Panes have no lines at their sides, so that a selection copies only text."""
    head = f"{line}{line} {title} "
    return ((head, style), (line * max(0, width - cell_len(head)), QUIET))


def text_rows(text: str, width: int, indent: str = "", style: str = PLAIN) -> list[Row]:
    """A text, broken where it is too long for a row."""
    room = max(1, width - cell_len(indent))
    return [((indent + piece, style),) for line in text.split("\n") for piece in wrap(line, room)]


def part(rows: Sequence[Row], offset: int, size: int, sign: str) -> list[Row]:
    """So many rows from `offset` on; the last one says how many are missing."""
    start = max(0, min(offset, len(rows) - size))
    shown = list(rows[start : start + size])
    missing = len(rows) - start - len(shown)
    if missing and shown:
        shown[-1] = ((f"{sign or '...'} {missing + 1} more rows", QUIET),)
    return shown


def read_part(rows: Sequence[Row], state: ViewState, size: int, sign: str) -> list[Row]:
    """The part from where one reads on. Beyond the end is the end, so that the way back begins there."""
    state.offset = min(state.offset, max(0, len(rows) - size))
    return part(rows, state.offset, size, sign)


def columns(table: Sequence[Sequence[Span]], width: int, gap: int = 2) -> list[Row]:
    """Spans one below the other; what has no room at the right is left out, for all rows alike."""
    if not table:
        return []
    sizes = [max(cell_len(row[at][0]) for row in table) for at in range(len(table[0]))]
    while len(sizes) > 1 and sum(sizes) + gap * (len(sizes) - 1) > width:
        sizes.pop()
    return [tuple(_padded(row, sizes, gap)) for row in table]


def _padded(row: Sequence[Span], sizes: Sequence[int], gap: int) -> Iterable[Span]:
    for at, size in enumerate(sizes):
        text, style = row[at]
        is_last = at == len(sizes) - 1
        yield text, style
        if not is_last:
            yield " " * (size - cell_len(text) + gap), PLAIN


def chosen_row(row: Row, is_chosen: bool, width: int, signs: Signs) -> Row:
    """A row of a list, with a sign before the chosen one."""
    head: Span = ("> " if is_chosen else "  ", STRONG)
    return cropped((head, *row), width, signs.cut)
