"""The pane of errors: all that is wrong now, and everything about the one that is chosen."""

from __future__ import annotations

from collections.abc import Sequence

from hotrun.core.model.events import Diagnostic, Fixed
from hotrun.views.dashboard.cells import Row
from hotrun.views.dashboard.pinned import place_of
from hotrun.views.dashboard.screen.lists import chosen_row, part, read_part, rule, text_rows, window
from hotrun.views.dashboard.screen.view_state import ViewState
from hotrun.views.dashboard.status import BAD, CAREFUL, GOOD, PLAIN, QUIET, STRONG, Signs
from hotrun.views.text.clean import clean_name
from hotrun.views.text.excerpt import excerpt

_SOURCE = {"line": STRONG, "caret": BAD, "around": QUIET}
DETAILS_FROM_HEIGHT = 9  # rows; below that only the list or only the details are shown


def error_rows(
    problems: Sequence[Diagnostic],
    fixed: Sequence[Fixed],
    state: ViewState,
    size: tuple[int, int],
    signs: Signs,
) -> list[Row]:
    """The rows of the pane: `problems` are wrong now, `fixed` are what the last build has set right."""
    width, height = size
    if not problems:
        return [((f"{signs.good} no problems", GOOD),), *_fixed(fixed, width)][:height]
    at = state.at("errors").within(len(problems))
    details = _details(problems[at], width, signs)
    if state.details:
        return read_part(details, state, height, signs.cut)
    room = height
    if height >= DETAILS_FROM_HEIGHT:
        room = min(len(problems), max(3, height * 2 // 5))
    some_are_new = len({problem.new for problem in problems}) == 2
    shown = [_line(problems[i], i == at, some_are_new, width, signs) for i in window(len(problems), at, room)]
    rest = height - len(shown) - 1
    if rest < 3:
        return shown
    title = f"{at + 1} of {len(problems)}"
    lower = [*details, *_fixed(fixed, width)] if len(details) < rest else details
    return [*shown, rule(title, width, signs.rule), *part(lower, 0, rest, signs.cut)]


def _line(problem: Diagnostic, is_chosen: bool, some_are_new: bool, width: int, signs: Signs) -> Row:
    """The new ones are told from the others only where there are both."""
    place = place_of(problem)
    where = f"{clean_name(place)}: " if place else ""
    new = "new " if problem.new and some_are_new else ""
    message = clean_name(problem.message.partition("\n")[0])
    style = BAD if problem.severity == "error" else CAREFUL
    row: Row = ((new, STRONG), (where, PLAIN), (problem.severity, style), (f": {message}", PLAIN))
    return chosen_row(row, is_chosen, width, signs)


def _details(problem: Diagnostic, width: int, signs: Signs) -> list[Row]:
    place = place_of(problem)
    style = BAD if problem.severity == "error" else CAREFUL
    rows: list[Row] = [((clean_name(place), STRONG),)] if place else []
    head = f"{problem.severity}: " + clean_name(problem.message)
    rows += text_rows(head, width, style=style)
    said = [f"[{clean_name(problem.code)}]"] if problem.code else []
    said += [f"in {clean_name(problem.step or problem.process or '')}", "new" if problem.new else "as before"]
    said += [f"parser {clean_name(problem.tool)}"] if problem.tool else []
    said += [f"{problem.count} times"] if problem.count > 1 else []
    rows += text_rows(", ".join(said), width, style=QUIET)
    rows += [((line.text, _SOURCE[line.kind]),) for line in excerpt(problem, width, signs.bar)]
    for line in problem.detail:
        rows += text_rows(clean_name(line), width, indent="  ")
    for related in problem.related:
        numbers = ":".join(str(n) for n in (related.line, related.column) if n is not None)
        name = clean_name(related.path or related.file)
        rows += text_rows(f"{name}{':' if numbers else ''}{numbers}: {clean_name(related.message)}", width, "  ", QUIET)
    return rows


def _fixed(fixed: Sequence[Fixed], width: int) -> list[Row]:
    return [row for one in fixed for row in text_rows(f"fixed: {_said(one)}", width, style=GOOD)]


def _said(one: Fixed) -> str:
    name = one.path or one.file
    place = ":".join([name, *(str(n) for n in (one.line, one.column) if n is not None)]) + ": " if name else ""
    return clean_name(f"{place}{one.severity}: {one.message}")
