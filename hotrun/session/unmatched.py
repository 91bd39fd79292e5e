"""Warns once about each pattern of a running project that matches no watched file."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from hotrun.core.changes.links import Link, unmatched_patterns
from hotrun.core.model.project import Project
from hotrun.errors import HotrunError

DescribeUnmatched = Callable[[Project, tuple[Link, ...]], list[str]]


class UnmatchedPatterns:
    """The unmatched patterns of one session. A reload repeats a warning only if the pattern matched in between."""

    def __init__(self, describe: DescribeUnmatched) -> None:
        """`describe` makes a line for each pattern, with its place in the configuration."""
        self._describe = describe
        self._reported: set[Link] = set()

    def find(self, project: Project, files: Callable[[], Iterable[str]]) -> list[str]:
        """The warnings about newly unmatched patterns. `files` returns every watched file.

        Slow with many files, so call it in a thread.
        """
        if not any(part.paths for part in project.parts.values()):
            return []
        found = unmatched_patterns(project, files())
        new = tuple(link for link in found if link not in self._reported)
        self._reported = set(found)
        try:
            return self._describe(project, new) if new else []
        except HotrunError:  # the configuration is invalid after an edit, which the reload reports
            return []
