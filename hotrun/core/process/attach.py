"""Attached input: keys go to the attached process, or to hotrun itself."""

from __future__ import annotations

from collections.abc import Mapping

from hotrun.core.model import events
from hotrun.core.model.project import Process
from hotrun.core.model.text import listed
from hotrun.core.process.supervisor import Supervisor
from hotrun.core.run import Effect

LEAVE = b"\x1d"  # Ctrl-], as in telnet: no program that reads or edits lines uses it


class AttachedInput:
    """Sends keys to the terminal of one attached process."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor
        self._process: str | None = None

    def attach(self, name: str | None, processes: Mapping[str, Process], out: list[Effect]) -> None:
        """Attach the keyboard to this process, or to the only one if None. Reports an error if that is not possible."""
        if name is None and len(processes) == 1:
            name = next(iter(processes))
        process = None if name is None else processes.get(name)
        if process is None:
            known = listed(list(processes)) or "none"
            problem = "select a process before you attach" if name is None else f'no process named "{name}"'
            out.append(events.Message("error", f"{problem} (available: {known})"))
        elif not process.tty:
            out.append(events.Message("error", f"cannot attach to {process.name}: it has no terminal (tty = false)"))
        else:
            self._attach(process.name, out)

    def detach(self, out: list[Effect]) -> None:
        """Detach the keyboard, so that hotrun gets the keys again."""
        self._attach(None, out)

    def typed(self, data: bytes, out: list[Effect]) -> None:
        """Send keys to the attached process.

        Ctrl-] detaches. Keys after it in the same read are dropped.
        """
        if self._process is None:
            return
        keys, leave, _ = data.partition(LEAVE)
        self._supervisor.type(self._process, keys)
        if leave:
            self.detach(out)

    def adopt(self, processes: Mapping[str, Process], out: list[Effect]) -> None:
        """Detach if a new configuration does not have the process."""
        if self._process not in processes:
            self.detach(out)

    def _attach(self, process: str | None, out: list[Effect]) -> None:
        if process != self._process:
            self._process = process
            out.append(events.InputAttached(process))
