"""A problem in a tool's output, with its place as printed. Other modules resolve paths."""

from __future__ import annotations

import msgspec

from hotrun.core.model.events import Severity, SourceExcerpt

MAX_DETAIL = 60  # lines
MAX_RELATED = 20  # places


class Place(msgspec.Struct, frozen=True):
    """A related place of a finding. `file`: as printed. `line` and `column`: from 1."""

    file: str
    line: int | None
    column: int | None
    message: str


class Finding(msgspec.Struct, frozen=True):
    """One problem. `file`: as printed (see places.resolve), None without a place.

    Lines and columns count from 1, and `end_column` is the one after the last character. `directories`: those that the
    tool had entered, outermost first. `near`: folders or import paths of the packages that it worked on, best first,
    in one of which the file is. `is_partial`: `file` is only the end of a path. `is_lost`: the file was not found.
    `count`: the number of reports. `source`: the lines around the place.
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
