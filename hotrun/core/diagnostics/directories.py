"""Where a tool says it works, from its own lines ("Entering directory"): printed paths are relative to that."""

from __future__ import annotations

from collections.abc import Sequence

from hotrun.core.diagnostics.rules import DirectoryRule, compiled

_MOST_DIRECTORIES = 32


def _is_in(clue: str, line: str) -> bool:
    return line.startswith(clue[1:]) if clue.startswith("^") else clue in line


class Directories:
    """The directories entered and not left, outermost first; one for a run, because make says it on another stream."""

    def __init__(self, rules: Sequence[DirectoryRule]) -> None:
        self._rules = rules
        self.current: tuple[str, ...] = ()
        self.near: tuple[str, ...] = ()  # what it is at, the latest first

    def follow(self, line: str) -> None:
        """Take note of a line that says where the tool goes; others are let pass."""
        for rule in self._rules:
            if not any(_is_in(clue, line) for clue in rule.clues):
                continue
            if rule.near:
                if found := compiled(rule.near).match(line):
                    others = (other for other in self.near if other != found["directory"])
                    self.near = (found["directory"], *others)[:_MOST_DIRECTORIES]
            elif found := compiled(rule.enter).match(line):
                self.current = (*self.current, found["directory"])[-_MOST_DIRECTORIES:]
            elif rule.leave and compiled(rule.leave).match(line):
                self.current = self.current[:-1]
