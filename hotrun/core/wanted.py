"""Why the next build is due, until it starts."""

from __future__ import annotations

from hotrun.core.events import Trigger


class Wanted:
    """What is asked for; the latest reason is the one that is told."""

    def __init__(self) -> None:
        self.trigger: Trigger | None = None
        self.steps: set[str] = set()
        self.processes: set[str] = set()

    def ask(self, trigger: Trigger, steps: set[str], processes: set[str]) -> None:
        """Build these steps and restart these processes, too."""
        self.trigger = trigger
        self.steps |= steps
        self.processes |= processes
