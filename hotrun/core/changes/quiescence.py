"""Decides when the newest build is up to date: when all is quiet, and a rescan has found nothing new.

A rescan checks every file, so it finds every change made before it began. Later changes come as events or with the next
rescan. So `up_to_date` covers every change made before the rescan began.
"""

from __future__ import annotations

from typing import Literal

IDLE_RESCAN_MS = 60_000  # between two rescans when nothing happens, in case an event was lost

Stage = Literal["unproven", "requested", "proven"]


class Quiescence:
    """Requests one rescan at a time. Any input during the rescan makes its result invalid."""

    def __init__(self) -> None:
        self._stage: Stage = "unproven"
        self._is_undisturbed = True
        self._is_reported = False
        self._rescan_at_ms: int | None = None

    def disturb(self) -> None:
        """Something changed, started or ended. This cancels the proof, and the result of a rescan in progress."""
        self._is_undisturbed = self._is_reported = False
        if self._stage == "proven":
            self._stage = "unproven"

    def request_rescan(self, quiet: bool, now_ms: int) -> bool:
        """Whether to start a rescan now. `quiet`: nothing is pending and nothing is running."""
        is_due = self._rescan_at_ms is not None and now_ms >= self._rescan_at_ms
        if not quiet or self._stage == "requested" or (self._stage == "proven" and not is_due):
            return False
        self._stage, self._is_undisturbed, self._rescan_at_ms = "requested", True, None
        return True

    def rescanned(self, now_ms: int) -> bool:
        """A rescan has ended. Returns True if it proves that the build is up to date, and that is not reported yet."""
        if self._stage != "requested":
            return False
        self._stage = "proven" if self._is_undisturbed else "unproven"
        self._rescan_at_ms = now_ms + IDLE_RESCAN_MS
        is_new = self._is_undisturbed and not self._is_reported
        self._is_reported = self._is_reported or self._is_undisturbed
        return is_new

    @property
    def deadline_ms(self) -> int | None:
        """When the next rescan is due if nothing happens."""
        return self._rescan_at_ms if self._stage == "proven" else None
