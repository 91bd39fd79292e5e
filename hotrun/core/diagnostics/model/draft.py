"""A finding under construction, from the groups of matched patterns and the lines that follow."""

from __future__ import annotations

import re

from hotrun.core.diagnostics.text_rules.rules import Rule, severity_of
from hotrun.core.model.events import Severity
from hotrun.core.model.finding import MAX_DETAIL, MAX_RELATED, Finding, Place

_MAX_DIGITS = 9


def number(text: str | None, base: int = 1) -> int | None:
    """A printed line or column as a number from 1. `base`: the tool's first number. None if it is invalid."""
    if not text or len(text) > _MAX_DIGITS or not text.isdecimal():
        return None
    counted = int(text) + 1 - base
    return counted if counted > 0 else None


def file_name(text: str) -> str:
    """A printed path without the `file://` of a URL."""
    if not text.startswith("file://"):
        return text
    from urllib.parse import unquote

    return unquote(text.removeprefix("file://"))


def place(found: re.Match[str], message: str = "") -> Place:
    """The place from the groups file, line and column of a match. `message`: the default message."""
    groups = found.groupdict()
    text = groups.get("message") or message
    return Place(file_name(groups["file"]), number(groups.get("line")), number(groups.get("column")), text.strip())


class Draft:
    """Groups, detail and related places of one finding of `rule`. `directories` and `near`: see Finding."""

    __slots__ = ("detail", "directories", "groups", "near", "related", "rule", "severity")

    def __init__(self, rule: Rule, directories: tuple[str, ...] = (), near: tuple[str, ...] = ()) -> None:
        self.rule = rule
        self.directories = directories
        self.near = near
        self.groups: dict[str, str] = {}
        self.detail: list[str] = []
        self.related: list[Place] = []
        self.severity: Severity | None = None  # if the rule does not set it

    def absorb(self, found: re.Match[str]) -> None:
        """Set the matched groups. Later matches override earlier ones."""
        self.groups.update((name, text) for name, text in found.groupdict().items() if text is not None)
        if "caret" in found.re.groupindex and found["caret"] is not None:
            self.groups["column"] = str(found.start("caret") + 1)

    def complete(self, found: re.Match[str]) -> None:
        """Set the matched groups that are missing so far."""
        for name, text in found.groupdict().items():
            if text is not None:
                self.groups.setdefault(name, text)

    def add_detail(self, line: str) -> None:
        """Add a line of detail, up to a limit."""
        if len(self.detail) < MAX_DETAIL:
            self.detail.append(line)

    def add_related(self, other: Place) -> None:
        """Add a related place, without duplicates and up to a limit."""
        if len(self.related) < MAX_RELATED and other not in self.related:
            self.related.append(other)

    def finding(self) -> Finding:
        """The finding from the current data."""
        groups = self.groups
        if "other_file" in groups:
            other_line = number(groups.get("other_line"))
            self.add_related(Place(file_name(groups["other_file"]), other_line, None, groups.get("other", "")))
        base = self.rule.column_base
        end_column = number(groups.get("end_column"), base)
        if end_column is not None and self.rule.last_column:
            end_column += 1
        return Finding(
            severity=self.severity or severity_of(self.rule, groups.get("severity")),
            message=self._message(),
            tool=self.rule.family,
            file=file_name(groups["file"]) if "file" in groups else None,
            line=number(groups.get("line")),
            column=number(groups.get("column"), base),
            end_line=number(groups.get("end_line")),
            end_column=end_column,
            code=groups.get("code"),
            detail=tuple(_trimmed(self.detail)),
            related=tuple(self.related),
            directories=self.directories,
            near=(*_package(groups.get("member", "")), *self.near),
            is_partial=self.rule.paths == "search",
        )

    def _message(self) -> str:
        """The message. Without one, the first line of the detail."""
        candidates = (self.groups.get("message", ""), *self.detail, self.groups.get("code", ""), self.rule.family)
        return next(filter(None, (text.strip() for text in candidates)))


def _package(member: str) -> tuple[str, ...]:
    """The folder of the package in package.Class.method, which may begin with a module and a slash."""
    package = "/".join(member.rpartition("/")[2].split(".")[:-2])
    return (package,) if package else ()


def _trimmed(lines: list[str]) -> list[str]:
    """The lines without blank lines at both ends."""
    filled = [at for at, line in enumerate(lines) if line.strip()]
    return lines[filled[0] : filled[-1] + 1] if filled else []
