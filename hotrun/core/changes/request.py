"""The request for the next build, until it starts."""

from __future__ import annotations

from hotrun.core.changes.impact import PendingChange
from hotrun.core.model.events import Reason


class BuildRequest:
    """The steps to build, the processes to restart or signal, and the latest reason."""

    def __init__(self) -> None:
        self.reason: Reason | None = None
        self.changes: tuple[PendingChange, ...] = ()
        self.steps: set[str] = set()
        self.processes: set[str] = set()
        self.reloads: set[str] = set()

    def add(self, reason: Reason, steps: set[str], processes: set[str], reloads: set[str] | None = None) -> None:
        """Add steps to build, processes to restart, and processes that get their reload signal."""
        self.reason = reason
        self.steps |= steps
        self.processes |= processes
        self.reloads |= reloads or set()
