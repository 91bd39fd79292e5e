"""Parse the command lines, durations and signals of other tools."""

from __future__ import annotations

import re
import shlex

from hotrun.config.tables.duration import format_duration

_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)
_GO_DURATION = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h)")
_UNIT_MS = {"ns": 1e-6, "us": 1e-3, "µs": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4, "h": 3.6e6}
# Characters with a meaning for the shell.
_SHELL = re.compile(r"[|&;<>()$`*?\[#~\n{}!]")


def split(text: str) -> list[str] | None:
    """The words of a command line. None if a quote is not closed."""
    try:
        return shlex.split(text)
    except ValueError:
        return None


def needs_shell(text: str) -> bool:
    """Whether a command line is more than a program with its arguments."""
    return _SHELL.search(text) is not None or split(text) is None


def without_variables(text: str) -> tuple[dict[str, str], str]:
    """Split off the variables before a command. A command line that needs a shell stays whole."""
    words = split(text)
    if words is None or needs_shell(text):
        return {}, text
    variables: dict[str, str] = {}
    while len(words) > 1 and (found := _ASSIGNMENT.fullmatch(words[0])) is not None:
        variables[found[1]] = found[2]
        words.pop(0)
    return variables, shlex.join(words) if variables else text


def with_arguments(command: str, arguments: list[str]) -> str:
    """A command line with further arguments, quoted."""
    return f"{command} {shlex.join(arguments)}" if arguments else command


def go_duration(text: str) -> str | None:
    """A Go duration ("1m30s", "500ms", "0") in hotrun's notation. None if it is invalid."""
    text = text.strip().removeprefix("+")
    if text == "0":
        return "0s"
    if not text or _GO_DURATION.sub("", text):
        return None
    ms = sum(float(number) * _UNIT_MS[unit] for number, unit in _GO_DURATION.findall(text))
    return duration(ms)


def duration(ms: float) -> str:
    """Milliseconds in hotrun's notation."""
    return format_duration(max(0, round(ms)))


def signal_name(text: str) -> str:
    """The full name of a signal."""
    name = text.strip().upper()
    return name if name.startswith("SIG") else "SIG" + name


def title(command: str) -> str:
    """A name for a command: its first two words without shells, folders and options."""
    found: list[str] = []
    first = next(iter(command.strip().splitlines()), "").lstrip("#")  # modd names a command by a comment
    for word in first.replace("'", " ").replace('"', " ").split():
        if not found and word in ("sh", "bash", "-c", "exec", "./", "."):
            continue
        if len(found) == 2 or re.fullmatch(r"[\w./][\w./+:@-]*", word) is None:
            break
        found.append(re.sub(r".*/", "", word))
    return "-".join(filter(None, found)) or "command"
