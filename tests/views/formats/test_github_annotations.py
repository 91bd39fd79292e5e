"""Annotations, read back by the rules of GitHub's runner."""

from __future__ import annotations

import pytest

from hotrun.core.model import events
from hotrun.views.formats.github_annotations import github, group, resumed, stopped
from tests.views.formats.places import at
from tests.views.streams import diagnostic


def read(line: str) -> tuple[str, dict[str, str], str]:
    """A command as the runner takes it apart: name, properties, data."""
    assert line.startswith("::")
    assert "\n" not in line
    assert "\r" not in line
    end = line.index("::", 2)
    name, _, properties = line[2:end].partition(" ")
    pairs = (pair.partition("=") for pair in properties.split(",") if pair)
    return name, {key: unescaped(value, ":,") for key, _, value in pairs}, unescaped(line[end + 2 :], "")


def unescaped(text: str, more: str) -> str:
    for char in "\r\n" + more + "%":
        text = text.replace(f"%{ord(char):02X}", char)
    return text


def test_an_annotation_names_place_and_tool() -> None:
    shown = at("/w/app/a.py", path="a.py", end_line=41, end_column=12, code="arg-type")
    assert github(shown, "/w") == "::error file=app/a.py,line=41,col=9,endLine=41,endColumn=12,title=mypy arg-type::bad"


def test_columns_are_left_out_where_they_stand_in_different_lines() -> None:
    shown = at("/w/a.py", end_line=43, end_column=2)
    assert github(shown, "/w") == "::error file=a.py,line=41,endLine=43,title=mypy::bad"


def test_a_file_outside_of_the_workspace_is_named_from_the_root() -> None:
    assert read(github(at("/p/a.py", path="a.py"), "/w"))[1]["file"] == "a.py"
    assert read(github(diagnostic(file="gone.c", path=None), "/w"))[1]["file"] == "gone.c"


def test_what_has_no_place_is_told_without_one() -> None:
    shown = diagnostic("step app failed", file=None, path=None, line=None, column=None, tool="")
    assert read(github(shown, "/w")) == ("error", {}, "step app failed")


@pytest.mark.parametrize(
    ("severity", "level"),
    [("error", "error"), ("warning", "warning"), ("info", "notice"), ("note", "notice"), ("hint", "notice")],
)
def test_each_severity_has_its_level(severity: events.Severity, level: str) -> None:
    assert read(github(at("/w/a.py", severity=severity), "/w"))[0] == level


@pytest.mark.parametrize(
    "text", ["100%", "%0A", "%250A", "a\nb", "a\r\nb", "::error::x", "a,b=c:d::e", "##[error]x", "é"]
)
def test_any_text_comes_through_and_gives_no_other_command(text: str) -> None:
    name, properties, data = read(github(at(f"/w/{text}", path=text, message=text, tool=text), "/w"))
    assert (name, properties["file"], properties["title"], data) == ("error", text, text, text)


def test_the_protection_ends_with_its_token() -> None:
    assert stopped("t0ken") == "::stop-commands::t0ken"
    assert resumed("t0ken") == "::t0ken::"
    assert group("50%\nx") == "::group::50%25%0Ax"
