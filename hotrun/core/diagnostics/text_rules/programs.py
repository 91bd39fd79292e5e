"""Find the program that a command runs, from its text. It selects the rules for its output."""

from __future__ import annotations

import re
from collections.abc import Sequence

_SHELLS = frozenset({"sh", "bash", "zsh", "dash", "ksh", "fish"})
_WRAPPERS = frozenset({"env", "exec", "command", "time", "nice", "nohup", "sudo", "npx", "bunx", "ccache", "sccache"})
_RUNNERS = frozenset(
    {("poetry", "run"), ("uv", "run"), ("pnpm", "exec"), ("npm", "exec"), ("yarn", "run"), ("pipenv", "run")}
)
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_SEVERAL = re.compile(r"[;&|\n`]|\$\(")
_VERSION = re.compile(r"-?\d[\d.]*$")


def program_name(program: str) -> str:
    """The name of a program without folder and version ("/usr/bin/gcc-12" -> "gcc", "python3.11" -> "python")."""
    name = program.rpartition("/")[2]
    return _VERSION.sub("", name) or name


def program_of(argv: Sequence[str]) -> str:
    """The name of the main program of `argv`, "" if there are several or it is unknown.

    Looks through `sh -c`, environment assignments, wrappers such as `env` or `uv run`, and `python -m`.
    """
    words = list(argv)
    if len(words) >= 3 and program_name(words[0]) in _SHELLS and words[1] == "-c":
        words = _words(words[2])
    while words:
        name = program_name(words[0])
        if _ASSIGNMENT.match(words[0]) or name in _WRAPPERS:
            words = words[1:]
        elif tuple(words[:2]) in _RUNNERS or (name == "python" and words[1:2] == ["-m"] and len(words) > 2):
            words = words[2:]
        else:
            # An option here belongs to a wrapper, and may have an argument, so the program is unknown.
            return "" if words[0].startswith("-") else name
    return ""


def _words(command: str) -> list[str]:
    """The words of a shell command if it runs a single program, otherwise none."""
    import shlex

    if _SEVERAL.search(command):
        return []
    try:
        return shlex.split(command)
    except ValueError:
        return []
