"""Convert the patterns of other tools to gitignore patterns: extensions, exact paths, globs with or without braces."""

from __future__ import annotations

import re
from collections.abc import Iterable

MAX_ALTERNATIVES = 32
_SPECIALS = re.compile(r"([\\*?\[\]{}])")


def literal(text: str) -> str:
    """The text with wildcards escaped."""
    return _SPECIALS.sub(r"\\\1", text)


def extension(text: str) -> str:
    """The pattern of an extension, with or without its dot. "*" matches every file."""
    text = text.strip()
    return "**" if text in ("*", ".*") else f"*.{literal(text.lstrip('.'))}"


def extensions(texts: Iterable[str]) -> list[str]:
    """The patterns of extensions, without duplicates. Commas or spaces separate several in one text."""
    words = [word for text in texts for word in re.split(r"[,\s]+", text) if word.strip(".")]
    return list(dict.fromkeys(map(extension, words)))


def plain(path: str) -> str:
    """A path without "./" at the start and slashes at the end. "" for the root itself."""
    path = re.sub(r"/+", "/", path.strip().replace("\\", "/"))
    while path.startswith("./"):
        path = path[2:]
    path = path.rstrip("/")
    return "" if path == "." else path


def is_inside(path: str) -> bool:
    """Whether a plain path is below the root, judged by its text."""
    return not path.startswith(("/", "~")) and path.split("/")[0] != ".."


def folder(path: str) -> str:
    """The pattern of exactly this folder below the root, with its contents."""
    return f"/{literal(plain(path))}/"


def file(path: str) -> str:
    """The pattern of exactly this file below the root."""
    return f"/{literal(plain(path))}"


def rooted(glob: str) -> list[str]:
    """The patterns of a glob for the whole path from the root: "*.go" matches no file in a subfolder."""
    return [_bound(one) for one in braces(_without_dot(glob)) if one.strip("/")]


def anywhere(glob: str) -> list[str]:
    """The patterns of a glob that matches at any depth if it has no slash, as in gitignore."""
    return [one for one in braces(_without_dot(glob)) if one.strip("/")]


def each_anywhere(globs: Iterable[str]) -> list[str]:
    """The patterns of several such globs."""
    return [pattern for glob in globs for pattern in anywhere(glob)]


def braces(glob: str) -> list[str]:
    """One glob for each alternative of "{a,b}". The unchanged glob if there are more than MAX_ALTERNATIVES."""
    done: list[str] = []
    todo = [glob]
    while todo and len(done) + len(todo) <= MAX_ALTERNATIVES:
        one = todo.pop(0)
        found = re.search(r"\{([^{}]*)\}", one)
        if found is None:
            done.append(one)
            continue
        todo += [one[: found.start()] + word + one[found.end() :] for word in found[1].split(",")]
    return done if not todo else [glob]


def _without_dot(glob: str) -> str:
    glob = glob.strip()
    while glob.startswith("./"):
        glob = "/" + glob[2:]
    return re.sub(r"/+", "/", glob)


def _bound(glob: str) -> str:
    """The glob with a slash at the start or inside, which anchors a gitignore pattern to the root."""
    if glob.startswith("**/") or glob == "**" or "/" in glob.rstrip("/"):
        return glob
    return "/" + glob
