"""Which paths a list of gitignore patterns names: one pattern language for ignore files, exclude, paths and outputs."""

from __future__ import annotations

from collections.abc import Callable, Iterable


class Patterns:
    """Gitignore patterns against paths relative to the root; the last matching pattern wins, "!x" takes x out again."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = tuple(lines)
        self._match: Callable[[str], bool] | None = None

    def matches(self, path: str) -> bool:
        """Whether the patterns name `path` (relative, forward slashes) or a folder above it."""
        if not self.lines:
            return False
        if self._match is None:
            # Costs 50 ms, and nothing is matched before the first build has been started.
            from pathspec import GitIgnoreSpec

            self._match = GitIgnoreSpec.from_lines(self.lines).match_file
        return self._match(path)
