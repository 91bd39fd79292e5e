"""Reads dependency files: make rules, as gcc, clang and cargo write them about what they have read.

What they escape: a space as "\\ " with the backslashes before it doubled, "#" as "\\#", "$" as "$$", and a colon in a
name as "\\:" (GCC's mkdeps.cc).
"""

from __future__ import annotations

import re

_CONTINUED = re.compile(r"\\\r?\n")
_TOKEN = re.compile(
    r"(?P<space>[ \t]+)"
    r"|(?P<escaped>(?P<back>\\+)(?P<char>[ \t#:]))"
    r"|(?P<dollar>\$\$)"
    r"|(?P<colon>:+)(?=[ \t]|$)"
    r"|(?P<char_>.)",
    re.DOTALL,
)


def prerequisites(text: str) -> dict[str, None]:
    """The files that the rules of a dependency file name behind their targets, each once, as they are written."""
    found: dict[str, None] = {}
    for line in _CONTINUED.sub(" ", text).splitlines():
        if not line.startswith("#"):
            found.update(dict.fromkeys(_behind_targets(line)))
    return found


def _behind_targets(line: str) -> list[str]:
    """The words of one rule after its colon."""
    words: list[str] | None = None  # None: before the colon
    word = ""
    for token in _TOKEN.finditer(line):
        if token["space"] is not None or token["colon"] is not None:
            if words is not None and word:
                words.append(word)
            if token["colon"] is not None and words is None:
                words = []
            word = ""
        elif token["escaped"] is not None:
            backslashes = len(token["back"])
            word += "\\" * (backslashes // 2)
            if backslashes % 2 or token["char"] in "#:":
                word += token["char"]
            else:  # the name ends in backslashes
                if words is not None:
                    words.append(word)
                word = ""
        else:
            word += "$" if token["dollar"] is not None else token["char_"]
    return [*(words or ()), *([word] if words is not None and word else ())]
