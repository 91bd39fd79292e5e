"""Where a tool says it works, from its own lines ("Entering directory"): printed paths are relative to that."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence

from hotrun.core.diagnostics.text_rules.rules import DirectoryRule, compiled

_MOST_DIRECTORIES = 32
_MOST_LINES = 500


class Directories:
    """The directories entered and not left, outermost first; one for a run, because make says it on another stream."""

    def __init__(self, rules: Sequence[DirectoryRule]) -> None:
        self._rules = rules
        self.current: tuple[str, ...] = ()
        self.near: tuple[str, ...] = ()  # what it is at, the latest first
        self._lines: deque[tuple[tuple[str, ...], str]] = deque(maxlen=_MOST_LINES)

    def follow(self, line: str) -> bool:
        """Take note of a line that says where the tool goes, others are let pass; whether it says where it works."""
        for rule in self._rules:
            if not any(_is_in(clue, line) for clue in rule.clues):
                continue
            if rule.near:
                if found := compiled(rule.near).match(line):
                    others = (other for other in self.near if other != found["directory"])
                    self.near = (found["directory"], *others)[:_MOST_DIRECTORIES]
            elif found := compiled(rule.enter).match(line):
                self.current = (*self.current, found["directory"])[-_MOST_DIRECTORIES:]
                return True
            elif rule.leave and compiled(rule.leave).match(line):
                self.current = self.current[:-1]
                return True
        return False

    def note(self, line: str) -> None:
        """Remember what a stream that tells of directories prints within them: mostly commands."""
        self._lines.append((self.current, line))

    def where_named(self, file: str) -> tuple[str, ...] | None:
        """The directories in which `file` was last named by a command; None if it was not.

        Two streams are not read in the order in which they were written. When the error of a compiler comes in, make
        may have left the directory long ago.
        """
        if self._lines and not file.startswith("/"):
            name = re.compile(rf"(?<![\w./-]){re.escape(file.removeprefix('./'))}(?![\w-])")
            for directories, line in reversed(self._lines):
                if name.search(line):
                    return directories
        return None


def _is_in(clue: str, line: str) -> bool:
    return line.startswith(clue[1:]) if clue.startswith("^") else clue in line
