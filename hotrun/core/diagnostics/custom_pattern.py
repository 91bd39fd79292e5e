"""Regular expressions of the configuration, with a time limit. A pattern that exceeds it is switched off.

Python's `re` cannot be interrupted. The library `regex` can, and accepts the same patterns. Its import takes 20 ms, so
this module is only imported for configurations with such patterns.
"""

from __future__ import annotations

import functools
import re

import regex

MAX_S = 0.05  # of CPU time for one line; a good pattern takes a thousandth of that

_ESCAPED = re.compile(r"\\N\{[^}]*\}|\\.", re.DOTALL)
_COUNT = re.compile(r"\{(?:\d+(?:,\d*)?|,\d*)\}")


class CustomPattern:
    """One pattern in the syntax of `re`. `is_off`: it exceeded MAX_S once, and matches nothing since."""

    def __init__(self, text: str) -> None:
        """Raises re.error for a pattern that `re` rejects."""
        re.compile(text)
        self.text = text
        self.is_off = False
        pattern = regex.compile(as_re_reads(text))
        self._match = pattern.match
        self._search = pattern.search

    def match(self, line: str) -> re.Match[str] | None:
        """Like re.Pattern.match."""
        if self.is_off:
            return None
        try:
            return self._match(line, timeout=MAX_S)  # type: ignore[no-any-return]  # regex has no types
        except TimeoutError:
            self.is_off = True
            return None

    def search(self, line: str) -> re.Match[str] | None:
        """Like re.Pattern.search."""
        if self.is_off:
            return None
        try:
            return self._search(line, timeout=MAX_S)  # type: ignore[no-any-return]  # regex has no types
        except TimeoutError:
            self.is_off = True
            return None


@functools.cache
def custom_pattern(text: str) -> CustomPattern:
    """The only pattern with this text, so that a pattern stays switched off in all runs."""
    return CustomPattern(text)


def as_re_reads(text: str) -> str:
    """Escape a pattern of `re` for `regex`, in which braces ("{e}" allows errors) and a "[" in a set mean more."""
    out, at, in_set = "", 0, False
    while at < len(text):
        char = text[at]
        if found := _ESCAPED.match(text, at) or (None if in_set else _COUNT.match(text, at)):
            out, at = out + found[0], found.end()
            continue
        if char == "[" and not in_set:
            in_set, size = True, 1 + text.startswith("^", at + 1)
            size += text.startswith("]", at + size)  # a "]" is a member if it is the first
            out, at = out + text[at : at + size].replace("]", "\\]"), at + size
            continue
        if char == "]" and in_set:
            in_set = False
        out += "\\" + char if char == "{" or (char == "[" and in_set) else char
        at += 1
    return out
