"""Read SARIF 2.1.0, which gcc, clippy, golangci-lint, semgrep and many other tools can print.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html. The numbers in parentheses are its sections.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from hotrun.core.diagnostics.json_formats.report import Report
from hotrun.core.diagnostics.model.text_lines import plain
from hotrun.core.model.events import Severity
from hotrun.core.model.finding import MAX_DETAIL, MAX_RELATED, Finding, Place

_MAX_BASES = 10
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+:", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\{(\d{1,3})\}")
_SEVERITIES: dict[str, Severity] = {"error": "error", "warning": "warning", "note": "note", "none": "info"}


class _Struct(msgspec.Struct, rename="camel"):
    pass


class _SarifText(_Struct):
    text: str | None = None
    id: str | None = None
    arguments: list[str] = []


class _Artifact(_Struct):
    uri: str | None = None
    uri_base_id: str | None = None
    index: int = -1


class _Listed(_Struct):
    location: _Artifact | None = None


class _Region(_Struct):
    start_line: int | None = None
    start_column: int | None = None
    end_line: int | None = None
    end_column: int | None = None


class _Physical(_Struct):
    artifact_location: _Artifact | None = None
    region: _Region | None = None


class _SarifLocation(_Struct):
    physical_location: _Physical | None = None
    message: _SarifText | None = None


class _Configuration(_Struct):
    level: str = "warning"


class _Rule(_Struct):
    id: str
    default_configuration: _Configuration = msgspec.field(default_factory=_Configuration)
    message_strings: dict[str, _SarifText] = {}


class _Driver(_Struct):
    name: str
    rules: list[_Rule] = []


class _Tool(_Struct):
    driver: _Driver


class _Reference(_Struct):
    id: str | None = None
    index: int = -1


class _Result(_Struct):
    message: _SarifText
    rule_id: str | None = None
    rule_index: int = -1
    rule: _Reference | None = None
    kind: str = "fail"
    level: str | None = None
    locations: list[_SarifLocation] = []
    related_locations: list[_SarifLocation] = []
    suppressions: list[msgspec.Raw] | None = None


class _Run(_Struct):
    tool: _Tool
    results: list[_Result] | None = None
    artifacts: list[_Listed] = []
    original_uri_base_ids: dict[str, _Artifact] = {}


class _Log(_Struct):
    runs: list[_Run]


_decoder = msgspec.json.Decoder(_Log)


def read_sarif(text: str) -> Iterator[Report]:
    """The results of a SARIF log, without suppressed ones and those that are not failures."""
    for run in _decoder.decode(text).runs:
        for result in run.results or ():
            if not result.suppressions and result.kind in ("fail", "open", "review"):
                yield _finding(result, run)


def _finding(result: _Result, run: _Run) -> Finding:
    rule = _rule(result, run.tool.driver.rules)
    message, _, rest = _words(result.message, rule).partition("\n")
    code = result.rule_id or (result.rule and result.rule.id) or (rule and rule.id) or None
    level = result.level or (rule.default_configuration.level if rule else "warning")
    place, region = _place(result.locations[0], run, "") if result.locations else (None, _Region())
    related = [
        near
        for other in (*result.locations[1:], *result.related_locations)
        if (near := _place(other, run, _words(other.message, rule))[0]) is not None
    ]
    return Finding(
        severity=_SEVERITIES.get(level, "warning"),
        message=message or code or run.tool.driver.name,
        tool=run.tool.driver.name,
        file=place.file if place else None,
        line=place.line if place else None,
        column=place.column if place else None,
        end_line=_positive(region.end_line) or (_positive(region.start_line) if region.end_column else None),
        end_column=_positive(region.end_column),
        code=code,
        detail=tuple(map(plain, rest.split("\n")[:MAX_DETAIL])) if rest else (),
        related=tuple(related[:MAX_RELATED]),
    )


def _rule(result: _Result, rules: list[_Rule]) -> _Rule | None:
    """The description of the rule, by its index or its id (3.27.7, 3.52)."""
    index = result.rule.index if result.rule and result.rule.index >= 0 else result.rule_index
    if 0 <= index < len(rules):
        return rules[index]
    name = result.rule_id or (result.rule.id if result.rule else None)
    return next((rule for rule in rules if rule.id == name), None)


def _words(message: _SarifText | None, rule: _Rule | None) -> str:
    """The text of a message: its own, or that of the rule for its id (3.11.6, 3.11.7)."""
    if message is None:
        return ""
    text = message.text
    if text is None and message.id is not None and rule is not None:
        text = rule.message_strings.get(message.id, _SarifText()).text
    return _PLACEHOLDER.sub(lambda found: _argument(message.arguments, found), text or "").strip()


def _argument(arguments: list[str], found: re.Match[str]) -> str:
    number = int(found[1])
    return arguments[number] if number < len(arguments) else found[0]


def _place(location: _SarifLocation, run: _Run, message: str) -> tuple[Place | None, _Region]:
    physical = location.physical_location
    if physical is None or physical.artifact_location is None:
        return None, _Region()
    uri = _uri(physical.artifact_location, run)
    region = physical.region or _Region()
    if not uri:
        return None, region
    return Place(_path(uri), _positive(region.start_line), _positive(region.start_column), message), region


def _uri(artifact: _Artifact, run: _Run) -> str:
    """The URI of a file, resolved with its base (3.4.3 to 3.4.5, 3.14.14)."""
    if artifact.uri is None and 0 <= artifact.index < len(run.artifacts):
        artifact = run.artifacts[artifact.index].location or artifact
    uri, base = artifact.uri or "", artifact.uri_base_id
    for _ in range(_MAX_BASES):
        if base is None or _SCHEME.match(uri):
            break
        found = run.original_uri_base_ids.get(base, _Artifact())
        uri = f"{found.uri.rstrip('/')}/{uri}" if found.uri else uri
        base = found.uri_base_id
    return uri


def _path(uri: str) -> str:
    from urllib.parse import unquote

    if uri.lower().startswith("file:"):
        uri = uri[5:]
        if uri.startswith("//"):
            uri = "/" + uri[2:].partition("/")[2]
    return unquote(uri)


def _positive(number: int | None) -> int | None:
    return number if number is not None and number > 0 else None
