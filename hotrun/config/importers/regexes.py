"""Convert regular expressions for file names to gitignore patterns.

Supports the common forms: a word anywhere, an extension at the end, alternatives. None for any other form.
"""

from __future__ import annotations

import re

from hotrun.config.importers.patterns import MAX_ALTERNATIVES

# Placeholders in the expanded texts.
_ANY, _ONE, _IN_NAME, _START, _END = "\x00", "\x01", "\x02", "\x03", "\x04"
_CLASSES = {"d": "[0-9]", "w": "[A-Za-z0-9_]"}


class _NoPattern(Exception):
    """No gitignore pattern is equivalent."""


def patterns(regex: str, rooted: bool) -> list[str] | None:
    """The patterns for the paths that `regex`, in Go's or Python's syntax, matches anywhere. None if there are none.

    `rooted`: the tool matches paths relative to the root, so "^" is the root. Otherwise it matches absolute paths.
    """
    try:
        words = _RegexReader(regex).alternatives()
        found = [pattern for word in words for pattern in _patterns(word, rooted)]
    except (_NoPattern, RecursionError):  # hundreds of nested groups
        return None
    return list(dict.fromkeys(found))


class _RegexReader:
    """Expands a regular expression into texts without alternatives."""

    def __init__(self, regex: str) -> None:
        self.rest = regex.removeprefix("(?i)") if regex.startswith("(?i)") else regex
        if self.rest != regex:
            raise _NoPattern

    def alternatives(self) -> list[str]:
        words = self._any()
        if self.rest:
            raise _NoPattern
        return words

    def _any(self) -> list[str]:
        words = self._sequence()
        while self.rest.startswith("|"):
            self.rest = self.rest[1:]
            words += self._sequence()
        return words

    def _sequence(self) -> list[str]:
        words = [""]
        while self.rest and self.rest[0] not in "|)":
            ends = self._repeated(self._one())
            words = [word + end for word in words for end in ends]
            if len(words) > MAX_ALTERNATIVES:
                raise _NoPattern
        return words

    def _repeated(self, one: list[str]) -> list[str]:
        mark, is_any = self.rest[:1], one in ([_ONE], [_IN_NAME])
        if mark not in ("*", "+", "?", "{"):
            return one
        self.rest = self.rest[1:].removeprefix("?") if mark != "{" else self.rest
        if mark == "?":
            return ["", *one]
        if not is_any or mark == "{":
            raise _NoPattern
        wide = _ANY if one == [_ONE] else _IN_NAME + "*"
        return [wide] if mark == "*" or wide == _ANY else ["?" + wide]

    def _one(self) -> list[str]:
        char, self.rest = self.rest[0], self.rest[1:]
        match char:
            case ".":
                return [_ONE]
            case "^":
                return [_START]
            case "$":
                return [_END]
            case "(":
                return self._group()
            case "[":
                return [self._class()]
            case "\\":
                return [self._escape()]
            case "*" | "+" | "?" | "{" | "}" | "]":
                raise _NoPattern
        return [char]

    def _group(self) -> list[str]:
        self.rest = self.rest.removeprefix("?:")
        if self.rest.startswith("?"):
            raise _NoPattern
        words = self._any()
        if not self.rest.startswith(")"):
            raise _NoPattern
        self.rest = self.rest[1:]
        return words

    def _class(self) -> str:
        found = re.match(r"(\^?)([^\]\\]+|\\.)\]", self.rest)
        if found is None:
            raise _NoPattern
        self.rest = self.rest[found.end() :]
        if found[0] == "^/]":
            return _IN_NAME
        if len(found[2]) == 1 or found[2].startswith("\\"):
            return self._literal(found[2][-1]) if not found[1] else f"[^{found[2]}]"
        return f"[{'!' if found[1] else ''}{found[2]}]"

    def _escape(self) -> str:
        char, self.rest = self.rest[:1], self.rest[1:]
        if char == "" or (char.isalnum() and char not in _CLASSES):
            raise _NoPattern
        return _CLASSES.get(char) or self._literal(char)

    @staticmethod
    def _literal(char: str) -> str:
        return f"\\{char}" if char in "*?[]\\" else char


def _patterns(word: str, rooted: bool) -> list[str]:
    """The patterns of one text without alternatives. A single "." means a dot, as people write it."""
    starts, ends = word.startswith(_START), word.endswith(_END)
    word = word.removeprefix(_START).removesuffix(_END)
    if _START in word or _END in word:
        raise _NoPattern
    starts, word = (False, word.lstrip(_ANY)) if word.startswith(_ANY) else (starts, word)
    ends, word = (False, word.rstrip(_ANY)) if word.endswith(_ANY) else (ends, word)
    if starts and not rooted:
        raise _NoPattern  # "^" of an absolute path
    word = word.replace(_ONE, ".").replace(_IN_NAME + "*", "*").replace(_IN_NAME, "?")
    if word == "":
        return ["**"]
    front = "/" if starts else ""
    return [_pattern(front, one, ends) for one in _with_folders(word)]


def _pattern(front: str, word: str, ends: bool) -> str:
    """The pattern of a word anywhere in a path, extended to whole names."""
    if front:
        word = front + word
    elif word.startswith("/"):
        word = "**" + word  # a whole name, at any depth
    elif "/" in word.rstrip("/"):
        word = "**/*" + word
    else:
        word = "*" + word
    if ends or word.endswith("/"):
        return re.sub(r"(?<!\*)\*\*(?=[^/*])|(?<=[^/*])\*\*(?!\*)", "*", word)
    return word if word.endswith("*") else word + "*"


def _with_folders(word: str) -> list[str]:
    """The variants of a word with ".*" in it, which may match part of a name, or folders."""
    if word.count(_ANY) > 2:
        raise _NoPattern
    if _ANY not in word:
        return [word]
    before, after = word.split(_ANY, 1)
    joined = [f"{before}**/*{after}"] if before.endswith("/") else [f"{before}*{after}", f"{before}*/**/*{after}"]
    return [pattern for one in joined for pattern in _with_folders(one)]
