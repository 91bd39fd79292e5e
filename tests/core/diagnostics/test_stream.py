"""Streams as they come: interleaved, cut, colored, with control characters, and with lines of any length."""

from __future__ import annotations

import random

import pytest

from tests.core.diagnostics.reading import GCC, TRACEBACK, brief, only, parser, read, sample

STREAMED = [
    "cargo-check",
    "clang",
    "eslint",
    "gcc",
    "go-test",
    "gxx",
    "javac-lint",
    "mypy-pretty",
    "node-stack",
    "py-chained",
    "py-group",
    "pytest-long",
    "pytest-short",
    "ruff-full",
    "rust-panic",
    "tsc-pretty",
]


@pytest.mark.parametrize("name", STREAMED)
@pytest.mark.parametrize("other", ["py-thread", "gcc-fatal", "pytest-deep"])
def test_streams_that_interleave_do_not_disturb_each_other(name: str, other: str) -> None:
    reader = parser()
    lines, others = sample(name), sample(other)
    found = []
    for at in range(max(len(lines), len(others))):
        if at < len(lines):
            found += reader.feed("stdout", lines[at])
        if at < len(others):
            found += reader.feed("stderr", others[at])
    found += reader.finish()
    apart = [*read(lines), *read(others)]
    assert {brief(finding) for finding in found} == {brief(finding) for finding in apart}
    assert {finding.detail for finding in found} == {finding.detail for finding in apart}


def test_a_finding_is_returned_with_the_line_after_its_last() -> None:
    reader = parser()
    assert reader.feed("stderr", "bad.c:3:20: warning: unused parameter [-Wunused-parameter]") == []
    assert reader.feed("stderr", "    3 | int add(int a, int b)") == []
    assert reader.feed("stderr", "      |                ~~~~^") == []
    [first] = reader.feed("stderr", "bad.c:4:1: error: oops")
    assert first.detail == ("    3 | int add(int a, int b)", "      |                ~~~~^")
    [last] = reader.finish()
    assert last.line == 4


def test_finish_returns_open_findings() -> None:
    reader = parser()
    assert [finding for line in TRACEBACK for finding in reader.feed("stderr", line)] == []
    [finding] = reader.finish()
    assert (finding.file, finding.line, finding.message) == ("/p/a.py", 7, "KeyError: 'x'")
    assert reader.finish() == []


@pytest.mark.parametrize("name", ["gcc", "go-build", "cargo-check", "py-chained", "pytest-short", "node-stack", "tsc"])
def test_truncated_output_names_no_invented_place(name: str) -> None:
    lines = sample(name)
    whole = read(lines)
    places = {(f.file, f.line) for f in whole} | {(r.file, r.line) for f in whole for r in f.related}
    text = "\n".join(lines)
    for end in range(len(lines)):
        for finding in read(lines[:end]):
            assert finding.file is not None
            assert (finding.file, finding.line) in places or f'"{finding.file}", line {finding.line}' in text


def test_colors_inside_of_a_place_do_not_matter() -> None:
    colored = (
        "\x1b[96msrc/a.ts\x1b[0m:\x1b[93m1\x1b[0m:\x1b[93m22\x1b[0m - \x1b[91merror\x1b[0m\x1b[90m TS2307: \x1b[0mno"
    )
    assert brief(only(colored)) == ("src/a.ts", 1, 22, "error", "TS2307", "no")


def test_links_and_titles_do_not_matter() -> None:
    linked = "\x1b]0;make\x07bad.c:1:2: warning: oops [\x1b]8;;https://example.com/-Wall\x07-Wall\x1b]8;;\x1b\\]"
    assert brief(only(linked)) == ("bad.c", 1, 2, "warning", "-Wall", "oops")


def test_a_progress_bar_before_an_error_does_not_hide_it() -> None:
    assert brief(only(f"   Building [==>   ] 3/4\r\x1b[K{GCC}\r")) == ("bad.c", 3, 36, "error", None, "oops")


@pytest.mark.parametrize("filler", ["x", " ", ":", "a:1:", "\x1b[", "\x1b]8;;", "\u0000", "at (", "--> ", "_ ", "/a"])
def test_a_line_of_a_megabyte_is_read_like_a_short_one(filler: str) -> None:
    reader = parser()
    megabyte = filler * (1_000_000 // len(filler))
    found = [
        finding
        for line in (megabyte, f"{GCC} {megabyte}", "", GCC, *TRACEBACK)
        for finding in reader.feed("stderr", line)
    ]
    found += reader.finish()
    assert all(len(finding.message) <= 2000 for finding in found)
    assert [f.file for f in found if f.message in ("oops", "KeyError: 'x'")][-2:] == ["bad.c", "/p/a.py"]


def test_binary_garbage_has_no_findings() -> None:
    chance = random.Random(7)
    garbage = [chance.randbytes(chance.randrange(200)).decode("utf-8", "replace") for _ in range(3000)]
    garbage += [chance.randbytes(chance.randrange(200)).decode("latin-1") for _ in range(3000)]
    lines = [line for text in garbage for line in text.split("\n")]
    assert [brief(finding) for finding in read([*lines, "", GCC])] == [("bad.c", 3, 36, "error", None, "oops")]


def test_control_characters_do_not_get_into_a_finding() -> None:
    assert only("bad.c:3:36: error: o\x07o\x00p\x9bs\x08!").message == "oops!"


def test_an_invalid_line_number_is_omitted() -> None:
    finding = only(f"bad.c:{'9' * 40}:0: error: oops")
    assert (finding.line, finding.column) == (None, None)
