"""One problem in a tool's output, with its place as the tool printed it; paths are resolved elsewhere."""

from __future__ import annotations

import msgspec

from hotrun.core.model.events import Severity, SourceExcerpt


class Place(msgspec.Struct, frozen=True):
    """A second place that belongs to a finding. `file` is as printed; `line` and `column` count from 1."""

    file: str
    line: int | None
    column: int | None
    message: str


class Finding(msgspec.Struct, frozen=True):
    """One problem. `file` is as the tool printed it (see places.resolve), None where there is no place.

    Lines and columns count from 1, and `end_column` is the one behind the last character. `directories` are those
    that the tool had said it was in, outermost first. `near` are folders or import paths of the packages that it
    was at, best first: the file is somewhere there. `is_partial`: `file` is only the end of a path.
    `is_lost`: no such file was found. `count`: how often it was reported. `source`: the lines around its place.
    """

    severity: Severity
    message: str
    tool: str
    file: str | None = None
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None
    code: str | None = None
    detail: tuple[str, ...] = ()
    related: tuple[Place, ...] = ()
    directories: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    is_partial: bool = False
    is_lost: bool = False
    count: int = 1
    source: SourceExcerpt | None = None
