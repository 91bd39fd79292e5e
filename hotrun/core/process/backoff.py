"""Backoff: how long to wait before restarting a process that keeps exiting. It doubles each time, up to a limit."""

from __future__ import annotations

FIRST_MS = 250
MAX_MS = 8000
RESET_MS = 10_000  # a run of this length resets the backoff
JITTER_PART = 10  # jitter of up to a tenth, so that processes that exit together do not restart together


class Backoff:
    """The backoff of one process."""

    def __init__(self) -> None:
        self.start_at_ms: int | None = None
        self._crashes = 0

    def ended(self, run: int, uptime_ms: int, now_ms: int) -> None:
        """The run `run` has exited: set `start_at_ms`."""
        self._crashes = 1 if uptime_ms >= RESET_MS else self._crashes + 1
        pause_ms = min(FIRST_MS << min(self._crashes - 1, 10), MAX_MS)
        # Knuth's multiplicative hash of the run's id serves as a reproducible random number.
        spread = run * 2_654_435_761 % 2**32
        self.start_at_ms = now_ms + pause_ms + pause_ms * spread // (JITTER_PART * 2**32)

    def check(self, now_ms: int) -> None:
        """Clear `start_at_ms` once it has passed."""
        if self.start_at_ms is not None and now_ms >= self.start_at_ms:
            self.start_at_ms = None

    def forget(self) -> None:
        """Reset the backoff, because something has changed."""
        self._crashes = 0
        self.start_at_ms = None
