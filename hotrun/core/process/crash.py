"""What a process that failed leaves behind: an error with the place in one's own code, and the files that it named."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from hotrun.core.model import events
from hotrun.core.model.inputs import PortOwner
from hotrun.core.model.project import Process
from hotrun.core.model.text import duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hotrun.core.diagnostics.model.finding import Finding

_LINES_WITH_FILES = 200  # at the end of the output: more than a trace of one's own code has

# A path with an ending, as traces print them: quoted, in brackets, or before ":12". Java's have no folder.
_FILE = re.compile(r"""[^\s"'`()\[\]<>|,;:]*[^\s"'`()\[\]<>|,;:/.]\.[A-Za-z]\w{0,5}(?=["'`)\]:,]|\s|$)""")


class Crash:
    """Why a process is down: its errors, and which files, when they change, may repair it."""

    def __init__(self, errors: tuple[events.Diagnostic, ...] = (), files: frozenset[str] = frozenset()) -> None:
        """`files`: relative to the root; a name without a folder stands for every file that is called so."""
        self.errors = errors
        self._files = files

    def names(self, path: str) -> bool:
        """Whether this path is a file that the failure named."""
        return bool(self._files) and (path in self._files or posixpath.basename(path) in self._files)


def crash(process: Process, build: int, what: str, tail: Sequence[str], trace: Finding | None, root: str) -> Crash:
    """Why a run failed. `what`: that it did, in words; `tail`: its last output, as it was written.

    The `trace` at the end of the output is the reason; without one, `what` itself with the last lines.
    """
    from hotrun.core.diagnostics.model.failure import failure

    chosen = failure(process.name, what, tail) if trace is None else trace
    files = frozenset[str]() if trace is None else _named(trace, process.program.cwd, root)
    return Crash((_event(chosen, process, build, root),), files)


def ports_held(process: Process, build: int, holders: Iterable[PortOwner], root: str) -> tuple[events.Diagnostic, ...]:
    """The errors that say who has the ports that the process wanted."""
    from hotrun.core.diagnostics.model.finding import Finding

    findings = [Finding("error", f"port {holder.port} is held by {_described(holder)}", "hotrun") for holder in holders]
    return tuple(_event(finding, process, build, root) for finding in findings)


def _described(holder: PortOwner) -> str:
    if holder.pid is None:
        return "a program of another user, which the system does not name"
    whose = f" of {holder.user}" if holder.user is not None else ""
    command = f": {holder.command}" if holder.command else ""
    ours = f"started by hotrun as {holder.process}" if holder.process is not None else "not started by this hotrun"
    return f"pid {holder.pid}{whose}{command} ({ours})"


def ending(name: str, exit_code: int | None, signal: str | None, uptime_ms: int) -> str:
    """That a process ended by itself, in words."""
    how = f"was killed by {signal}" if signal is not None else f"ended with exit code {exit_code}"
    return f"{name} {how} after {duration(uptime_ms)}"


def named_in(lines: Iterable[str], cwd: str, root: str) -> frozenset[str]:
    """The files that the last of these lines name, relative to the root."""
    last = list(lines)[-_LINES_WITH_FILES:]
    return frozenset(_relative(name, cwd, root) for line in last for name in _FILE.findall(line))


def _named(finding: Finding, cwd: str, root: str) -> frozenset[str]:
    """The files that a trace names, relative to the root; library files among them do no harm: they are not watched."""
    texts = [finding.file or "", *(place.file for place in finding.related)]
    places = frozenset(_relative(text, cwd, root) for text in texts if text)
    return places | named_in(finding.detail, cwd, root)


def _relative(file: str, cwd: str, root: str) -> str:
    if "/" not in file:
        return file
    return posixpath.relpath(posixpath.normpath(posixpath.join(cwd, file)), root)


def _event(finding: Finding, process: Process, build: int, root: str) -> events.Diagnostic:
    from hotrun.core.diagnostics.model.to_event import told

    return told(finding, build=build, step=None, process=process.name, cwd=process.program.cwd, root=root)
