"""The directories that a tool enters, from its own lines ("Entering directory"). Printed paths are relative to them."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence

from hotrun.core.diagnostics.text_rules.rules import DirectoryRule, compiled

_MAX_DIRECTORIES = 32
_MAX_LINES = 500


class Directories:
    """The entered directories, outermost first. One object per run, because make prints them on another stream."""

    def __init__(self, rules: Sequence[DirectoryRule]) -> None:
        self._rules = rules
        self.current: tuple[str, ...] = ()
        self.near: tuple[str, ...] = ()  # the packages that the tool works on, the latest first
        self._lines: deque[tuple[tuple[str, ...], str]] = deque(maxlen=_MAX_LINES)

    def follow(self, line: str) -> bool:
        """Read a line. Returns whether it enters or leaves a directory."""
        for rule in self._rules:
            if not any(_is_in(literal, line) for literal in rule.literals):
                continue
            if rule.near:
                if found := compiled(rule.near).match(line):
                    others = (other for other in self.near if other != found["directory"])
                    self.near = (found["directory"], *others)[:_MAX_DIRECTORIES]
            elif found := compiled(rule.enter).match(line):
                self.current = (*self.current, found["directory"])[-_MAX_DIRECTORIES:]
                return True
            elif rule.leave and compiled(rule.leave).match(line):
                self.current = self.current[:-1]
                return True
        return False

    def remember(self, line: str) -> None:
        """Remember a line of a stream that reports directories: mostly a command that runs in them."""
        self._lines.append((self.current, line))

    def of_command_for(self, file: str) -> tuple[str, ...] | None:
        """The directories in which a command last named `file`. None if there is none.

        The order of two streams is unknown. When a compiler's error arrives, make may have left the directory.
        """
        if self._lines and not file.startswith("/"):
            name = re.compile(rf"(?<![\w./-]){re.escape(file.removeprefix('./'))}(?![\w-])")
            for directories, line in reversed(self._lines):
                if name.search(line):
                    return directories
        return None


def _is_in(literal: str, line: str) -> bool:
    return line.startswith(literal[1:]) if literal.startswith("^") else literal in line
