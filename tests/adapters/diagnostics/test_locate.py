"""What a diagnostic gets from the disk: the existing file, and the lines that the tool has read."""

from __future__ import annotations

import pytest

from hotrun.adapters.diagnostics.locate import Locator, ProjectFiles
from hotrun.core.model.events import SourceExcerpt
from hotrun.core.model.finding import Finding
from hotrun.session.parsers import parser_for

LINES = ["package a", "", '\tx := "日本" + 1', "}"]


class Run:
    """A run in /p, where every file contains LINES; `asked` lists the requested places."""

    def __init__(self, *argv: str, exists: bool = True) -> None:
        self.asked: list[tuple[str, int, bool]] = []
        self._parser = parser_for(("auto",), argv, ())
        self._locator = Locator("/p", ProjectFiles("/p", lambda path: exists, lambda: ()), self._around)

    def _around(self, file: str, line: int, is_error: bool) -> SourceExcerpt | None:
        self.asked.append((file, line, is_error))
        return SourceExcerpt(1, tuple(LINES)) if line <= len(LINES) else None

    def reads(self, *lines: str) -> list[Finding]:
        found = [finding for line in lines for finding in self._parser.feed("stdout", line)]
        return [self._locator.locate(finding) for finding in (*found, *self._parser.finish())]


def test_a_problem_has_the_lines_around_its_place() -> None:
    run = Run("gcc")
    [error, warning] = run.reads("a.c:3:2: error: one", "./a.c:9:2: warning: two")
    assert error.source == SourceExcerpt(1, tuple(LINES))
    assert warning.source is None
    assert run.asked == [("/p/a.c", 3, True), ("/p/a.c", 9, False)]


@pytest.mark.parametrize("line", ["a.c: error: no line", "lost.c:3:2: error: no file", "error: no place"])
def test_nothing_is_read_where_there_is_no_place(line: str) -> None:
    run = Run("gcc", exists="lost" not in line)
    run.reads(line)
    assert run.asked == []


@pytest.mark.parametrize(("printed", "column"), [(8, 8), (11, 9), (14, 10), (18, 14), (99, 99)])
def test_columns_of_go_are_bytes_and_become_characters(printed: int, column: int) -> None:
    [found] = Run("go", "build").reads(f"./a.go:3:{printed}: undefined: x")
    assert found.column == column


def test_columns_of_other_tools_are_characters() -> None:
    [found] = Run("gcc").reads("a.c:3:11: error: one")
    assert found.column == 11
