"""Decides when a burst of changes is over. A single change is due at once, several wait for a quiet time.

An early start does no harm, because a later change cancels the build.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hotrun.core.changes.impact import PendingChange
from hotrun.core.model.events import ChangeKind

QUIET_MS = 30  # an editor's "save all" and a formatter leave gaps of up to 20 ms between files
MAX_BURST_MS = 500  # an endless stream of changes must not delay the build forever
MAX_DEFER_MS = 10_000  # for one version control operation, which may wait for the user
MAX_BURST_FACTOR = 10  # times the quiet time that the user chose

_MERGED: dict[tuple[ChangeKind, ChangeKind], ChangeKind | None] = {
    ("added", "modified"): "added",
    ("added", "deleted"): None,
    ("modified", "deleted"): "deleted",
    ("deleted", "added"): "modified",
    ("deleted", "modified"): "modified",
}


class Debouncer:
    """Collects the changes of a burst. `due_ms` is the end of the burst."""

    def __init__(self, quiet_ms: int | None) -> None:
        """`quiet_ms` None is auto: no wait for one path, and QUIET_MS for several."""
        self.quiet_ms = quiet_ms
        self.changes: dict[str, PendingChange] = {}  # of this burst, by path
        self._first_ms = 0
        self._last_ms = 0
        self._deferred_until_ms: dict[str, int] = {}
        self._not_before_ms = 0

    def add(self, changes: Iterable[PendingChange], now_ms: int, may_forget: bool = True) -> None:
        """Add changes. `may_forget`: drop a file that was added and then deleted, because no step can have read it."""
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
        """Wait for these version control operations, because they rewrite many files. () when all have ended.

        Waits up to MAX_DEFER_MS for each. A known operation gets no more time, so that a rebase that waits for the
        user does not delay every save.
        """
        known = self._deferred_until_ms
        if known and not operations:
            self._not_before_ms = now_ms + QUIET_MS  # its last changes may not have been reported yet
        self._deferred_until_ms = {name: known.get(name, now_ms + MAX_DEFER_MS) for name in operations}

    def deferred_by(self, now_ms: int) -> str | None:
        """The version control operation that defers the pending changes, if there is one."""
        if not self.changes:
            return None
        return next(iter([name for name, until_ms in self._deferred_until_ms.items() if now_ms < until_ms]), None)

    @property
    def due_ms(self) -> int | None:
        """When the burst is over. None if there are no changes."""
        if not self.changes:
            return None
        return max(self._quiet_at_ms, self._not_before_ms, *self._deferred_until_ms.values())

    @property
    def _quiet_at_ms(self) -> int:
        if self.quiet_ms is None:
            if len(self.changes) == 1:
                return self._first_ms
            return min(self._last_ms + QUIET_MS, self._first_ms + MAX_BURST_MS)
        return min(self._last_ms + self.quiet_ms, self._first_ms + max(MAX_BURST_MS, MAX_BURST_FACTOR * self.quiet_ms))

    def drain(self) -> list[PendingChange]:
        """Remove and return all changes, which ends the burst."""
        changes = list(self.changes.values())
        self.changes.clear()
        return changes
