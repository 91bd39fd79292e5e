"""Pending changes, from the report of the watcher until a build starts for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from hotrun.core.changes.debounce import Debouncer
from hotrun.core.changes.impact import Impact, PendingChange
from hotrun.core.changes.rebuild_loops import Activity, RebuildLoops


class PendingChanges:
    """Collects changes with `add`, and returns the due ones with `drain`. Leaves out suppressed files."""

    def __init__(self, quiet_ms: int | None) -> None:
        """`quiet_ms` as in Debouncer."""
        self.burst = Debouncer(quiet_ms)
        self.loops = RebuildLoops()
        self._due: dict[str, PendingChange] = {}  # their burst is over
        self._relevant: int | None = 0  # how many have an impact, None if not counted yet

    @property
    def is_empty(self) -> bool:
        """Whether nothing is pending, not even the last change of a suppressed file."""
        return not (self.burst.changes or self._due or self.loops.next_due_ms is not None)

    @property
    def has_changes(self) -> bool:
        """Whether a change is pending, due or not."""
        return bool(self.burst.changes or self._due)

    @property
    def relevant(self) -> int:
        """How many pending changes trigger a step or process."""
        if self._relevant is None:
            waiting = {**self._due, **self.burst.changes}
            self._relevant = sum([change.impact.is_any for change in waiting.values()])
        return self._relevant

    def add(self, changes: Sequence[PendingChange], activity: Activity, now_ms: int) -> None:
        """Add changes, without those of suppressed files."""
        self._relevant = None
        accepted = self.loops.accept(changes, activity, now_ms)
        self.burst.add(accepted, now_ms, may_forget=not activity.is_building)

    def add_at_once(self, changes: Iterable[PendingChange], now_ms: int) -> None:
        """Add changes that were already checked for rebuild loops."""
        self._relevant = None
        self.burst.add(changes, now_ms, may_forget=False)

    def add_due_suppressed(self, impact_of: Callable[[str], Impact], now_ms: int) -> None:
        """Add the last changes of suppressed files that have been quiet long enough."""
        due = self.loops.pop_due(now_ms)
        if due:
            self.add_at_once([PendingChange(path, "modified", impact_of(path)) for path in due], now_ms)

    def reassess(self, impact_of: Callable[[str], Impact]) -> None:
        """Compute the impact of all pending changes again, after the configuration or a listing has changed."""
        self._relevant = None
        for changes in (self.burst.changes, self._due):
            for path, change in changes.items():
                changes[path] = change._replace(impact=impact_of(path))

    def deadline_ms(self, is_building: bool) -> int | None:
        """When a change is due or must be checked again."""
        times = [self.burst.due_ms, self.loops.next_due_ms]
        if self._due and not is_building and times[0] is None:
            times.append(self.loops.pause_until_ms)
        return min([at for at in times if at is not None], default=None)

    def deferred_by(self, now_ms: int) -> str | None:
        """Why due changes have to wait, in words. None if they do not."""
        if self._due and self.loops.pause_until_ms is not None:
            return f"{min(self._due)} keeps changing"
        return self.burst.deferred_by(now_ms)

    def release(self, now_ms: int) -> list[PendingChange]:
        """Return the changes of the burst if it is over. They are due then."""
        due_ms = self.burst.due_ms
        if due_ms is None or now_ms < due_ms:
            return []
        changes = self.burst.drain()
        for change in changes:
            self._due[change.path] = change
        return changes

    def drain(self, activity: Activity, now_ms: int) -> tuple[tuple[PendingChange, ...], list[str]]:
        """Remove and return the due changes, sorted by path, and the files that are suppressed from now on.

        Returns nothing if the changes have to wait.
        """
        if not self._due or self.burst.due_ms is not None:
            return (), []
        causes = [path for path, change in self._due.items() if change.impact.is_any]
        decision, looping = self.loops.decide(causes, activity, now_ms) if causes else ("go", [])
        if decision == "pause":
            return (), []
        for path in looping:
            del self._due[path]
        self._relevant = None
        changes = tuple(sorted(self._due.values()))
        self._due.clear()
        return changes, looping
