"""What the reloaders for Go have in common: one program is built, and run when that was green."""

from __future__ import annotations

import posixpath
import shlex

from hotrun.config.importers import patterns

STEP = "compile"
PROCESS = "app"

RESTART_ONLY = "no Go: read when the program starts, which the same binary would not"
TERMINATION = "{tool} ends the program with SIGKILL; hotrun asks it with SIGTERM and waits up to 5s: `stop_timeout`"
AT_ONCE = "not needed: hotrun starts at once, and a later change cancels what it makes old; `debounce` in [watch] waits"
COLORS = "not needed: hotrun has colors of its own"
LOGS = "not needed: .hotrun/logs keeps the output of each step and process"


def binary_outputs(path: str) -> list[str]:
    """The `outputs` for a program that is built at `path`; empty where that is no plain path below the root."""
    path = posixpath.normpath(patterns.plain(path) or ".")
    return [patterns.file(path)] if path != "." and patterns.is_inside(path) else []


def restarting(paths: list[str]) -> list[str]:
    """Those of a build's patterns that are no Go sources, with the exceptions, in their order.

    A template or a page changes no binary, so that `outputs` would keep the old process."""
    wanted = [path for path in paths if not path.startswith("!") and not path.endswith((".go", "/go.mod", "/go.sum"))]
    return [path for path in paths if path in wanted or path.startswith("!")] if wanted else []


def program(path: str, arguments: list[str]) -> list[str]:
    """The command for a built program: a path of its own, never a name that is looked up in PATH."""
    path = path.strip()
    return [path if "/" in path else f"./{path}", *arguments]


def build_command(output: str, package: str, flags: list[str]) -> str:
    """`go build` as a person would type it."""
    return shlex.join(["go", "build", *flags, "-o", output, *([package] if package else [])])
