"""Who gets what is typed: a process that was chosen for it, or hotrun itself."""

from __future__ import annotations

from collections.abc import Mapping

from hotrun.core.model import events
from hotrun.core.model.project import Process
from hotrun.core.model.text import listed
from hotrun.core.process.supervisor import Supervisor
from hotrun.core.run import Effect

LEAVE = b"\x1d"  # Ctrl-], as in telnet: no program that reads a line or edits one needs it


class AttachedInput:
    """The way from the keys to one process's terminal."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor
        self._process: str | None = None

    def attach(self, name: str | None, processes: Mapping[str, Process], out: list[Effect]) -> None:
        """Give the keyboard to this process; None: to the only one there is. What cannot be is told."""
        if name is None and len(processes) == 1:
            name = next(iter(processes))
        process = None if name is None else processes.get(name)
        if process is None:
            known = listed(list(processes)) or "there is none"
            what = "no process is chosen" if name is None else f"no process {name}"
            out.append(events.Message("error", f"{what} to type into: {known}"))
        elif not process.tty:
            out.append(events.Message("error", f"{process.name} has no terminal to type into: it has tty = false"))
        else:
            self._give(process.name, out)

    def detach(self, out: list[Effect]) -> None:
        """Give it back to hotrun."""
        self._give(None, out)

    def typed(self, data: bytes, out: list[Effect]) -> None:
        """Keys for the process that has the keyboard.

        Ctrl-] gives it back; what follows that in the same read is nobody's.
        """
        if self._process is None:
            return
        keys, leave, _ = data.partition(LEAVE)
        self._supervisor.type(self._process, keys)
        if leave:
            self.detach(out)

    def adopt(self, processes: Mapping[str, Process], out: list[Effect]) -> None:
        """The processes of a new configuration."""
        if self._process not in processes:
            self.detach(out)

    def _give(self, process: str | None, out: list[Effect]) -> None:
        if process != self._process:
            self._process = process
            out.append(events.InputAttached(process))
