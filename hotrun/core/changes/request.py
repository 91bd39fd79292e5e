"""Why the next build is due, until it starts."""

from __future__ import annotations

from hotrun.core.model.events import Trigger


class BuildRequest:
    """What is asked for; the latest reason is the one that is told."""

    def __init__(self) -> None:
        self.trigger: Trigger | None = None
        self.steps: set[str] = set()
        self.processes: set[str] = set()
        self.reloads: set[str] = set()

    def ask(
        self, trigger: Trigger, steps: set[str], processes: set[str], reloads: frozenset[str] = frozenset()
    ) -> None:
        """Build these steps, restart these processes, and tell those of what they take by themselves, too."""
        self.trigger = trigger
        self.steps |= steps
        self.processes |= processes
        self.reloads |= reloads
