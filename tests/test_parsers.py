"""What the parsers of a session add to what is printed: the file that is there, and the line that the tool has read."""

from __future__ import annotations

import pytest

from hotrun.core.diagnostics.model.finding import Finding
from hotrun.core.model.events import SourceExcerpt
from hotrun.core.model.project import Program, Step
from hotrun.session.diagnostics import LazyParser, ProjectFiles

LINES = ["package a", "", '\tx := "日本" + 1', "}"]


class Session:
    """A parser of a step in /p, where every file holds LINES; `asked` for which places."""

    def __init__(self, *argv: str, exists: bool = True) -> None:
        self.asked: list[tuple[str, int, bool]] = []
        files = ProjectFiles("/p", lambda path: exists, lambda: ())
        self._parser = LazyParser(Step("app", Program(argv, "/p")), files, around=self._around)

    def _around(self, file: str, line: int, is_error: bool) -> SourceExcerpt | None:
        self.asked.append((file, line, is_error))
        return SourceExcerpt(1, tuple(LINES)) if line <= len(LINES) else None

    def reads(self, *lines: str) -> list[Finding]:
        found = [finding for line in lines for finding in self._parser.feed("stdout", line)]
        return [*found, *self._parser.finish()]


def test_a_problem_has_the_lines_around_its_place() -> None:
    session = Session("gcc")
    [error, warning] = session.reads("a.c:3:2: error: one", "./a.c:9:2: warning: two")
    assert error.source == SourceExcerpt(1, tuple(LINES))
    assert warning.source is None
    assert session.asked == [("/p/a.c", 3, True), ("/p/a.c", 9, False)]


def test_a_problem_that_is_told_again_with_its_count_still_has_them() -> None:
    first, again = Session("gcc").reads("a.c:3:2: error: one", "a.c:4:2: error: two", "a.c:3:2: error: one")[::2]
    assert (first.source, again.count) == (again.source, 2)
    assert first.source is not None


@pytest.mark.parametrize("line", ["a.c: error: no line", "lost.c:3:2: error: no file", "error: no place"])
def test_nothing_is_read_where_there_is_no_place(line: str) -> None:
    session = Session("gcc", exists="lost" not in line)
    session.reads(line)
    assert session.asked == []


@pytest.mark.parametrize(("printed", "column"), [(8, 8), (11, 9), (14, 10), (18, 14), (99, 99)])
def test_columns_of_go_are_bytes_and_become_characters(printed: int, column: int) -> None:
    [found] = Session("go", "build").reads(f"./a.go:3:{printed}: undefined: x")
    assert found.column == column


def test_columns_of_other_tools_are_characters() -> None:
    [found] = Session("gcc").reads("a.c:3:11: error: one")
    assert found.column == 11
