"""Finds gitignore patterns that can match nothing, which git itself passes over in silence.
Says so without pathspec, whose import is too slow for the start."""

from __future__ import annotations

from hotrun.config.tables.values import Unfit, regex_trouble


def check_pattern(pattern: str) -> None:
    """Raise Unfit where the gitignore pattern `pattern` is malformed or can never match a path below the root."""
    if pattern.startswith("#"):
        raise Unfit('a pattern (one that starts with "#" is a comment)', "\\" + pattern)
    negation, rest = ("!", pattern[1:]) if pattern.startswith("!") else ("", pattern)
    if not rest.endswith("\\ "):
        rest = rest.rstrip()  # as git does
    if rest.strip() in ("", "/"):
        raise Unfit('a pattern such as "**/*.go"')
    segments = rest.split("/")
    if "." in segments:
        raise Unfit('a pattern without "." as a folder', negation + _without_dots(segments))
    for segment in segments:
        _check_segment(segment)


def _without_dots(segments: list[str]) -> str:
    """Say "./x" in gitignore's words: a slash in front or inside ties a pattern to the root."""
    kept = "/".join(segment for segment in segments if segment != ".")
    if kept.strip("/") == "":
        return "**"
    return kept if "/" in kept.rstrip("/") else "/" + kept


def _check_segment(segment: str) -> None:
    at = 0
    while at < len(segment):
        if segment[at] == "\\":
            if at + 1 == len(segment):
                raise Unfit("a pattern that does not end in a backslash")
            at += 2
        elif segment[at] == "[":
            at = _after_bracket(segment, at)
        elif segment[at] == "{" and "," in segment[at : _close(segment, "}", at)]:
            raise Unfit('one pattern for each alternative ("{a,b}" means nothing in gitignore patterns)')
        else:
            at += 1


def _after_bracket(segment: str, start: int) -> int:
    """Check the bracket expression at `start` and return where it ends."""
    first = start + 1
    if segment[first : first + 1] in ("!", "^"):
        first += 1
    end = segment.find("]", first + 1)  # a "]" in the first place stands for itself
    if end == -1:
        raise Unfit('a pattern with a "]" for each "[" (or "\\\\[" for the character itself)')
    members = segment[first:end].replace("\\", "\\\\").replace("[", "\\[")
    if regex_trouble(f"[{_literal_first(members)}]") is not None:
        raise Unfit('a pattern with ranges in order, such as "[a-z]"')
    return end + 1


def _literal_first(members: str) -> str:
    return "\\" + members if members[:1] in ("]", "^") else members


def _close(segment: str, mark: str, start: int) -> int:
    end = segment.find(mark, start)
    return end if end != -1 else start
