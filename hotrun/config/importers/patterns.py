"""The patterns of other tools in gitignore's words: extensions, exact paths, globs with and without braces."""

from __future__ import annotations

import re
from collections.abc import Iterable

MOST_ALTERNATIVES = 32
_SPECIALS = re.compile(r"([\\*?\[\]{}])")


def literal(text: str) -> str:
    """The text with everything escaped that a pattern would take for a wildcard."""
    return _SPECIALS.sub(r"\\\1", text)


def extension(text: str) -> str:
    """The pattern of an extension, written with or without its dot; "*" is every file."""
    text = text.strip()
    return "**" if text in ("*", ".*") else f"*.{literal(text.lstrip('.'))}"


def extensions(texts: Iterable[str]) -> list[str]:
    """The patterns of extensions, each once; several may stand in one text, with commas or spaces between them."""
    words = [word for text in texts for word in re.split(r"[,\s]+", text) if word.strip(".")]
    return list(dict.fromkeys(map(extension, words)))


def plain(path: str) -> str:
    """A path without "./" in front and without a slash at its end; "" for the root itself."""
    path = re.sub(r"/+", "/", path.strip().replace("\\", "/"))
    while path.startswith("./"):
        path = path[2:]
    path = path.rstrip("/")
    return "" if path == "." else path


def is_inside(path: str) -> bool:
    """Whether a plain path lies below the root, as far as its words tell."""
    return not path.startswith(("/", "~")) and path.split("/")[0] != ".."


def folder(path: str) -> str:
    """The pattern of exactly this folder below the root, with all in it."""
    return f"/{literal(plain(path))}/"


def file(path: str) -> str:
    """The pattern of exactly this file below the root."""
    return f"/{literal(plain(path))}"


def rooted(glob: str) -> list[str]:
    """The patterns of a glob that is matched against the whole path from the root: "*.go" is no file in a folder."""
    return [_bound(one) for one in braces(_without_dot(glob)) if one.strip("/")]


def anywhere(glob: str) -> list[str]:
    """The patterns of a glob that is matched at any depth where it has no slash, as gitignore does it."""
    return [one for one in braces(_without_dot(glob)) if one.strip("/")]


def braces(glob: str) -> list[str]:
    """One glob for each of the alternatives of "{a,b}"; at most MOST_ALTERNATIVES, then the glob as it is."""
    done: list[str] = []
    todo = [glob]
    while todo and len(done) + len(todo) <= MOST_ALTERNATIVES:
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
    """gitignore ties a pattern to the root by a slash in front or inside."""
    if glob.startswith("**/") or glob == "**" or "/" in glob.rstrip("/"):
        return glob
    return "/" + glob
