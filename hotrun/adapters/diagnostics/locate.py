"""Finds the files that the findings of one run name, and reads the lines there. May wait for a disk."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

import msgspec

if TYPE_CHECKING:
    from hotrun.core.diagnostics.model.places import PlaceFinder
    from hotrun.core.model.events import SourceExcerpt
    from hotrun.core.model.finding import Finding

Around = Callable[[str, int, bool], "SourceExcerpt | None"]


class ProjectFiles(NamedTuple):
    """The files on the disk; see core.diagnostics.model.places.PlaceFinder."""

    root: str
    exists: Callable[[str], bool]
    watched: Callable[[], Iterable[str]]


class Locator:
    """The positions of one run. Does nothing until there is a finding; use it in one thread."""

    def __init__(self, cwd: str, files: ProjectFiles, around: Around | None = None) -> None:
        """`cwd`: where the run works.

        `around` returns the lines around a position (file, line, and whether it is for an error), if they are what the
        run has seen.
        """
        self._cwd = cwd
        self._files = files
        self._around = around
        self._places: PlaceFinder | None = None

    def locate(self, finding: Finding) -> Finding:
        """Return the finding with absolute paths of existing files, and the source around its own position."""
        if self._places is None:
            from hotrun.core.diagnostics.model.places import PlaceFinder

            self._places = PlaceFinder(*self._files)
        finding = self._places.find(finding, self._cwd)
        if self._around is None or finding.file is None or finding.line is None or finding.is_lost:
            return finding
        source = self._around(finding.file, finding.line, finding.severity == "error")
        if source is None:
            return finding
        from hotrun.core.diagnostics.model.columns import in_characters

        line = source.lines[finding.line - source.line]
        return in_characters(msgspec.structs.replace(finding, source=source), line)
