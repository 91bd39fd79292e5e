"""The errors file: what Vim's own errorformat and Emacs's compilation-mode jump through as it is.

    /p/src/a.py:41:9: error: message [mypy code]

A line names a place only where there is one to go to; what else looks like one is altered a little.
"""

from __future__ import annotations

import re

from hotrun.core.model import events
from hotrun.core.model.line_format import has_place
from hotrun.views.formats.parts import signature
from hotrun.views.text.clean import clean_name

# The first of Vim's patterns, %*[^"]"%f"%*\D%l: %m, would take a quoted word of the message for the file.
_QUOTED_PLACE = re.compile(r'[^"]+".+?"\D+\d+: .')
_PLACE = re.compile(r".+?:\d+:\d+:")  # %f:%l:%c: takes the shortest
_INDENT = "    - "  # four blanks and a dash: no rule of Emacs takes what follows for a file


def vim(diagnostic: events.Diagnostic) -> str:
    """The lines for one diagnostic, with their line ends: one, or more where the message has more."""
    first, *rest = map(clean_name, diagnostic.message.splitlines() or [""])
    said = f"{diagnostic.severity}: {first}{clean_name(signature(diagnostic))}"
    lines = [_placed(diagnostic, said) if has_place(diagnostic) else _unplaced(diagnostic, said)]
    lines += [_INDENT + _harmless(line) for line in rest]
    return "\n".join(lines) + "\n"


def _placed(diagnostic: events.Diagnostic, said: str) -> str:
    # Always with a column: without one, a later number would be taken for the line.
    place = f"{diagnostic.file}:{diagnostic.line or 1}:{diagnostic.column or 1}:"
    shortest = _PLACE.match(place)
    if shortest is None or shortest.end() != len(place):
        # The name itself looks like a place, such as "/p/a:3:4:b"; in quotes both editors take all of it.
        return f'  File "{diagnostic.file}", line {diagnostic.line or 1}: {_harmless(said)}'
    line = f"{place} {said}"
    return line if _QUOTED_PLACE.match(line) is None else place + " " + said.replace('"', "'")


def _unplaced(diagnostic: events.Diagnostic, said: str) -> str:
    where = "" if diagnostic.file is None else f" ({clean_name(diagnostic.file)}, line {diagnostic.line or 1})"
    return _harmless(said + where)


def _harmless(text: str) -> str:
    """The text without what an editor would take for a place: `file:3:`, `file(3):` and `"file", line 3`."""
    return re.sub(r"\((?=\d+\):)", "( ", re.sub(r":(?=\d)", ": ", text)).replace('"', "'")
