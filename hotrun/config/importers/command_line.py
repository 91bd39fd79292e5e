"""Convert a command line: find the tool, and let its importer read the flags."""

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
    """Convert a command line as typed in a shell. Raises ConfigError for an unknown tool."""
    line = words.split(source.text.strip().removeprefix("$ ").replace("\\\n", " "))
    if line is None:
        raise source.error(1, "unclosed quote", "close it")
    env, line = _variables(line)
    line, listing = _piped(line)
    line = _without_runner(line)
    name = _tool_name(line[0]) if line else ""
    draft = ImportDraft(name, source)
    if env:
        draft.put(env, "env", source="before the command")
    if name == entr.TOOL:
        return entr.from_flags(line[1:], draft, listing)
    read = FROM_FLAGS.get(name)
    if read is None:
        known = ", ".join(sorted(NAMES, key=str.lower))
        hint = did_you_mean(name, NAMES) or f"supported tools: {known}"
        raise source.error(1, f'cannot convert "{name}" command lines', hint)
    return read(line[1:], draft)


def _variables(line: list[str]) -> tuple[dict[str, str], list[str]]:
    env: dict[str, str] = {}
    while line and re.match(r"[A-Za-z_][A-Za-z0-9_]*=", line[0]):
        name, _, value = line[0].partition("=")
        env[name] = value
        line = line[1:]
    return env, line


def _piped(line: list[str]) -> tuple[list[str], list[str]]:
    """The last command of a pipe, and the first."""
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
    """The tool's name from a path, or from a module path with a version."""
    name = word.split("@")[0].rstrip("/").rpartition("/")[2]
    lower = {known.lower(): known for known in NAMES}
    return lower.get(name.lower(), name)
