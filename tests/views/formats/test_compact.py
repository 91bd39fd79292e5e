"""The lines of `hotrun errors`, letter by letter."""

from __future__ import annotations

from hotrun.core.model import events
from hotrun.views.formats.compact import compact
from tests.views.formats.places import at
from tests.views.streams import diagnostic


def test_a_place_is_relative_to_where_the_reader_works() -> None:
    assert compact(at("/p/src/a.py", code="arg-type"), "/p") == "src/a.py:41:9: error: bad [mypy arg-type]"
    assert compact(at("/p/src/a.py"), "/p/src") == "a.py:41:9: error: bad [mypy]"


def test_a_file_that_does_not_lie_below_is_absolute() -> None:
    assert compact(at("/p/src/a.py"), "/p/sr") == "/p/src/a.py:41:9: error: bad [mypy]"
    assert compact(at("/p/src/a.py"), "/") == "p/src/a.py:41:9: error: bad [mypy]"


def test_what_is_not_known_of_a_place_is_left_out() -> None:
    assert compact(at("/p/a.py", column=None), "/p") == "a.py:41: error: bad [mypy]"
    assert compact(at("/p/a.py", line=None, column=None), "/p") == "a.py: error: bad [mypy]"
    assert compact(diagnostic(file=None, path=None, line=None, column=None), "/p") == "error: bad [gcc]"
    assert compact(diagnostic(file="gone.c", path=None), "/p") == "gone.c:3:7: error: bad [gcc]"


def test_further_lines_and_related_places_are_indented() -> None:
    related = (events.Related("src/b.h", "/p/src/b.h", 1, None, "declared here"),)
    said = compact(at("/p/a.py", message="bad:\nvery bad", count=3, related=related), "/p")
    assert said == "a.py:41:9: error: bad: [mypy] (3 times)\n    very bad\n    src/b.h:1: declared here"


def test_nothing_that_a_terminal_would_obey_is_left() -> None:
    said = compact(at("/p/a\x1b[31m\n.py", message="\x1b]0;title\x07bad\x9b1m", tool="my\x1bpy"), "/p")
    assert not {"\x1b", "\x07", "\x9b", "\n"} & set(said)
