"""Diagnostics as one SARIF 2.1.0 document (OASIS, Static Analysis Results Interchange Format)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from hotrun.core.model import events
from hotrun.views.formats.parts import below, encoded

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "PROJECTROOT"  # what the URIs of files below the root are relative to
_LEVELS = {"error": "error", "warning": "warning"}  # what is neither is a note


def sarif(diagnostics: Sequence[events.Diagnostic], root: str, version: str) -> str:
    """The document, as JSON without a line end: a run for each tool, and one of hotrun's own where there is nothing.

    `root` is the project's folder, absolute; `version` hotrun's own.
    """
    by_tool: dict[str, list[events.Diagnostic]] = {}
    for diagnostic in diagnostics:
        by_tool.setdefault(diagnostic.tool or "hotrun", []).append(diagnostic)
    runs = [_run({"name": _text(tool)}, found, root) for tool, found in by_tool.items()]
    empty = _run({"name": "hotrun", "version": version}, [], root)
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": runs or [empty]}, indent=2)


def _run(driver: dict[str, Any], diagnostics: Sequence[events.Diagnostic], root: str) -> dict[str, Any]:
    codes = list(dict.fromkeys(diagnostic.code for diagnostic in diagnostics if diagnostic.code))
    numbers = {code: number for number, code in enumerate(codes)}
    return {
        "tool": {"driver": {**driver, "rules": [{"id": _text(code)} for code in codes]}},
        "originalUriBaseIds": {ROOT: {"uri": _file_uri(root.rstrip("/") + "/")}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(diagnostic, numbers, root) for diagnostic in diagnostics],
    }


def _result(diagnostic: events.Diagnostic, numbers: dict[str, int], root: str) -> dict[str, Any]:
    result: dict[str, Any] = {
        "level": _LEVELS.get(diagnostic.severity, "note"),
        "message": {"text": _text(diagnostic.message)},
    }
    if diagnostic.code:
        result |= {"ruleId": _text(diagnostic.code), "ruleIndex": numbers[diagnostic.code]}
    if diagnostic.file is not None:
        result["locations"] = [_location(diagnostic.file, diagnostic.path, _region(diagnostic), root)]
    if diagnostic.related:
        result["relatedLocations"] = [_related(place, number, root) for number, place in enumerate(diagnostic.related)]
    if diagnostic.count > 1:
        result["occurrenceCount"] = diagnostic.count
    return result


def _related(place: events.Related, number: int, root: str) -> dict[str, Any]:
    region = _numbers(startLine=place.line, startColumn=place.column) if place.line else {}
    location = _location(place.file, place.path, region, root)
    return {"id": number, **location, "message": {"text": _text(place.message)}}


def _location(file: str, path: str | None, region: dict[str, int], root: str) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": _artifact(file, path, root)}
    if region:
        place["region"] = region
    return {"physicalLocation": place}


def _artifact(file: str, path: str | None, root: str) -> dict[str, str]:
    name = below(file, root) if path is not None else None
    if name is not None:
        return {"uri": _quoted(name), "uriBaseId": ROOT}
    return {"uri": _file_uri(file) if file.startswith("/") else _quoted(file)}


def _region(diagnostic: events.Diagnostic) -> dict[str, int]:
    """A region begins with a line; the column of its end is the one behind the last character, as ours."""
    if not diagnostic.line:
        return {}
    return _numbers(
        startLine=diagnostic.line,
        startColumn=diagnostic.column,
        endLine=diagnostic.end_line,
        endColumn=diagnostic.end_column,
    )


def _numbers(**numbers: int | None) -> dict[str, int]:
    return {name: number for name, number in numbers.items() if number is not None and number > 0}


def _file_uri(path: str) -> str:
    return "file://" + _quoted(path)


def _quoted(path: str) -> str:
    """The bytes of a name, percent-encoded; a colon too, which would make the first folder a scheme."""
    return quote(encoded(path), safe="/")


def _text(text: str) -> str:
    """A text that can be written as UTF-8.

    Braces stay as they are: 3.11.5 wants them doubled, and hardly a reader or a tool knows, so people would see both.
    """
    return text.encode("utf-8", "replace").decode()
