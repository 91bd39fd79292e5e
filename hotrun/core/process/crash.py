"""The result of a failed process: an error with its place in the project's code, and the files that it named."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from hotrun.core.model import events
from hotrun.core.model.inputs import PortOwner
from hotrun.core.model.project import Process
from hotrun.core.model.text import duration, exit_code_hint

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hotrun.core.model.finding import Finding

_LINES_WITH_FILES = 200  # at the end of the output, more than the project's own part of a trace

# A path with an extension, as traces print it: quoted, in brackets, or before ":12". Java omits the folder.
_FILE = re.compile(r"""[^\s"'`()\[\]<>|,;:]*[^\s"'`()\[\]<>|,;:/.]\.[A-Za-z]\w{0,5}(?=["'`)\]:,]|\s|$)""")


class Crash:
    """Why a process is down: its errors, and the files whose change may fix it."""

    def __init__(self, errors: tuple[events.Diagnostic, ...] = (), files: frozenset[str] = frozenset()) -> None:
        """`files`: relative to the root. A name without a folder matches every file of that name."""
        self.errors = errors
        self._files = files

    def names(self, path: str) -> bool:
        """Whether this path is a file that the failure named."""
        return bool(self._files) and (path in self._files or posixpath.basename(path) in self._files)


def crash(process: Process, build: int, what: str, tail: Sequence[str], trace: Finding | None, root: str) -> Crash:
    """Why a run failed. `what`: the failure in words. `tail`: its last output, unchanged.

    The `trace` at the end of the output is the reason. Without one, it is `what` with the last lines.
    """
    from hotrun.core.diagnostics.model.failure import failure

    chosen = failure(process.name, what, tail) if trace is None else trace
    files = frozenset[str]() if trace is None else _named(trace, process.program.cwd, root)
    return Crash((_event(chosen, process, build, root),), files)


def port_errors(process: Process, build: int, owners: Iterable[PortOwner], root: str) -> tuple[events.Diagnostic, ...]:
    """The errors that name the owners of the ports that the process wanted."""
    from hotrun.core.model.finding import Finding

    findings = [Finding("error", f"port {owner.port} is in use by {_described(owner)}", "hotrun") for owner in owners]
    return tuple(_event(finding, process, build, root) for finding in findings)


def _described(owner: PortOwner) -> str:
    if owner.pid is None:
        return "a program of another user"
    user = f" of {owner.user}" if owner.user is not None else ""
    command = f": {owner.command}" if owner.command else ""
    origin = f"started by hotrun as {owner.process}" if owner.process is not None else "not started by this hotrun"
    return f"pid {owner.pid}{user}{command} ({origin})"


def exit_text(name: str, exit_code: int | None, signal: str | None, uptime_ms: int) -> str:
    """The exit of a process in words."""
    if signal is not None:
        return f"{name} was killed by {signal} after {duration(uptime_ms)}"
    hint = exit_code_hint(exit_code)
    return f"{name} exited with code {exit_code}{f' ({hint})' if hint else ''} after {duration(uptime_ms)}"


def named_in(lines: Iterable[str], cwd: str, root: str) -> frozenset[str]:
    """The files that the last lines name, relative to the root."""
    last = list(lines)[-_LINES_WITH_FILES:]
    return frozenset(_relative(name, cwd, root) for line in last for name in _FILE.findall(line))


def _named(finding: Finding, cwd: str, root: str) -> frozenset[str]:
    """The files that a trace names, relative to the root. Library files may be among them: they are not watched."""
    texts = [finding.file or "", *(place.file for place in finding.related)]
    places = frozenset(_relative(text, cwd, root) for text in texts if text)
    return places | named_in(finding.detail, cwd, root)


def _relative(file: str, cwd: str, root: str) -> str:
    if "/" not in file:
        return file
    return posixpath.relpath(posixpath.normpath(posixpath.join(cwd, file)), root)


def _event(finding: Finding, process: Process, build: int, root: str) -> events.Diagnostic:
    from hotrun.core.diagnostics.model.to_event import to_event

    return to_event(finding, build=build, step=None, process=process.name, cwd=process.program.cwd, root=root)
