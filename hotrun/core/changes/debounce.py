"""When a burst of changes is over. One changed file starts work at once; several wait until it is quiet.

An early start is right because a later change cancels what was started. It never asks for the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hotrun.core.changes.impact import PendingChange
from hotrun.core.model.inputs import ChangeKind

QUIET_MS = 30  # an editor's "save all" and a formatter leave gaps of up to 20 ms between files
CAP_MS = 500  # a stream of changes that never ends must not hold the work for ever
HOLD_MS = 10_000  # the longest wait for a version control operation: one that waits for a person must not stop the work
CAP_FACTOR = 10  # the cap for a quiet time that the user chose

_MERGED: dict[tuple[ChangeKind, ChangeKind], ChangeKind | None] = {
    ("added", "modified"): "added",
    ("added", "deleted"): None,
    ("modified", "deleted"): "deleted",
    ("deleted", "added"): "modified",
    ("deleted", "modified"): "modified",
}


class Debouncer:
    """Collects changes; `due_ms` says when they may be taken."""

    def __init__(self, quiet_ms: int | None) -> None:
        """`quiet_ms` None is auto: no wait for one path, QUIET_MS for several."""
        self.quiet_ms = quiet_ms
        self.changes: dict[str, PendingChange] = {}  # of this burst, by path
        self._first_ms = 0
        self._last_ms = 0
        self._deferred_until_ms: dict[str, int] = {}
        self._not_before_ms = 0

    def add(self, changes: Iterable[PendingChange], now_ms: int, may_forget: bool = True) -> None:
        """Remember changes; what cancels out (added, then deleted) is forgotten, if nobody can have read it."""
        for change in changes:
            if not self.changes:
                self._first_ms = now_ms
            self._last_ms = now_ms
            known = self.changes.get(change.path)
            kind = change.kind if known is None else _MERGED.get((known.kind, change.kind), change.kind)
            if kind == change.kind:
                self.changes[change.path] = change
            elif kind is not None or not may_forget:
                self.changes[change.path] = change._replace(kind=kind or "deleted")
            else:
                del self.changes[change.path]

    def defer(self, operations: Sequence[str], now_ms: int) -> None:
        """These operations rewrite many files: wait until none is left, for each not longer than HOLD_MS.

        One that is known already gets no new time: a rebase that waits for a person does not hold every save.
        """
        known = self._deferred_until_ms
        if known and not operations:
            self._not_before_ms = now_ms + QUIET_MS  # the last of what it wrote may still be on its way
        self._deferred_until_ms = {name: known.get(name, now_ms + HOLD_MS) for name in operations}

    def deferred_by(self, now_ms: int) -> str | None:
        """The version control operation that defers the pending changes, if one does."""
        if not self.changes:
            return None
        return next(iter([name for name, until_ms in self._deferred_until_ms.items() if now_ms < until_ms]), None)

    @property
    def due_ms(self) -> int | None:
        """When the burst counts as over; None while nothing waits."""
        if not self.changes:
            return None
        return max(self._quiet_at_ms, self._not_before_ms, *self._deferred_until_ms.values())

    @property
    def _quiet_at_ms(self) -> int:
        if self.quiet_ms is None:
            if len(self.changes) == 1:
                return self._first_ms
            return min(self._last_ms + QUIET_MS, self._first_ms + CAP_MS)
        return min(self._last_ms + self.quiet_ms, self._first_ms + max(CAP_MS, CAP_FACTOR * self.quiet_ms))

    def take(self) -> list[PendingChange]:
        """Remove and return all changes: the burst is over."""
        changes = list(self.changes.values())
        self.changes.clear()
        return changes
