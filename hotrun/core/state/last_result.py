"""Problems as of the last build result, while the next build may be running: the fold behind `errors` and exports.

A step that runs again has no diagnostics in the snapshot until it has said something; whoever asks in that moment must
not be told that all is well.
"""

from __future__ import annotations

from hotrun.core.model import events
from hotrun.core.state.snapshot import Snapshot


class LastResult:
    """The diagnostics of steps as of the last build that was not canceled, and those of processes as of now."""

    def __init__(self, snapshot: Snapshot) -> None:
        """`snapshot` is folded over the same events, each before it comes here."""
        self._snapshot = snapshot
        self._of_steps: dict[str, list[events.Diagnostic]] = {}
        self._processes: set[str] = set()  # those that have diagnostics
        self.build: int | None = None

    def apply(self, event: events.Event) -> bool:
        """Take one event; returns whether there is a build result, or the problems of a process have changed."""
        match event:
            case events.BuildFinished() if event.status != "canceled":
                known = self._snapshot.diagnostics.items()
                self._of_steps = {part: list(found) for part, found in known if found and found[0].step is not None}
                self.build = event.build
                return True
            case events.Diagnostic() if event.process is not None:
                self._processes.add(event.process)
                return True
            case events.ProcessStarting() | events.ProcessReady():
                return self._forget((event.process,))
            case events.ConfigReloaded():
                return self._forget((*event.steps, *event.processes))
            case _:
                return False

    def _forget(self, parts: tuple[str, ...]) -> bool:
        """Whether anything was known of them."""
        known = [part for part in parts if part in self._of_steps or part in self._processes]
        for part in known:
            self._of_steps.pop(part, None)
            self._processes.discard(part)
        return bool(known)

    def problems(self) -> list[events.Diagnostic]:
        """In the order of Snapshot.problems; before the first build result, what is known so far."""
        if self.build is None:
            return self._snapshot.problems()
        known = self._snapshot.diagnostics.items()
        of_processes = {part: found for part, found in known if part in self._processes}
        return Snapshot(diagnostics={**self._of_steps, **of_processes}).problems()
