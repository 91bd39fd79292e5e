"""Printed paths become paths, by text alone."""

from __future__ import annotations

import pytest

from hotrun.core.diagnostics.places import resolve


@pytest.mark.parametrize(
    ("file", "cwd", "directories", "absolute", "relative"),
    [
        ("a.c", "/p", (), "/p/a.c", "a.c"),
        ("./src/../a.c", "/p", (), "/p/a.c", "a.c"),
        ("a.c", "/p/sub", (), "/p/sub/a.c", "sub/a.c"),
        ("/p/a.c", "/elsewhere", (), "/p/a.c", "a.c"),
        ("../a.c", "/p", (), "/a.c", "../a.c"),
        ("/usr/include/stdio.h", "/p", (), "/usr/include/stdio.h", "../usr/include/stdio.h"),
        ("a.c", "/p", ("/p/sub",), "/p/sub/a.c", "sub/a.c"),
        ("a.c", "/p", ("sub", "deeper"), "/p/sub/deeper/a.c", "sub/deeper/a.c"),
        ("../a.c", "/p", ("out",), "/p/a.c", "a.c"),
        ("/p/a.c", "/p", ("/q",), "/p/a.c", "a.c"),
    ],
)
def test_a_printed_path_is_relative_to_where_the_tool_works(
    file: str, cwd: str, directories: tuple[str, ...], absolute: str, relative: str
) -> None:
    assert resolve(file, cwd, "/p", directories) == (absolute, relative)


def test_the_root_of_the_file_system_can_be_the_project() -> None:
    assert resolve("a.c", "/", "/") == ("/a.c", "a.c")
