"""The SARIF document: by the rules of the standard that a reader relies on, and read back by our own reader."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote_to_bytes

import jsonschema  # type: ignore[import-untyped]  # it has no types of its own
import pytest

from hotrun.core.diagnostics.json_formats.sarif import read_sarif
from hotrun.core.model import events
from hotrun.views.formats.sarif import ROOT, sarif
from tests.views.formats.places import JUMPS, NO_JUMP, at

_COUNT = {"type": "integer", "minimum": 1}
_MESSAGE = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}
# The parts of sarif-schema-2.1.0 that we write, closed: a key that is not listed is a mistake.
_PHYSICAL: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["artifactLocation"],
    "properties": {
        "artifactLocation": {
            "type": "object",
            "additionalProperties": False,
            "required": ["uri"],
            "properties": {
                "uri": {"type": "string", "pattern": r"^(file://)?([A-Za-z0-9/._~-]|%[0-9A-F]{2})+$"},
                "uriBaseId": {"const": ROOT},
            },
        },
        "region": {
            "type": "object",
            "additionalProperties": False,
            "required": ["startLine"],
            "properties": {"startLine": _COUNT, "startColumn": _COUNT, "endLine": _COUNT, "endColumn": _COUNT},
        },
    },
}
_LOCATION = {
    "type": "object",
    "additionalProperties": False,
    "required": ["physicalLocation"],
    "properties": {"id": {"type": "integer", "minimum": 0}, "physicalLocation": _PHYSICAL, "message": _MESSAGE},
}
_RESULT = {
    "type": "object",
    "additionalProperties": False,
    "required": ["message", "level"],
    "dependentRequired": {"ruleIndex": ["ruleId"]},
    "properties": {
        "level": {"enum": ["error", "warning", "note"]},
        "message": _MESSAGE,
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "locations": {"type": "array", "items": _LOCATION},
        "relatedLocations": {"type": "array", "uniqueItems": True, "items": _LOCATION},
        "occurrenceCount": _COUNT,
    },
}
_RULE = {"type": "object", "additionalProperties": False, "required": ["id"], "properties": {"id": {"type": "string"}}}
_DRIVER = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "version": {"type": "string"},
        "rules": {"type": "array", "uniqueItems": True, "items": _RULE},
    },
}
_RUN = {
    "type": "object",
    "additionalProperties": False,
    "required": ["tool", "results"],
    "properties": {
        "tool": {"type": "object", "required": ["driver"], "properties": {"driver": _DRIVER}},
        "originalUriBaseIds": {
            "type": "object",
            "additionalProperties": {"properties": {"uri": {"type": "string", "pattern": "^file:///(.*/)?$"}}},
        },
        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
        "results": {"type": "array", "items": _RESULT},
    },
}
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["version", "runs"],
    "properties": {
        "$schema": {"type": "string"},
        "version": {"const": "2.1.0"},
        "runs": {"type": "array", "minItems": 1, "items": _RUN},
    },
}

RELATED = (events.Related("b.h", "/p/b.h", 1, None, "declared here"), events.Related("", "gone.h", None, None, "by"))
EVERYTHING = [
    *(diagnostic for diagnostic, _ in JUMPS),
    *NO_JUMP,
    at("/p/a.py", code="E1", end_line=42, end_column=3, count=3, related=RELATED),
    at("/p/a.py", code="E1", severity="hint", tool=""),
    at("/elsewhere/x y.h", path="../elsewhere/x y.h", message="half a pair: \ud800", code="\ud800"),
]


def document(*diagnostics: events.Diagnostic, root: str = "/p") -> Any:
    text = sarif(diagnostics, root, "0.1.0")
    text.encode()
    return json.loads(text)


def only_result(diagnostic: events.Diagnostic) -> Any:
    ((result,),) = (run["results"] for run in document(diagnostic)["runs"])
    return result


def uri_of(diagnostic: events.Diagnostic) -> Any:
    return only_result(diagnostic)["locations"][0]["physicalLocation"]["artifactLocation"]


@pytest.mark.parametrize("shown", [[], *([one] for one in EVERYTHING), EVERYTHING])
def test_the_document_is_valid(shown: list[events.Diagnostic]) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(document(*shown))


def test_each_tool_has_its_run_and_each_code_is_a_rule_of_it() -> None:
    runs = document(
        at("/p/a.py", code="E1"), at("/p/b.py", tool="ruff", code="F401"), at("/p/a.py", code="E2"), at("/p/c.py")
    )["runs"]
    drivers = [run["tool"]["driver"] for run in runs]
    assert drivers == [
        {"name": "mypy", "rules": [{"id": "E1"}, {"id": "E2"}]},
        {"name": "ruff", "rules": [{"id": "F401"}]},
    ]
    for run in runs:
        for result in run["results"]:
            if "ruleIndex" in result:
                assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_no_problems_are_a_run_without_results() -> None:
    (run,) = document()["runs"]
    assert (run["tool"]["driver"]["name"], run["tool"]["driver"]["version"], run["results"]) == ("hotrun", "0.1.0", [])


def test_a_file_below_the_root_is_relative_to_it() -> None:
    assert uri_of(at("/p/my project/a:1%.py")) == {"uri": "my%20project/a%3A1%25.py", "uriBaseId": ROOT}
    assert document(root="/p/ü x")["runs"][0]["originalUriBaseIds"] == {ROOT: {"uri": "file:///p/%C3%BC%20x/"}}
    assert document(root="/")["runs"][0]["originalUriBaseIds"] == {ROOT: {"uri": "file:///"}}


def test_a_name_that_is_no_text_is_written_byte_for_byte() -> None:
    assert unquote_to_bytes(uri_of(at("/p/ü\udcff.py"))["uri"]) == b"\xc3\xbc\xff.py"


def test_a_file_outside_of_the_root_is_absolute() -> None:
    assert uri_of(at("/q/a.h", path="../q/a.h")) == {"uri": "file:///q/a.h"}
    assert uri_of(at("gone.h", path=None)) == {"uri": "gone.h"}


def test_our_own_reader_finds_the_same_problems_in_it() -> None:
    shown = [at("/p/a b.py", code="E1", end_line=41, end_column=12), at("/p/c.py", severity="warning", column=None)]
    found = list(read_sarif(sarif(shown, "/p", "0.1.0")))
    keys = ("severity", "file", "line", "column", "end_line", "end_column", "code", "tool", "message")
    assert [[getattr(one, key) for key in keys] for one in found] == [
        [getattr(one, key) for key in keys] for one in shown
    ]
