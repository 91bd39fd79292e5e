"""The pane of output: the latest lines of all or of one, from the bottom up, with what was searched for marked."""

from __future__ import annotations

import re

from hotrun.views.dashboard.colored import clip, spaced, wrap
from hotrun.views.dashboard.screen.log import LogLine, OutputLog
from hotrun.views.dashboard.screen.view_state import ViewState
from hotrun.views.text.clean import clean_name, uncolored

_REVERSE, _AS_BEFORE = "\x1b[7m", "\x1b[27m"


def output_rows(log: OutputLog, state: ViewState, size: tuple[int, int], bar: str, colored: bool) -> list[str]:
    """Rows of text with the colors of the programs; fewer than there is room for where there is not more."""
    width, height = size
    if width < 1 or height < 1:
        return []
    rows: list[str] = []
    last = log.end - 1 if state.bottom is None else state.bottom
    for line in log.back_from(last, state.filtered.takes):
        rows[:0] = _line_rows(line, state, width, bar, colored)
        if len(rows) >= height:
            break
    return rows[-height:]


def title_of(log: OutputLog, state: ViewState) -> str:
    """What is shown, and how: for the rule over the pane."""
    said = ["output of all" if state.source is None else f"output of {clean_name(state.source.partition(':')[2])}"]
    if state.filter:
        said.append(f"lines with {clean_name(state.filter)!r}")
    if state.search:
        said.append(f"{'search' if state.found else 'nothing found for'} {clean_name(state.search)!r}")
    said.append("follows" if state.bottom is None else f"{log.end - 1 - state.bottom} lines back")
    if not state.wrap:
        said.append("long lines cut")
    return ", ".join(said)


def _line_rows(line: LogLine, state: ViewState, width: int, bar: str, colored: bool) -> list[str]:
    prefix = "" if state.source is not None else f"{clean_name(line.source.partition(':')[2])} {bar} "
    text = spaced(line.text if colored else uncolored(line.text))
    if state.search:
        text = _marked(text, state.search, colored)
    text = prefix + text
    return wrap(text, width) if state.wrap else [clip(text, width)]


def _marked(text: str, search: str, colored: bool) -> str:
    """Hits in reverse; without colors in brackets. A line with a hit loses its own colors, which would end ours."""
    bare = uncolored(text)
    around = (_REVERSE, _AS_BEFORE) if colored else ("[", "]")
    marked, hits = re.subn(re.escape(search), lambda hit: around[0] + hit[0] + around[1], bare, flags=re.IGNORECASE)
    return marked if hits else text
