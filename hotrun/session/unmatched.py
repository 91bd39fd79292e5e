"""Finds the patterns of a running project that match no watched file, and words each of them once."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from hotrun.core.changes.links import Link, unmatched_patterns
from hotrun.core.model.project import Project
from hotrun.errors import HotrunError

Worded = Callable[[Project, tuple[Link, ...]], list[str]]


class UnmatchedPatterns:
    """One for a session: what has been told is not told again after a reload, unless it matched meanwhile."""

    def __init__(self, worded: Worded) -> None:
        """`worded` makes a line of each pattern, with its place in the configuration."""
        self._worded = worded
        self._told: set[Link] = set()

    def find(self, project: Project, files: Callable[[], Iterable[str]]) -> list[str]:
        """What is new, worded; `files` gives every watched file. Slow with many of them: call it beside the loop."""
        if not any(part.paths for part in project.parts.values()):
            return []
        found = unmatched_patterns(project, files())
        new = tuple(link for link in found if link not in self._told)
        self._told = set(found)
        try:
            return self._worded(project, new) if new else []
        except HotrunError:  # the configuration has just been edited, and is wrong: that is told elsewhere
            return []
