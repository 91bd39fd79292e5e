"""The parser: streams, repetitions, selection of rules, and damaged output."""

from __future__ import annotations

import random

import msgspec
import pytest

from hotrun.core.diagnostics.collected import PlacedFindings
from hotrun.core.model.finding import Finding
from tests.core.diagnostics.reading import GCC, SAMPLES, TRACEBACK, only, parser, read, sample


def test_a_problem_that_is_printed_twice_is_found_once_and_counted() -> None:
    reader = parser()
    found = []
    for stream in ("stdout", "stderr", "stdout"):
        found += reader.feed(stream, GCC)
    assert [finding.count for finding in found] == [1]
    # Its event with the final count is otherwise unchanged.
    assert reader.finish() == [msgspec.structs.replace(found[0], count=3)]
    assert reader.finish() == []


def test_a_problem_that_is_returned_at_the_end_has_its_count() -> None:
    reader = parser()
    assert reader.feed("stdout", GCC) == []
    assert reader.feed("stderr", GCC) == []
    assert [finding.count for finding in reader.finish()] == [2]


def test_a_problem_with_two_printed_paths_is_merged_once_its_file_is_found() -> None:
    reader, placed = parser(), PlacedFindings()

    def at_one_place(findings: list[Finding]) -> list[tuple[Finding, Finding]]:
        return [(finding, msgspec.structs.replace(finding, file="/p/bad.c")) for finding in findings]

    found = [reader.feed("stdout", line) for line in (GCC, f"./{GCC}", f"/p/{GCC}", GCC, "")]
    new = [finding for findings in found for finding in placed.add(at_one_place(findings))]
    assert [(finding.file, finding.count) for finding in new] == [("/p/bad.c", 1)]
    assert [(finding.file, finding.count) for finding in placed.finish(at_one_place(reader.finish()))] == [
        ("/p/bad.c", 4)
    ]


@pytest.mark.parametrize(
    ("file", "directories"),
    [("bad.c", ("/p/one",)), ("./bad.c", ("/p/one",)), ("main.c", ()), ("x/bad.c", ()), ("ad.c", ()), ("/p/bad.c", ())],
)
def test_make_may_leave_a_directory_before_the_error_from_there_arrives(
    file: str, directories: tuple[str, ...]
) -> None:
    """The two streams are read one after the other: the command reveals the compiler's directory."""
    reader = parser()
    for line in (
        "make[1]: Entering directory '/p/one'",
        "cc -c -o bad.o bad.c",
        "make[1]: Leaving directory '/p/one'",
        "cc -c -o main.o main.c",
    ):
        reader.feed("stdout", line)
    reader.feed("stderr", f"{file}:1:2: error: oops")
    [finding] = reader.finish()
    assert finding.directories == directories


def test_the_log_of_a_go_test_is_in_the_package_below_it() -> None:
    failure = ["--- FAIL: TestF (0.00s)", "    a_test.go:7: F() = 1, want 2", "FAIL"]
    lines = [*failure, "FAIL\texample.com/gp/one\t0.003s", "ok  \texample.com/gp/two\t0.003s", *failure[:2]]
    lines += ["panic: boom", "\t/p/three/a.go:3 +0x1", "FAIL\texample.com/gp/three\t0.003s"]
    found = [(f.file, f.near) for f in read([*lines, *failure])]
    # The last one is cut off before its package.
    assert found == [
        ("a_test.go", ("example.com/gp/one",)),
        ("a_test.go", ("example.com/gp/three",)),
        ("/p/three/a.go", ()),
        ("a_test.go", ()),
    ]


@pytest.mark.parametrize(
    ("lines", "near"),
    [
        (["   Compiling one v0.1.0 (/p/one)", "    Checking two v0.1.0 (/p/two)"], ("/p/two", "/p/one")),
        (["   Compiling one v0.1.0 (/p/one)"] * 2, ("/p/one",)),
        (["   Compiling serde v1.0.200"], ()),
        (["rootdir: /p, configfile: pytest.ini"], ("/p",)),
    ],
)
def test_findings_keep_the_packages_that_the_tool_works_on(lines: list[str], near: tuple[str, ...]) -> None:
    [finding] = read([*lines, GCC])
    assert finding.near == near


def test_a_frame_of_java_names_its_package() -> None:
    trace = "java.lang.IllegalStateException: no\n\tat app//demo.web.Main$Inner.lambda$run$0(Main.java:6)"
    finding = only(trace)
    assert (finding.file, finding.near, finding.is_partial) == ("Main.java", ("demo/web",), True)


def test_the_same_text_in_another_directory_is_another_problem() -> None:
    found = read(
        [
            "make[1]: Entering directory '/p/one'",
            GCC,
            "make[1]: Leaving directory '/p/one'",
            "make[1]: Entering directory '/p/two'",
            GCC,
            "make[1]: Leaving directory '/p/two'",
            GCC,
        ]
    )
    assert [finding.directories for finding in found] == [("/p/one",), ("/p/two",), ()]


def test_directories_nest_and_apply_to_the_other_stream_too() -> None:
    reader = parser()
    reader.feed("stdout", "make: Entering directory '/p'")
    reader.feed("stdout", "make[1]: Entering directory '/p/sub'")
    reader.feed("stderr", GCC)
    [finding] = reader.finish()
    assert finding.directories == ("/p", "/p/sub")


def test_ninja_reports_its_directory_once() -> None:
    [finding] = read(["ninja: Entering directory `out'", "../bad.c:1:2: error: oops"])
    assert finding.directories == ("out",)


def test_make_s_error_is_only_used_without_other_errors() -> None:
    stars = ["make[1]: *** [Makefile:2: all] Error 1", "make: *** [sub] Error 2"]
    assert [finding.message for finding in read(stars)] == ["[Makefile:2: all] Error 1"]
    assert [finding.message for finding in read([GCC, *stars])] == ["oops"]
    assert [finding.message for finding in read([*stars, GCC])] == ["oops"]


def test_make_s_error_is_used_besides_warnings() -> None:
    warning = "bad.c:3:20: warning: hm"
    found = read([warning, "make: *** [Makefile:2: all] Error 1"])
    assert [finding.severity for finding in found] == ["warning", "error"]


def test_an_error_that_make_ignores_is_not_a_finding() -> None:
    assert read(["make: [Makefile:2: clean] Error 1 (ignored)"]) == []


def test_the_first_line_of_a_block_is_available_to_other_rules() -> None:
    found = read(["error: cannot parse: syn.py:1:6", "    def f(:", "         ^"])
    assert [(finding.tool, finding.file) for finding in found] == [("black", "syn.py")]


def test_an_incomplete_block_is_not_a_finding() -> None:
    assert read(["error: something else", "and more", "and more", "and more", " --> src/main.rs:1:2"]) == []


def test_a_complete_match_ends_incomplete_blocks() -> None:
    found = read(["error: something else", GCC, " --> src/main.rs:1:2"])
    assert [finding.file for finding in found] == ["bad.c"]


def test_each_line_of_source_is_kept_once() -> None:
    finding = only("bad.zig:1:1: error: oops\none source\n^\nanother source\n  ^~~")
    assert finding.detail == ("one source", "^", "another source", "  ^~~")


def test_a_place_belongs_to_the_note_directly_above_it() -> None:
    start = ["error: oops", " --> src/main.rs:1:2"]
    for between, related in (([], ["look here"]), (["  |"], [])):
        [finding] = read([*start, "note: look here", *between, " --> src/b.rs:3:4", " --> src/c.rs:5:6"])
        assert [place.message for place in finding.related] == related


def test_findings_come_in_the_order_of_the_output() -> None:
    found = read([GCC, "/p/a.js", "  5:10  error  'undef' is not defined  no-undef", "", "b.c:1:1: error: oops"])
    assert [finding.file for finding in found] == ["bad.c", "/p/a.js", "b.c"]


def test_only_the_nearest_of_many_inclusions_are_related() -> None:
    above = [f"In file included from a{number}.h:1:" for number in range(20)]
    [finding] = read([*above, GCC])
    assert [place.file for place in finding.related] == [f"a{number}.h" for number in range(12, 20)]


def test_logs_of_passing_go_tests_are_no_findings() -> None:
    passing = ["=== RUN   TestA", "    a_test.go:7: just saying", "--- PASS: TestA (0.00s)"]
    failing = ["=== RUN   TestB", "    b_test.go:9: bad", "        more of it", "--- FAIL: TestB (0.00s)"]
    found = read([*passing, *failing, "FAIL"])
    assert [(f.file, f.line, f.code, f.message, f.detail) for f in found] == [
        ("b_test.go", 9, "TestB", "bad", ("        more of it",))
    ]


def test_an_assertion_has_the_message_below_it() -> None:
    found = read(["--- FAIL: TestA (0.00s)", "    a_test.go:7: ", "        \tError: not equal", "FAIL"])
    assert [finding.message for finding in found] == ["Error: not equal"]


def test_a_pytest_summary_is_only_used_for_tests_without_findings() -> None:
    shown = ["____ test_a ____", "test_x.py:8: in test_a", "E   assert 1 == 2", "===="]
    summary = ["FAILED test_x.py::test_a - assert 1 == 2", "FAILED test_x.py::test_b - KeyError: 'x'"]
    found = read([*shown, *summary])
    assert [(f.code, f.line, f.message) for f in found] == [
        ("test_a", 8, "assert 1 == 2"),
        ("test_b", None, "KeyError: 'x'"),
    ]


def test_a_summary_without_the_name_of_the_exception_is_the_same_problem() -> None:
    shown = [*TRACEBACK[:3], "AssertionError: assert 1 == 2"]
    assert [f.line for f in read([*shown, "FAILED test_x.py::test_a - assert 1 == 2"])] == [7]


def test_the_output_of_a_test_is_not_a_finding() -> None:
    shown = ["____ test_a ____", "test_x.py:8: in test_a", "E   assert 1 == 2"]
    captured = ["----------- Captured stderr call -----------", GCC, *TRACEBACK, "===="]
    assert [finding.code for finding in read([*shown, *captured])] == ["test_a"]


@pytest.mark.parametrize(
    "line",
    [
        "10:45:12: error: a log line with the time",
        "2026-11-22T10:45:12: error: and the date",
        "127.0.0.1:8000: error: an address",
        "http://localhost:8000: error: a URL",
        "error: without a place",
        "warning: without a place",
        "0 errors, 0 warnings",
        "Error: no stack follows",
        "all 3 tests passed: no error, no warning",
        "panic: is a word",
        "FAILED",
        "bash: line 1: foo: command not found",
    ],
)
def test_a_line_that_only_resembles_a_problem_is_not_a_finding(line: str) -> None:
    assert read([line, "the next line", ""]) == []


def test_prose_and_clean_builds_have_no_findings() -> None:
    prose = [
        "The error of the traveler was to take the first road: it led, after 12 miles, to a warning sign.",
        "Note: see the file README.md (line 3), or https://example.com/a.html:80 for more.",
        "  1. Build it.  2. Run it.  --> then look at the result",
        "[ 45%] Building C object src/CMakeFiles/foo.dir/foo.c.o",
        "2026-11-22 10:11:12,123 INFO app.views: request finished in 12ms status=200",
        "ok  \texample.com/gp/sub\t0.010s",
        "cc -O2 -Wall -Werror -c src/main.c -o build/main.o",
        "/home/dev/project/src/app.js",
        "test tests::t_ok ... ok",
        "Found 0 errors. Watching for file changes.",
        "============================== 12 passed in 0.04s ==============================",
    ]
    assert read([*prose, *sample("make-green"), *sample("vite-build")]) == []


def test_names_restrict_the_rules() -> None:
    lines = [GCC, *TRACEBACK]
    assert [finding.tool for finding in read(lines)] == ["gnu", "python"]
    assert [finding.tool for finding in read(lines, "gnu")] == ["gnu"]
    assert [finding.tool for finding in read(lines, "python", "gnu")] == ["gnu", "python"]
    assert [finding.tool for finding in read(lines, "runtime")] == ["python"]
    assert read(lines, "none") == []


def test_auto_selects_rules_by_program_and_all_for_an_unknown_one() -> None:
    lines = [GCC, *TRACEBACK]
    assert [finding.tool for finding in read(lines, program="/usr/bin/x86_64-linux-gnu-gcc-12")] == ["gnu"]
    assert [finding.tool for finding in read(lines, program="tsc")] == []
    assert [finding.tool for finding in read(lines, program="./build.sh")] == ["gnu", "python"]
    assert [finding.tool for finding in read(lines, "python", program="gcc")] == ["python"]


def test_annotations_for_github_are_read_from_every_program() -> None:
    line = "::error file=a.py,line=3,col=1,title=F401::`os` imported but unused"
    assert [(found.file, found.line, found.code) for found in read([line], program="ruff")] == [("a.py", 3, "F401")]


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown parser 'nope'"):
        parser("gnu", "nope")


def test_damaged_output_never_raises() -> None:
    """Real output with characters, lines and halves of lines removed, doubled or moved."""
    chance = random.Random(11)
    names = sorted(path.stem for path in SAMPLES.glob("*.txt"))
    for _ in range(150):
        lines = [line for name in chance.sample(names, 3) for line in sample(name)]
        for _ in range(chance.randrange(1, 30)):
            at = chance.randrange(len(lines))
            cut = chance.randrange(len(lines[at]) + 1)
            other = lines[chance.randrange(len(lines))]
            lines[at] = chance.choice(
                (
                    lines[at][:cut],
                    lines[at][cut:],
                    lines[at][:cut] + other,
                    "",
                    lines[at][:cut] + chance.choice('{}[]":,\\x1b\\0'),
                )
            )
        reader = parser()
        found = [finding for line in lines for finding in reader.feed(chance.choice(("stdout", "stderr")), line)]
        for finding in found + reader.finish():
            assert finding.message
            assert finding.line is None or finding.line > 0
            assert finding.column is None or finding.column > 0
            assert "\x1b" not in finding.message
