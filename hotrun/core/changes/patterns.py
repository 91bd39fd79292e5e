"""Matches paths against gitignore patterns, for ignore files, exclude, paths and outputs.

pathspec translates the patterns, and neighbors with the same sign become one expression. Its own matching is not used:
in ignore files, "*" with "!*/" would ignore every folder, and in `paths`, "*.go" with "!vendor/" would match
vendor/x.go.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import groupby

_Match = Callable[[str], re.Match[str] | None]

# The ends of pathspec's expressions: a folder with its contents, or that or a file.
_FOLDER = "(?P<ps_d>/)"
_EITHER = f"(?:{_FOLDER}|$)"
_ANYWHERE = "^(?:.+/)?"  # the start of those without a slash before their end
_ANYTHING = ".+"


class Patterns:
    """Gitignore patterns for relative paths with forward slashes. The last pattern that matches decides."""

    def __init__(self, lines: Iterable[str]) -> None:
        """The first match translates the patterns. That takes 50 ms, and the first build does not need it."""
        self.lines = tuple(lines)
        self._within: tuple[tuple[bool, _Match], ...] | None = None
        self._itself: tuple[tuple[bool, _Match | None, _Match | None], ...] | None = None

    # --- paths and outputs: a folder stands for its contents ---------------------------------------------------------

    def matches(self, path: str) -> bool:
        """Whether the last pattern that matches the file at `path`, or a folder above it, is not a "!" pattern."""
        if self._within is None:
            runs = ((takes, _any_of(map(_or_within, texts))) for takes, texts in self._runs())
            self._within = tuple((takes, expression.match) for takes, expression in runs)
        for takes, match in self._within:
            if match(path):
                return takes
        return False

    def reason(self, path: str) -> int | None:
        """The number of the pattern that decides that they match `path`. None if they do not. Slow."""
        for number, takes, text in self._reversed():
            if _compiled(_or_within(text)).match(path):
                return number if takes else None
        return None

    # --- ignore files: the caller checks a folder before its contents ------------------------------------------------

    def verdict(self, path: str) -> bool | None:
        """Whether `path` itself is ignored, without the folders above it. None: no pattern matches.

        A folder ends in a slash.
        """
        if self._itself is None:
            self._itself = tuple((takes, *_by_name_or_path(texts)) for takes, texts in self._runs())
        name = path[path.rfind("/", 0, -1) + 1 :]
        for takes, by_name, by_path in self._itself:
            if (by_name is not None and by_name(name)) or (by_path is not None and by_path(path)):
                return takes
        return None

    def deciding(self, path: str) -> int | None:
        """The number of the pattern that decides `verdict`. Slow."""
        found = (number for number, _, text in self._reversed() if _compiled(_whole(text)).fullmatch(path))
        return next(found, None)

    def _runs(self) -> Iterator[tuple[bool, list[str]]]:
        for takes, run in groupby(self._reversed(), lambda one: one[1]):
            yield takes, [text for _, _, text in run]

    def _reversed(self) -> Iterator[tuple[int, bool, str]]:
        for number, line in reversed(list(enumerate(self.lines))):
            known = _translated(line)
            if known is not None:
                yield number, *known


@lru_cache(10_000)
def _translated(line: str) -> tuple[bool, str] | None:
    """Whether the line includes or excludes (with "!"), and its expression. None if it matches nothing."""
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    try:
        expression, takes = GitIgnoreSpecPattern.pattern_to_regex(line)
    except ValueError:
        return None  # such as "!", which git ignores, too
    if expression is None or takes is None:
        return None
    if "[" in line:
        try:
            _compiled(expression)
        except re.error:
            return None  # such as "[z-a]", which pathspec does not check
    return takes, expression


def _or_within(expression: str) -> str:
    """The expression without groups. Matched at the start of a path, it also finds contents of folders."""
    return expression.replace(_FOLDER, "/")


def _whole(expression: str) -> str:
    """An expression for the whole path, made from pathspec's, which also matches a folder above it."""
    if expression.endswith(_EITHER):
        return expression.removesuffix(_EITHER) + "/?"
    if expression.endswith(_FOLDER):
        return (expression.removesuffix(_FOLDER) or ".+") + "/"
    if expression == ".":  # "*" and "**"
        return _ANYTHING
    return (expression if expression.startswith("^") else ".*" + expression) + ".+"  # "x/**": not x itself


def _by_name_or_path(texts: list[str]) -> tuple[_Match | None, _Match | None]:
    """One matcher for the expressions that only test the last name (three times faster), and one for the others."""
    wholes = [_whole(text) for text in texts]
    names = [text.removeprefix(_ANYWHERE) for text in wholes if _asks_for_name(text)]
    paths = [text for text in wholes if not _asks_for_name(text)]
    return (_any_of(names).fullmatch if names else None), (_any_of(paths).fullmatch if paths else None)


def _asks_for_name(whole: str) -> bool:
    if whole == _ANYTHING:
        return True
    inner = whole.removeprefix(_ANYWHERE).removesuffix("/?").removesuffix("/").replace("[^/]", "")
    return whole.startswith(_ANYWHERE) and "/" not in inner


def _any_of(texts: Iterable[str]) -> re.Pattern[str]:
    return _compiled("|".join(texts))


def _compiled(text: str) -> re.Pattern[str]:
    if "[" not in text.replace("[^/]", ""):
        return re.compile(text, re.DOTALL)
    with warnings.catch_warnings():  # "[[a]" may mean something else in a later Python
        warnings.simplefilter("ignore", FutureWarning)
        return re.compile(text, re.DOTALL)
