"""Printed paths are resolved to existing files, or not at all."""

from __future__ import annotations

import pytest

from hotrun.core.diagnostics.model.places import PlaceFinder, resolve, workspace
from hotrun.core.diagnostics.model.to_event import to_event
from hotrun.core.model.finding import Finding, Place


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
def test_a_printed_path_is_relative_to_the_directories_of_the_tool(
    file: str, cwd: str, directories: tuple[str, ...], absolute: str, relative: str
) -> None:
    assert resolve(file, cwd, "/p", directories) == (absolute, relative)


def test_the_root_of_the_file_system_can_be_the_project() -> None:
    assert resolve("a.c", "/", "/") == ("/a.c", "a.c")


def places(*watched: str, ignored: tuple[str, ...] = ()) -> PlaceFinder:
    """A PlaceFinder for a project in /p with these watched files, and others that are not watched."""
    there = {*(f"/p/{path}" for path in watched), *ignored}
    return PlaceFinder("/p", there.__contains__, lambda: watched)


def finding(
    file: str, directories: tuple[str, ...] = (), near: tuple[str, ...] = (), is_partial: bool = False
) -> Finding:
    return Finding("error", "oops", "x", file, directories=directories, near=near, is_partial=is_partial)


@pytest.mark.parametrize(
    ("file", "cwd", "directories", "watched", "found"),
    [
        ("a.c", "/p", (), ["a.c", "sub/a.c"], "/p/a.c"),
        ("a.c", "/p/sub", (), ["a.c", "sub/a.c"], "/p/sub/a.c"),
        ("a.c", "/p", ("/p/sub",), ["a.c", "sub/a.c"], "/p/sub/a.c"),
        ("a.c", "/p", ("sub", "deep"), ["a.c", "sub/deep/a.c"], "/p/sub/deep/a.c"),
        # A stale directory: the working folder is tried next, then the root.
        ("a.c", "/p", ("/p/gone",), ["a.c"], "/p/a.c"),
        ("a.c", "/p/sub", (), ["a.c"], "/p/a.c"),
        # A script changed the folder.
        ("src/a.c", "/p", (), ["one/src/a.c", "two/src/b.c"], "/p/one/src/a.c"),
        ("../src/a.c", "/p", (), ["one/src/a.c"], "/p/one/src/a.c"),
        ("./a.c", "/p", (), ["one/a.c"], "/p/one/a.c"),
        ("a.c", "/p", (), ["one/a.c", "two/a.c"], None),
        ("a.c", "/p", (), ["one/aa.c", "two/a.cc"], None),
        ("/p/a.c", "/p/sub", ("x",), ["a.c", "sub/a.c"], "/p/a.c"),
        # A container, or a bundler whose root is "/".
        ("/app/src/a.js", "/p", (), ["src/a.js"], None),
        ("/src/a.js", "/p", (), ["src/a.js"], "/p/src/a.js"),
        ("/usr/include/stdio.h", "/p", (), ["a.c"], "/usr/include/stdio.h"),
        ("build/gen.c", "/p", (), ["a.c"], "/p/build/gen.c"),
        ("nowhere.c", "/p", (), ["a.c"], None),
    ],
)
def test_a_file_is_found_and_never_guessed(
    file: str, cwd: str, directories: tuple[str, ...], watched: list[str], found: str | None
) -> None:
    known = places(*watched, ignored=("/usr/include/stdio.h", "/p/build/gen.c"))
    assert known.locate(file, cwd, finding(file, directories)) == found


@pytest.mark.parametrize(
    ("file", "near", "watched", "found"),
    [
        ("a_test.go", "example.com/gp/sub", ["sub/a_test.go", "other/a_test.go"], "/p/sub/a_test.go"),
        ("a_test.go", "example.com/gp/x/sub", ["x/sub/a_test.go", "y/sub/a_test.go"], "/p/x/sub/a_test.go"),
        # The root package of the module, in a folder of any name.
        ("a_test.go", "example.com/gp", ["go.mod", "a_test.go", "sub/a_test.go"], "/p/a_test.go"),
        ("a_test.go", "example.com/p", ["a_test.go", "sub/a_test.go"], "/p/a_test.go"),
        ("a_test.go", "example.com/gp", ["a_test.go", "sub/a_test.go"], None),
        ("Main.java", "demo/app", ["a/src/demo/app/Main.java", "a/src/demo/Main.java"], "/p/a/src/demo/app/Main.java"),
        ("Main.java", "demo", ["a/src/demo/Main.java", "b/src/demo/Main.java"], None),
        # The working folder has a file of this name, too, but the name alone is not enough.
        ("Main.java", "demo", ["Main.java", "src/demo/Main.java"], "/p/src/demo/Main.java"),
        ("Main.java", "other", ["src/demo/Main.java"], "/p/src/demo/Main.java"),
        ("Main.java", "other", ["src/demo/Other.java"], None),
    ],
)
def test_a_name_without_a_folder_is_searched_near_its_package(
    file: str, near: str, watched: list[str], found: str | None
) -> None:
    assert places(*watched).locate(file, "/p", finding(file, near=(near,), is_partial=True)) == found


@pytest.mark.parametrize(
    ("package", "file", "expected"),
    [
        ("/w/crates/a", "crates/a/src/lib.rs", "/w"),
        ("/w/a", "a/src/lib.rs", "/w"),
        ("/w", "src/main.rs", "/w"),
        ("/w/src", "src/main.rs", "/w"),
        ("/src", "src/main.rs", "/"),
    ],
)
def test_the_workspace_of_a_package_follows_from_its_printed_paths(package: str, file: str, expected: str) -> None:
    assert workspace(package, file) == expected


def test_of_two_packages_the_one_in_progress_wins() -> None:
    known = places("rs/src/main.rs", "rs2/src/main.rs")
    assert known.locate("src/main.rs", "/p", finding("src/main.rs", near=("/p/rs2", "/p/rs"))) == "/p/rs2/src/main.rs"
    assert known.locate("src/main.rs", "/p", finding("src/main.rs")) is None


def test_all_files_of_a_finding_are_found() -> None:
    named = Finding("error", "oops", "x", "a.c", 1, related=(Place("b.h", 2, None, "here"), Place("c.h", 3, None, "")))
    found = places("sub/a.c", "sub/b.h").find(named, "/p")
    assert (found.file, found.is_lost) == ("/p/sub/a.c", False)
    assert [place.file for place in found.related] == ["/p/sub/b.h", "c.h"]
    event = to_event(found, build=1, step="s", process=None, cwd="/p", root="/p")
    assert (event.file, event.path) == ("/p/sub/a.c", "sub/a.c")


def test_the_path_of_a_missing_file_stays_as_printed() -> None:
    lost = places("b.c").find(finding("gone/a.c"), "/p")
    assert (lost.file, lost.is_lost) == ("gone/a.c", True)
    event = to_event(lost, build=1, step="s", process=None, cwd="/p", root="/p")
    assert (event.file, event.path) == ("gone/a.c", None)
    nowhere = Finding("error", "oops", "x")
    assert places("b.c").find(nowhere, "/p") == nowhere


def test_the_watched_files_are_listed_once_and_only_for_a_search() -> None:
    asked = []

    def watched() -> list[str]:
        asked.append(True)
        return ["sub/a.c", "sub/b.c"]

    known = PlaceFinder("/p", {"/p/there.c"}.__contains__, watched)
    known.locate("there.c", "/p", finding("there.c"))
    assert not asked
    for name in ("a.c", "b.c", "c.c"):
        known.locate(name, "/p", finding(name))
    assert asked == [True]
