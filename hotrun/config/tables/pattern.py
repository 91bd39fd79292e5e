"""Reject gitignore patterns that cannot match anything. git ignores such patterns silently.

This does not use pathspec, because importing it would slow down the start.
"""

from __future__ import annotations

from hotrun.config.tables.invalid_value import InvalidValue, regex_error
from hotrun.core.model.text import quote


def check_pattern(pattern: str) -> None:
    """Raise InvalidValue if the gitignore pattern `pattern` is malformed or cannot match a path below the root."""
    if pattern.startswith("#"):
        raise InvalidValue('a pattern that starts with "#" is a comment', meant="\\" + pattern)
    negation, rest = ("!", pattern[1:]) if pattern.startswith("!") else ("", pattern)
    if not rest.endswith("\\ "):
        rest = rest.rstrip()  # git does the same
    if rest.strip() in ("", "/"):
        raise InvalidValue(expected='a pattern such as "**/*.go"')
    segments = rest.split("/")
    if "." in segments:
        raise InvalidValue('"." is not supported in patterns', meant=negation + _without_dots(segments))
    for index, segment in enumerate(segments):
        brace = _check_segment(segment)
        if brace is not None:
            before, after = "/".join([*segments[:index], segment[:brace]]), "/".join(["", *segments[index + 1 :]])
            raise InvalidValue(
                f"braces are not supported, write {_alternatives(negation + before, segment[brace:], after)}"
            )


def _without_dots(segments: list[str]) -> str:
    """Return "./x" as a gitignore pattern. A slash at the front or inside ties a pattern to the root."""
    kept = "/".join(segment for segment in segments if segment != ".")
    if kept.strip("/") == "":
        return "**"
    return kept if "/" in kept.rstrip("/") else "/" + kept


def _alternatives(before: str, braces: str, after: str) -> str:
    """Return the patterns to write in place of one with `braces`, such as "{ts,tsx}" and what follows in a segment."""
    inside, _, rest = braces[1:].partition("}")
    if "{" in inside:
        return "one pattern for each alternative"
    return " and ".join(quote(before + one + rest + after) for one in inside.split(","))


def _check_segment(segment: str) -> int | None:
    """Check one segment, and return the index of the first "{" with alternatives, or None."""
    at = 0
    while at < len(segment):
        if segment[at] == "\\":
            if at + 1 == len(segment):
                raise InvalidValue("a pattern cannot end with a backslash")
            at += 2
        elif segment[at] == "[":
            at = _after_bracket(segment, at)
        elif segment[at] == "{" and "," in segment[at : max(at, segment.find("}", at))]:
            return at
        else:
            at += 1
    return None


def _after_bracket(segment: str, start: int) -> int:
    """Check the bracket expression at `start` and return the index behind it."""
    first = start + 1
    if segment[first : first + 1] in ("!", "^"):
        first += 1
    end = segment.find("]", first + 1)  # a "]" at the front is a literal character
    if end == -1:
        raise InvalidValue('unclosed "[", write "\\\\[" for the character')
    members = segment[first:end].replace("\\", "\\\\").replace("[", "\\[")
    if regex_error(f"[{_literal_first(members)}]") is not None:
        raise InvalidValue('invalid range in brackets, expected the lower end first as in "[a-z]"')
    return end + 1


def _literal_first(members: str) -> str:
    return "\\" + members if members[:1] in ("]", "^") else members
