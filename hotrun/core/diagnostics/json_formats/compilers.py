"""Read the JSON output of compilers: cargo and rustc, gcc, go build, go test and go vet."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

import msgspec

from hotrun.core.diagnostics.json_formats.report import JsonDocument, Report
from hotrun.core.diagnostics.model.places import workspace
from hotrun.core.diagnostics.model.text_lines import plain
from hotrun.core.model.events import Severity
from hotrun.core.model.finding import MAX_DETAIL, MAX_RELATED, Finding, Place

# ---------------------------------------------------------------------------------------------------- cargo and rustc
# https://doc.rust-lang.org/rustc/json.html

_FOREIGN = re.compile(r"<|/rustc/|.*/\.cargo/registry/")
_ECHO = re.compile(r"aborting due to |\d+ warnings? emitted")
_RUST_SEVERITIES: dict[str, Severity] = {"warning": "warning", "note": "note", "help": "hint"}


class _Expansion(msgspec.Struct):
    span: _Span


class _Span(msgspec.Struct):
    file_name: str
    line_start: int
    line_end: int
    column_start: int
    column_end: int
    is_primary: bool
    label: str | None = None
    suggested_replacement: str | None = None
    expansion: _Expansion | None = None

    def place(self, message: str) -> Place:
        return Place(self.file_name, self.line_start, self.column_start, message)


class _Code(msgspec.Struct):
    code: str


class _Rust(msgspec.Struct):
    message: str
    level: str
    spans: list[_Span]
    children: list[_Rust] = []
    code: _Code | None = None
    rendered: str | None = None


class _CargoMessage(msgspec.Struct):
    reason: str
    manifest_path: str = ""
    message: _Rust | None = None


_cargo = msgspec.json.Decoder(_CargoMessage | None)
_rustc = msgspec.json.Decoder(_Rust)


def read_cargo(text: str) -> Iterator[Report]:
    """A line of `cargo --message-format=json`, or of `rustc --error-format=json`."""
    if '"reason"' in text:
        message = _cargo.decode(text)
        if message is not None and message.message is not None:
            yield from _rust(message.message, posixpath.dirname(message.manifest_path))
    else:
        yield from _rust(_rustc.decode(text), "")


def _rust(entry: _Rust, package: str) -> Iterator[Finding]:
    if entry.level == "failure-note" or (not entry.spans and _ECHO.match(entry.message)):
        return
    primary = next((span for span in entry.spans if span.is_primary), None)
    span = _macro_call(primary) if primary is not None else None
    yield Finding(
        severity=_RUST_SEVERITIES.get(entry.level, "error"),
        message=entry.message.strip(),
        tool="rustc",
        file=span.file_name if span else None,
        line=span.line_start if span else None,
        column=span.column_start if span else None,
        end_line=span.line_end if span else None,
        end_column=span.column_end if span else None,
        code=entry.code.code if entry.code else None,
        detail=_rendered(entry.rendered or ""),
        related=_rust_related(entry),
        directories=(workspace(package, span.file_name),) if package and span else (),
        near=(package,) if package else (),
    )


def _macro_call(span: _Span) -> _Span:
    """The call of an external macro, for a span in the macro's code."""
    call = span
    while _FOREIGN.match(call.file_name) and call.expansion is not None:
        call = call.expansion.span
    return span if _FOREIGN.match(call.file_name) else call


def _rust_related(entry: _Rust) -> tuple[Place, ...]:
    labels = [span.place(span.label) for span in entry.spans if not span.is_primary and span.label]
    notes = [
        span.place(child.message)
        for child in entry.children
        for span in child.spans
        if span.is_primary and span.suggested_replacement is None
    ]
    return tuple(place for place in (*labels, *notes) if not _FOREIGN.match(place.file))[:MAX_RELATED]


def _rendered(text: str) -> tuple[str, ...]:
    """The rendered lines below the message and its place."""
    lines = [plain(line) for line in text.rstrip().split("\n")[1:]]
    if lines and lines[0].lstrip().startswith("--> "):
        del lines[0]
    return tuple(lines[:MAX_DETAIL])


# ---------------------------------------------------------------------------------------------------------------- gcc
# https://gcc.gnu.org/onlinedocs/gcc-14.2.0/gcc/Diagnostic-Message-Formatting-Options.html, at -fdiagnostics-format

_SAID_BEFORE = "each undeclared identifier is reported only once"


class _Point(msgspec.Struct):
    file: str
    line: int
    column: int | None = None
    display_column: int | None = msgspec.field(name="display-column", default=None)


class _GccLocation(msgspec.Struct):
    caret: _Point
    finish: _Point | None = None
    label: str | None = None


class _Gcc(msgspec.Struct):
    kind: str
    message: str
    locations: list[_GccLocation]
    column_origin: int = msgspec.field(name="column-origin", default=1)
    option: str | None = None
    children: list[_Gcc] = []

    def column(self, point: _Point | None) -> int | None:
        """The column of a point, from 1."""
        if point is None:
            return None
        column = point.column if point.column is not None else point.display_column
        return _counted(column, self.column_origin)


_gcc = msgspec.json.Decoder(list[_Gcc])
_GCC_SEVERITIES: dict[str, Severity] = {"warning": "warning", "note": "note", "remark": "info"}


def read_gcc(text: str) -> Iterator[Report]:
    """The array that `gcc -fdiagnostics-format=json` prints for each file it compiles."""
    found: list[Finding] = []
    for entry in _gcc.decode(text):
        finding = _gcc_finding(entry)
        if entry.kind == "note" and found and finding.file is not None:
            # A note without a parent belongs to the diagnostic before it.
            note = Place(finding.file, finding.line, finding.column, finding.message)
            found[-1] = msgspec.structs.replace(found[-1], related=(*found[-1].related, note)[:MAX_RELATED])
        else:
            found.append(finding)
    yield from found


def _gcc_finding(entry: _Gcc) -> Finding:
    first = entry.locations[0] if entry.locations else None
    return Finding(
        severity=_GCC_SEVERITIES.get(entry.kind, "error"),
        message=entry.message.strip(),
        tool="gnu",
        file=first.caret.file if first else None,
        line=first.caret.line if first else None,
        column=entry.column(first.caret) if first else None,
        end_line=first.finish.line if first and first.finish else None,
        end_column=_after(entry.column(first.finish)) if first else None,
        code=entry.option,
        related=tuple(_gcc_related(entry))[:MAX_RELATED],
    )


def _gcc_related(entry: _Gcc) -> Iterator[Place]:
    for location in entry.locations[1:]:
        if location.label:
            yield Place(location.caret.file, location.caret.line, entry.column(location.caret), location.label)
    for child in entry.children:
        if child.locations and not child.message.startswith(_SAID_BEFORE):
            caret = child.locations[0].caret
            yield Place(caret.file, caret.line, entry.column(caret), child.message.strip())


def _after(column: int | None) -> int | None:
    return None if column is None else column + 1


def _counted(column: int | None, base: int) -> int | None:
    """A column from 1, None if it is missing."""
    return None if column is None or column < base else column + 1 - base


# ----------------------------------------------------------------------------------------------------------------- go
# `go help buildjson`, `go doc test2json`, golang.org/x/tools/go/analysis/internal/analysisflags


class _GoEvent(msgspec.Struct):
    action: str = msgspec.field(name="Action")
    package: str = msgspec.field(name="Package", default="")
    import_path: str = msgspec.field(name="ImportPath", default="")
    test: str = msgspec.field(name="Test", default="")
    output: str = msgspec.field(name="Output", default="")


_go = msgspec.json.Decoder(_GoEvent)
_ENDS = ("fail", "pass", "skip", "build-fail")


def read_go(text: str) -> Iterator[Report]:
    """A line of `go build -json` or `go test -json`, which contains the output as text."""
    event = _go.decode(text)
    source = event.package or event.import_path
    # Builds print paths relative to go's working folder, tests relative to their package.
    near = (event.package,) if event.package else ()
    yield JsonDocument(source, event.output, near, ends=event.action in _ENDS and not event.test)


class _Vet(msgspec.Struct):
    posn: str
    message: str
    end: str = ""
    related: list[_Vet] = []


class _VetFailure(msgspec.Struct):
    error: str


_go_vet = msgspec.json.Decoder(dict[str, dict[str, list[_Vet] | _VetFailure]])
_POSITION = re.compile(r"(.+?)(?::(\d{1,9}))?(?::(\d{1,9}))?$")


def read_go_vet(text: str) -> Iterator[Report]:
    """The output of `go vet -json` for a package. It always succeeds, so its findings are warnings."""
    for package, analyzers in _go_vet.decode(text).items():
        for analyzer, found in analyzers.items():
            if isinstance(found, _VetFailure):
                yield Finding("warning", found.error, "go", code=analyzer, near=(package,))
                continue
            for entry in found:
                at = _position(entry.posn, entry.message)
                end = _position(entry.end, "") if entry.end else None
                yield Finding(
                    severity="warning",
                    message=entry.message.strip(),
                    tool="go",
                    file=at.file,
                    line=at.line,
                    column=at.column,
                    end_line=end.line if end else None,
                    end_column=end.column if end else None,
                    code=analyzer,
                    related=tuple(_position(other.posn, other.message) for other in entry.related[:MAX_RELATED]),
                    near=(package,),
                )


def _position(text: str, message: str) -> Place:
    """ "file:line:column" as a place."""
    found = _POSITION.match(text)
    if found is None:
        return Place(text, None, None, message)
    return Place(found[1], int(found[2]) if found[2] else None, int(found[3]) if found[3] else None, message)
