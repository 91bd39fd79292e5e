"""What the reloaders for Go have in common: they build one program, and run it if the build passes."""

from __future__ import annotations

import posixpath
import shlex

from hotrun.config.importers import patterns

STEP = "compile"
PROCESS = "app"

RESTART_ONLY = "not Go: the program reads these when it starts"
TERMINATION = "{tool} stops the program with SIGKILL; hotrun sends SIGTERM and waits up to 5s: `stop_timeout`"
AT_ONCE = "not needed: hotrun starts at once, and a later change cancels outdated steps. To wait: `debounce` in [watch]"
COLORS = "not needed: hotrun has its own colors"
LOGS = "not needed: .hotrun/logs keeps the output of each step and process"


def binary_outputs(path: str) -> list[str]:
    """The `outputs` for a program at `path`. Empty if that is not a path below the root."""
    path = posixpath.normpath(patterns.plain(path) or ".")
    return [patterns.file(path)] if path != "." and patterns.is_inside(path) else []


def restarting(paths: list[str]) -> list[str]:
    """The patterns of a build that are not Go sources, with the exceptions, in their order.

    A template changes no binary, so without these patterns hotrun would keep the old process.
    """
    wanted = [path for path in paths if not path.startswith("!") and not path.endswith((".go", "/go.mod", "/go.sum"))]
    return [path for path in paths if path in wanted or path.startswith("!")] if wanted else []


def program(path: str, arguments: list[str]) -> list[str]:
    """The command for a built program, as a path, so that it is not looked up in PATH."""
    path = path.strip()
    return [path if "/" in path else f"./{path}", *arguments]


def build_command(output: str, package: str, flags: list[str]) -> str:
    """The `go build` command as a person would type it."""
    return shlex.join(["go", "build", *flags, "-o", output, *([package] if package else [])])
