"""JSON documents within a stream: recognized by their form, and never in the way of text."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hotrun.adapters.output import lines as output_lines
from hotrun.core.diagnostics.json_formats import documents
from hotrun.core.diagnostics.json_formats.documents import Documents, split
from hotrun.core.diagnostics.json_formats.formats import FORMATS
from hotrun.core.model.finding import Finding
from tests.core.diagnostics.expected_json import EXPECTED
from tests.core.diagnostics.reading import brief, only, read, sample

GCC = "bad.c:3:36: error: oops"
GO = '{"ImportPath":"p","Action":"build-output","Output":"./a.go:1:2: oops\\n"}'
PYRIGHT = [line for line in sample("pyright-json") if line]

FORMAT_OF = {
    "cargo-check-json": "json:cargo",
    "eslint-json": "json:eslint",
    "gcc-json": "json:gcc",
    "go-build-json": "json:go",
    "go-test-json": "json:go",
    "go-vet-json": "json:go-vet",
    "mypy-json": "json:mypy",
    "pyright-json": "json:pyright",
    "ruff-json": "json:ruff",
    "ruff-json-lines": "json:ruff",
    "ruff-sarif": "json:sarif",
}


def briefs(lines: list[str], *names: str) -> list[Any]:
    return [brief(finding) for finding in read(lines, *names)]


@pytest.mark.parametrize(("name", "format"), FORMAT_OF.items())
def test_a_format_is_selected_only_by_its_name_or_json(name: str, format: str) -> None:
    everything = briefs(sample(name))
    assert everything
    assert briefs(sample(name), format) == briefs(sample(name), "json") == everything
    others = [other.name for other in FORMATS if other.name != format]
    assert briefs(sample(name), *others) == []


def test_the_name_of_a_tool_selects_its_text_and_its_json() -> None:
    assert briefs([*sample("gcc-json"), "other.c:1:1: error: oops"], "gnu") == [
        *briefs(sample("gcc-json")),
        ("other.c", 1, 1, "error", None, "oops"),
    ]


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_the_style_of_a_document_does_not_matter(name: str) -> None:
    lines = [line for line in sample(name) if line.startswith(("{", "[", "]", "}", " ", "\t"))]
    parts, rest = split("\n".join(line for line in lines if not line.startswith("    Checking")))
    assert rest in ("", "[exit 1]")  # one of the tools does not end its last line
    wide = [line for part in parts for line in json.dumps(json.loads(part), indent=4).split("\n")]
    narrow = [json.dumps(json.loads(part), separators=(",", ":")) for part in parts]
    together = ["".join(narrow)]
    assert briefs(wide) == briefs(narrow) == briefs(together) == briefs(sample(name))


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_text_within_and_around_documents_is_read_too(name: str) -> None:
    """Two tools that write to the same stream do not interfere."""
    lines = []
    for number, line in enumerate(sample(name), start=1):
        lines += [line] if number == 1 else [f"bad.c:{number}:1: error: oops", line]
    found = briefs(["", "warning: nothing", *lines, "", GCC])
    expected = briefs(sample(name))
    assert [one for one in found if one[5] != "oops"] == expected
    assert len([one for one in found if one[5] == "oops"]) == len(sample(name))


def test_text_after_a_document_on_its_last_line_is_read() -> None:
    assert briefs([*PYRIGHT[:-1], "}" + GCC])[-1] == brief(only(GCC))
    assert briefs(["[" + json.dumps(_mypy(1)) + "]"]) == []  # mypy prints no arrays
    assert briefs([json.dumps(_mypy(1)) + GCC]) == [("a.py", 1, 1, "error", "x", "m"), brief(only(GCC))]


@pytest.mark.parametrize(
    "lines",
    [
        ["[ERROR] nothing", "[1/3] cc bad.c", "{", GCC],
        ["{", "{", "}", GCC],
        ['{"a": 1}', '{"level":"error","msg":"oops"}', GCC],
        ["[", "  1,", "  2", "]", GCC],
        ["{'a': 1}", GCC],
        ['{"unfinished', GCC],
        ['{"Action": "output"', '"Output": "x"}', GCC],
        ['{"Action": 1}', GCC],
        ['{"Action":"output","Output":"\\ud800"}', GCC],
        ["[" * 100_000, GCC],
        ['{"hint":' * 100_000, GCC],
        ['[{"caret":' + "[" * 100_000 + "]" * 100_000 + "}]", GCC],
        [*PYRIGHT[:20], *["chatter"] * (documents.MAX_OTHER_LINES + 1), GCC],
        [*PYRIGHT[:20], GCC],
        ["}", "]", GCC],
    ],
)
def test_an_unknown_document_is_text(lines: list[str]) -> None:
    assert briefs(lines) == [("bad.c", 3, 36, "error", None, "oops")]


def test_lines_that_only_looked_like_a_document_are_read_when_the_stream_ends() -> None:
    assert briefs(["[", '  "a",', "{", "  File 1"]) == []
    lines = ["{", '"x": 1,', "bad.c:1:1: error: inside", '"y": 2']
    assert briefs(lines) == [("bad.c", 1, 1, "error", None, "inside")]


def test_a_bracket_that_is_never_closed_hides_no_document_on_a_line() -> None:
    assert briefs(["{", json.dumps(_mypy(1)), GO, GCC]) == [
        ("a.py", 1, 1, "error", "x", "m"),
        ("bad.c", 3, 36, "error", None, "oops"),
        ("./a.go", 1, 2, "error", None, "oops"),
    ]


def test_a_document_of_any_length_is_assembled_from_pieces() -> None:
    assert documents.MAX_LINE == output_lines.MAX_LINE
    many = json.dumps([{"filePath": "/p/a.js", "messages": [_eslint(line) for line in range(1, 1001)]}])
    splitter = output_lines.LineSplitter()
    lines = [*splitter.feed(f"{many}\n{GCC}\n".encode()), *splitter.finish()]
    assert len(lines) > 2
    found = read(lines)
    assert [finding.line for finding in found[:-1]] == list(range(1, 1001))
    assert found[-1].message == "oops"


def test_a_document_beyond_the_limit_is_given_up() -> None:
    reader = Documents()
    assert reader.feed('{"a": [') == "part"
    line = '"' + "x" * 60_000 + '",'
    outcomes = [reader.feed(line) for _ in range(documents.MAX_CHARACTERS // len(line) + 1)]
    assert (outcomes[0], outcomes[-2], outcomes[-1]) == ("part", "part", "broken")
    assert len(reader.release()) == len(outcomes) + 1
    assert not reader.is_open
    assert reader.release() == []


def test_pieces_without_an_end_are_given_up() -> None:
    reader = Documents()
    piece = '{"' + "x" * (documents.MAX_LINE - 2)
    outcomes = [reader.feed(piece) for _ in range(documents.MAX_CHARACTERS // len(piece) + 1)]
    assert (outcomes[-2], outcomes[-1]) == ("part", "broken")


def test_pieces_of_go_s_output_are_assembled_by_package() -> None:
    def event(package: str, text: str) -> str:
        return json.dumps({"Action": "output", "Package": package, "Output": text})

    lines = [
        event("p/one", "--- FAIL: TestOne (0.00s)\n"),
        event("p/two", "--- FAIL: TestTwo (0.00s)\n"),
        event("p/one", "    a_test.go:7: fir"),
        event("p/two", "    a_test.go:8: second\n"),
        event("p/one", "st\n"),
        event("p/one", "FAIL\n"),
    ]
    found = {(f.file, f.line, f.message, f.near) for f in read(lines)}
    assert found == {("a_test.go", 7, "first", ("p/one",)), ("a_test.go", 8, "second", ("p/two",))}


def test_a_cargo_diagnostic_is_relative_to_the_workspace_of_its_manifest() -> None:
    first, second, third = read(sample("cargo-check-json"))
    assert {first.directories, second.directories, third.directories} == {("/home/dev/project/rs",)}
    member = only(_cargo([_span("crates/a/src/lib.rs", 4)], manifest_path="/w/crates/a/Cargo.toml"))
    assert member.directories == ("/w",)
    assert [(r.file, r.line, r.column, r.message) for r in second.related] == [
        ("src/main.rs", 4, 12, "expected due to this")
    ]
    # A place in the standard library does not help.
    assert first.related == ()
    assert second.detail[:2] == ("  |", '4 |     let x: i32 = "no";')


def test_the_place_of_an_external_macro_is_its_call() -> None:
    foreign = {**_span("/rustc/0/library/std/src/macros.rs", 9), "expansion": {"span": _span("src/main.rs", 4)}}
    finding = only(_cargo([foreign]))
    assert (finding.file, finding.line) == ("src/main.rs", 4)


def test_a_cargo_error_without_a_place_is_an_error() -> None:
    finding = only(_cargo([], message="linking with `cc` failed: exit status: 1"))
    assert (finding.file, finding.severity) == (None, "error")
    assert read([_cargo([], message="aborting due to 2 previous errors")]) == []


def test_a_note_of_gcc_belongs_to_its_error() -> None:
    few = next(f for f in read(sample("gcc-json")) if f.message.startswith("too few"))
    assert [(r.file, r.line, r.column, r.message) for r in few.related] == [("bad.c", 3, 5, "declared here")]


def test_columns_count_from_one_and_end_after_the_last_character() -> None:
    ends = {name: read(sample(name))[0] for name in ("mypy-json", "pyright-json", "ruff-json", "gcc-json")}
    mypy, pyright = ends["mypy-json"], ends["pyright-json"]
    assert (mypy.line, mypy.column, mypy.end_line, mypy.end_column) == (4, 12, 4, 13)
    assert (pyright.line, pyright.column, pyright.end_line, pyright.end_column) == (4, 12, 4, 13)
    assert (ends["ruff-json"].column, ends["ruff-json"].end_column) == (8, 10)
    unused = next(f for f in read(sample("gcc-json")) if f.code == "-Wint-conversion")
    assert (unused.column, unused.end_column) == (15, 17)


def test_the_further_lines_of_a_message_are_its_detail() -> None:
    [line] = read(PYRIGHT)[0].detail
    assert line.split() == '"int" is not assignable to "str"'.split()


def test_a_message_of_a_document_is_one_plain_line() -> None:
    finding = only(_cargo([], message="\x1b[31mlinking\x1b[0m failed\n  because\x07 of this"))
    assert (finding.message, finding.detail) == ("linking failed", ("  because of this",))
    assert len(only(_cargo([], message="x" * 10_000)).message) == 2000
    assert only(_cargo([], message="\x07")).message == "rustc"


SARIF: dict[str, Any] = {
    "version": "2.1.0",
    "runs": [
        {
            "tool": {
                "driver": {
                    "name": "lint",
                    "rules": [
                        {
                            "id": "R1",
                            "defaultConfiguration": {"level": "error"},
                            "messageStrings": {"default": {"text": "no {0} in {1}"}},
                        },
                        {"id": "R2"},
                    ],
                }
            },
            "originalUriBaseIds": {"TOP": {"uri": "file:///p/my%20app/"}, "SRC": {"uri": "src/", "uriBaseId": "TOP"}},
            "artifacts": [{"location": {"uri": "c.x"}}],
            "results": [],
        }
    ],
}


def sarif(**result: Any) -> list[Finding]:
    run = {**SARIF["runs"][0], "results": [result]}
    return read([json.dumps({**SARIF, "runs": [run]})])


def at(uri: str | None, base: str | None = None, index: int = -1, **region: int) -> dict[str, Any]:
    artifact = {"uri": uri, "uriBaseId": base, "index": index}
    return {"physicalLocation": {"artifactLocation": artifact, "region": region}}


@pytest.mark.parametrize(
    ("location", "file"),
    [
        (at("a.x"), "a.x"),
        (at("a%23b.x"), "a#b.x"),
        (at("file:///q/a.x"), "/q/a.x"),
        (at("file:/q/a.x"), "/q/a.x"),
        (at("file://host/q/a.x"), "/q/a.x"),
        (at("a.x", "SRC"), "/p/my app/src/a.x"),
        (at("a.x", "UNKNOWN"), "a.x"),
        (at(None, index=0), "c.x"),
        (at(None, index=7), None),
        ({"message": {"text": "only words"}}, None),
    ],
)
def test_the_file_of_a_sarif_result(location: dict[str, Any], file: str | None) -> None:
    [finding] = sarif(message={"text": "m"}, locations=[location])
    assert finding.file == file


def test_circular_bases_are_ignored() -> None:
    run = {**SARIF["runs"][0], "originalUriBaseIds": {"A": {"uriBaseId": "B"}, "B": {"uriBaseId": "A"}}}
    run["results"] = [{"message": {"text": "m"}, "locations": [at("a.x", "A")]}]
    assert only(json.dumps({"runs": [run]})).file == "a.x"


def test_level_code_and_message_of_a_sarif_result() -> None:
    [named] = sarif(ruleIndex=0, message={"id": "default", "arguments": ["tabs", "a.x"]}, locations=[at("a.x")])
    assert (named.severity, named.code, named.message) == ("error", "R1", "no tabs in a.x")
    [plain] = sarif(ruleId="R2", message={"text": "one\ntwo"})
    assert (plain.severity, plain.code, plain.message, plain.detail) == ("warning", "R2", "one", ("two",))
    [note] = sarif(ruleId="R1", level="note", message={"text": "m"})
    assert (note.severity, note.tool) == ("note", "lint")
    assert sarif(kind="pass", message={"text": "m"}) == []
    assert sarif(suppressions=[{"kind": "inSource"}], message={"text": "m"}) == []


def test_further_places_of_a_sarif_result_are_related() -> None:
    other = {**at("b.x", startLine=3, startColumn=4), "message": {"text": "declared here"}}
    [finding] = sarif(message={"text": "m"}, locations=[at("a.x", startLine=1, endColumn=5)], relatedLocations=[other])
    assert (finding.line, finding.column, finding.end_line, finding.end_column) == (1, None, 1, 5)
    assert [(r.file, r.line, r.column, r.message) for r in finding.related] == [("b.x", 3, 4, "declared here")]


def _mypy(line: int) -> dict[str, Any]:
    return {"file": "a.py", "line": line, "column": 0, "message": "m", "hint": None, "code": "x", "severity": "error"}


def _eslint(line: int) -> dict[str, Any]:
    return {"ruleId": "semi", "severity": 2, "message": "Missing semicolon. " * 10, "line": line, "column": 1}


def _span(file: str, line: int) -> dict[str, Any]:
    place = {"line_start": line, "line_end": line, "column_start": 1, "column_end": 2}
    return {"file_name": file, "is_primary": True, **place}


def _cargo(spans: list[dict[str, Any]], message: str = "m", **more: str) -> str:
    said = {"message": message, "level": "error", "spans": spans}
    return json.dumps({"reason": "compiler-message", "message": said, **more})
