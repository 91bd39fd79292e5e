"""Command lines of tools that have no file of their own: which tool it is, and who reads its flags."""

from __future__ import annotations

import re
from collections.abc import Callable

from hotrun.config.importers import (
    air,
    compile_daemon,
    entr,
    gow,
    nodemon,
    reflex,
    watchexec,
    watchmedo,
    wgo,
    words,
)
from hotrun.config.importers.imported import ImportDraft, Imported, KeySource
from hotrun.core.model.text import did_you_mean

FROM_FLAGS: dict[str, Callable[[list[str], ImportDraft], Imported]] = {
    module.TOOL: module.from_flags for module in (air, compile_daemon, gow, nodemon, reflex, watchexec, watchmedo, wgo)
}
NAMES = (*FROM_FLAGS, entr.TOOL)
_RUNNERS = (
    ["npx"],
    ["bunx"],
    ["pnpm", "exec"],
    ["yarn"],
    ["uv", "run"],
    ["poetry", "run"],
    ["python", "-m"],
    ["go", "tool"],
)


def convert(source: KeySource) -> Imported:
    """One command line, as it would be typed. Raises ConfigError for a tool that is not known."""
    line = words.split(source.text.strip().removeprefix("$ ").replace("\\\n", " "))
    if line is None:
        raise source.wrong(1, "the quotes of this command do not end", "close them")
    env, line = _variables(line)
    line, listing = _piped(line)
    line = _without_runner(line)
    name = _tool_name(line[0]) if line else ""
    draft = ImportDraft(name, source)
    if env:
        draft.put(env, "env", source="in front of the command")
    if name == entr.TOOL:
        return entr.from_flags(line[1:], draft, listing)
    read = FROM_FLAGS.get(name)
    if read is None:
        known = ", ".join(sorted(NAMES, key=str.lower))
        hint = did_you_mean(name, NAMES) or f"it knows the command lines of {known}"
        raise source.wrong(1, f'"{name}" is none of the tools whose command lines hotrun knows', hint)
    return read(line[1:], draft)


def _variables(line: list[str]) -> tuple[dict[str, str], list[str]]:
    env: dict[str, str] = {}
    while line and re.match(r"[A-Za-z_][A-Za-z0-9_]*=", line[0]):
        name, _, value = line[0].partition("=")
        env[name] = value
        line = line[1:]
    return env, line


def _piped(line: list[str]) -> tuple[list[str], list[str]]:
    """The last command of a pipe, and the first one."""
    if "|" not in line:
        return line, []
    first, last = line.index("|"), len(line) - line[::-1].index("|")
    return line[last:], line[:first]


def _without_runner(line: list[str]) -> list[str]:
    if line[:2] == ["go", "run"] and len(line) > 2:
        return line[2:]
    for runner in _RUNNERS:
        if line[: len(runner)] == runner and len(line) > len(runner):
            return line[len(runner) :]
    return line


def _tool_name(word: str) -> str:
    """The tool's name from its path, or from that of its module with a version."""
    name = word.split("@")[0].rstrip("/").rpartition("/")[2]
    lower = {known.lower(): known for known in NAMES}
    return lower.get(name.lower(), name)
