"""The problems as of the last build result, for `hotrun errors` and exports, folded from the events.

A step that runs again has no diagnostics in the snapshot until it reports some, which must not look like success.
"""

from __future__ import annotations

from hotrun.core.model import events
from hotrun.core.state.snapshot import Snapshot


class LastResult:
    """The diagnostics of steps as of the last build that was not canceled, and those of processes as of now."""

    def __init__(self, snapshot: Snapshot) -> None:
        """`snapshot` must apply each event before this does."""
        self._snapshot = snapshot
        self._of_steps: dict[str, list[events.Diagnostic]] = {}
        self._processes: set[str] = set()  # with diagnostics
        self.build: int | None = None

    def apply(self, event: events.Event) -> bool:
        """Apply one event. Returns whether there is a build result, or the problems of a process have changed."""
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
        """Forget the problems of these. Returns whether there were any."""
        known = [part for part in parts if part in self._of_steps or part in self._processes]
        for part in known:
            self._of_steps.pop(part, None)
            self._processes.discard(part)
        return bool(known)

    def problems(self) -> list[events.Diagnostic]:
        """The problems in the order of Snapshot.problems. Before the first build result, those of the snapshot."""
        if self.build is None:
            return self._snapshot.problems()
        known = self._snapshot.diagnostics.items()
        of_processes = {part: found for part, found in known if part in self._processes}
        return Snapshot(diagnostics={**self._of_steps, **of_processes}).problems()
