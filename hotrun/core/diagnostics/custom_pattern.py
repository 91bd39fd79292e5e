"""Regular expressions of the configuration, with a time limit: one that is too slow is switched off.

Python's `re` cannot be interrupted. The library `regex` can, and reads the same patterns. Loading it takes 20 ms, so
this module is imported only where a configuration has such a pattern.
"""

from __future__ import annotations

import functools
import re
from typing import Any

import regex

MAX_S = 0.05  # of CPU time on one line; a pattern that is fine takes a thousandth of that

_ESCAPED = re.compile(r"\\N\{[^}]*\}|\\.", re.DOTALL)
_COUNT = re.compile(r"\{(?:\d+(?:,\d*)?|,\d*)\}")


class CustomPattern:
    """One pattern, as Python's `re` reads it. `is_off`: it took longer than MAX_S once, and matches nothing now."""

    def __init__(self, text: str) -> None:
        """Raises re.error for what `re` does not read."""
        re.compile(text)
        self.text = text
        self.is_off = False
        self._pattern = regex.compile(as_re_reads(text))

    def match(self, line: str) -> re.Match[str] | None:
        """As re.Pattern.match."""
        return self._ask(self._pattern.match, line)

    def search(self, line: str) -> re.Match[str] | None:
        """As re.Pattern.search."""
        return self._ask(self._pattern.search, line)

    def _ask(self, question: Any, line: str) -> re.Match[str] | None:  # noqa: ANN401 - regex has no types
        if self.is_off:
            return None
        try:
            found: re.Match[str] | None = question(line, timeout=MAX_S)
        except TimeoutError:
            self.is_off = True
            return None
        return found


@functools.cache
def custom_pattern(text: str) -> CustomPattern:
    """The pattern of this text. There is one: what is switched off stays so for all runs, until its text changes."""
    return CustomPattern(text)


def as_re_reads(text: str) -> str:
    """A pattern of `re` for `regex`, which sees more in braces ("{e}" allows errors) and in a "[" within a set."""
    out, at, in_set = "", 0, False
    while at < len(text):
        char = text[at]
        if found := _ESCAPED.match(text, at) or (None if in_set else _COUNT.match(text, at)):
            out, at = out + found[0], found.end()
            continue
        if char == "[" and not in_set:
            in_set, size = True, 1 + text.startswith("^", at + 1)
            size += text.startswith("]", at + size)  # as the first member it is one
            out, at = out + text[at : at + size].replace("]", "\\]"), at + size
            continue
        if char == "]" and in_set:
            in_set = False
        out += "\\" + char if char == "{" or (char == "[" and in_set) else char
        at += 1
    return out
