"""The source line of a problem with a caret under its place, and the lines around it, as a person reads them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from hotrun.core.model.events import Diagnostic
from hotrun.views.text.clean import clean_source

TAB = 4  # cells: enough to see the indentation, and less is lost to it than with 8
MOST_LEAD = 12  # cells of context in front of a place in a line that is too long to be shown from its start
LEAST_WIDTH = 20

Kind = Literal["around", "line", "caret"]


class ExcerptLine(NamedTuple):
    """One line, in plain text. `kind`: the line of the problem, the caret under it, or one around it."""

    kind: Kind
    text: str


def excerpt(problem: Diagnostic, width: int, bar: str = "|") -> list[ExcerptLine]:
    """The lines of `problem.source`, each at most `width` cells wide, with `bar` behind the numbers.

    Nothing where there is no source, and where the tool has printed the line itself, so that `detail` has it. Without
    a column, or with one that is not in the line, there is no caret.
    """
    source = problem.source
    if source is None or problem.line is None or not 0 <= problem.line - source.line < len(source.lines):
        return []
    marked = source.lines[problem.line - source.line]
    if _is_printed(marked, problem.detail):
        return []
    digits = len(str(source.line + len(source.lines) - 1))
    room = max(LEAST_WIDTH, width - digits - 5)
    span = _span(problem, marked)
    skipped = _skipped(span, room)
    shown: list[ExcerptLine] = []
    for number, line in enumerate(source.lines, source.line):
        is_marked = number == problem.line
        text = _cut(_cells(line), skipped, room)
        front = f"{'>' if is_marked else ' '} {number:>{digits}} {bar}"
        shown.append(ExcerptLine("line" if is_marked else "around", f"{front} {text}".rstrip()))
        if is_marked and span is not None:
            caret = " " * (span[0] - skipped) + "^" + "~" * (span[1] - span[0] - 1)
            shown.append(ExcerptLine("caret", f"  {'':>{digits}} {bar} {caret[:room]}"))
    return shown


def _is_printed(line: str, detail: Iterable[str]) -> bool:
    """Whether the tool's own report shows this line: with nothing but a number and signs in front of it."""
    text = line.strip()
    return bool(text) and any(
        printed.rstrip().endswith(text) and not any(map(str.isalpha, printed.rstrip()[: -len(text)]))
        for printed in detail
    )


def _span(problem: Diagnostic, line: str) -> tuple[int, int] | None:
    """The cells that the problem is in, the second one excluded; None where that cannot be said."""
    column = problem.column
    if column is None or not 1 <= column <= len(line) + 1:
        return None
    is_range = problem.end_column is not None and problem.end_line in (None, problem.line)
    end = min(problem.end_column or 0, len(line) + 1) if is_range else 0
    start = _width(_cells(line)[: column - 1])
    return start, max(start + 1, _width(_cells(line)[: end - 1]) if end else 0)


def _skipped(span: tuple[int, int] | None, room: int) -> int:
    """How many cells are left out in front, so that the place can be seen."""
    return span[0] - MOST_LEAD if span is not None and span[0] >= room - 1 else 0


def _cells(line: str) -> list[tuple[str, int]]:
    """What stands for each character, and how many cells that takes."""
    cells: list[tuple[str, int]] = []
    at = 0
    for character in clean_source(line):
        width = TAB - at % TAB if character == "\t" else _width_of(character)
        cells.append((" " * width if character == "\t" else character, width))
        at += width
    return cells


def _width(cells: Iterable[tuple[str, int]]) -> int:
    return sum(width for _, width in cells)


def _width_of(character: str) -> int:
    if character.isascii():
        return 1
    from rich.cells import get_character_cell_size  # 15 ms, for other scripts only

    return get_character_cell_size(character)


def _cut(cells: Sequence[tuple[str, int]], skipped: int, room: int) -> str:
    """What of a line stands in the cells from `skipped` on; a wide character that is cut leaves a space."""
    text, at = [], 0
    for shown, width in cells:
        begin, at = at, at + width
        if at <= skipped:
            continue
        if at > skipped + room:
            break
        text.append(shown if begin >= skipped else " " * (at - skipped))
    return "".join(text)
