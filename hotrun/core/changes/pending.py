"""Changes on their way to a build: the burst, what of it has settled, and what is put down to our own runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hotrun.core.changes.debounce import Debouncer
from hotrun.core.changes.rebuild_loops import RebuildLoops
from hotrun.core.model.inputs import Change


class PendingChanges:
    """What waits to be built. While `is_closed` (paused, or the session ends), changes come in and none goes out."""

    def __init__(self, quiet_ms: int | None) -> None:
        """`quiet_ms` as in Debouncer; it may be changed at any time."""
        self.burst = Debouncer(quiet_ms)
        self.loops = RebuildLoops()
        self.is_closed = False
        self.revision = 0  # another one after each change of what `paths` returns
        self._settled: dict[str, Change] = {}

    @property
    def is_empty(self) -> bool:
        """Nothing waits, not even the last change of what is held off."""
        return not (self.burst.paths() or self._settled or self.loops.late_at_ms is not None)

    def paths(self) -> set[str]:
        """All that waits, settled or not."""
        return {*self.burst.paths(), *self._settled}

    @property
    def due_ms(self) -> int | None:
        """When the burst is over; None: there is none, or nothing goes out."""
        return None if self.is_closed else self.burst.due_ms

    def deadline_ms(self, is_building: bool) -> int | None:
        """When something of it must be looked at again."""
        if self.is_closed:
            return None
        is_due = self._settled and not is_building and self.burst.due_ms is None
        pause_ms = self.loops.pause_until_ms if is_due else None
        return min((at for at in (self.due_ms, pause_ms, self.loops.late_at_ms) if at is not None), default=None)

    def held_by(self, now_ms: int) -> str | None:
        """Why changes wait that are due otherwise, in words."""
        if self._settled and self.loops.pause_until_ms is not None:
            return f"{min(self._settled)} changes each time"
        return self.burst.held_by(now_ms)

    def note(self, changes: Sequence[Change], is_building: bool, now_ms: int) -> None:
        """Take changes in, without those that no person made."""
        self.revision += 1
        self.burst.add(self.loops.sift(changes, is_building, now_ms), now_ms, may_forget=not is_building)

    def note_late(self, now_ms: int) -> None:
        """Take in what was held off and is due now."""
        late = self.loops.late(now_ms)
        self.revision += bool(late)
        self.burst.add(late, now_ms, may_forget=False)

    def collect(self, now_ms: int) -> list[str]:
        """Move what has settled out of the burst; returns its paths."""
        due = self.due_ms
        if due is None or now_ms < due:
            return []
        changes = self.burst.take()
        self._settled.update((change.path, change) for change in changes)
        return [change.path for change in changes]

    def take(self, touches: Callable[[Sequence[str]], bool], now_ms: int) -> tuple[tuple[Change, ...], list[str]]:
        """The changes that the next build is for, sorted by path, unless they have to wait; and what is held off from
        now on. `touches` tells whether paths mean anything to a step or process.
        """
        if self.is_closed or self.burst.due_ms is not None or not self._settled:
            return (), []
        causes = [path for path in self._settled if touches([path])]
        decision, looping = self.loops.decide(causes, now_ms) if causes else ("go", [])
        if decision == "pause":
            return (), []
        for path in looping:
            del self._settled[path]
        self.revision += 1
        changes = tuple(self._settled[path] for path in sorted(self._settled))
        self._settled.clear()
        return changes, looping
