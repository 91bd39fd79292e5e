"""How long to wait before a process that keeps ending is started again: twice as long each time, up to a limit."""

from __future__ import annotations

FIRST_MS = 250
MOST_MS = 8000
RESET_MS = 10_000  # a run this long counts as healthy
JITTER_PART = 10  # up to a tenth more, so that processes that fall together do not rise together


class Backoff:
    """The pauses of one process."""

    def __init__(self) -> None:
        self.start_at_ms: int | None = None
        self._crashes = 0

    def ended(self, run: int, uptime_ms: int, now_ms: int) -> None:
        """Its run `run` has ended by itself: set `start_at_ms`."""
        self._crashes = 1 if uptime_ms >= RESET_MS else self._crashes + 1
        pause_ms = min(FIRST_MS << min(self._crashes - 1, 10), MOST_MS)
        # Knuth's multiplicative hash of the run's number is as good as a random number here, and can be repeated.
        spread = run * 2_654_435_761 % 2**32
        self.start_at_ms = now_ms + pause_ms + pause_ms * spread // (JITTER_PART * 2**32)

    def check(self, now_ms: int) -> None:
        """Let a pause that is over be over."""
        if self.start_at_ms is not None and now_ms >= self.start_at_ms:
            self.start_at_ms = None

    def forget(self) -> None:
        """Something changed: no pause is due, and the next one is a short one again."""
        self._crashes = 0
        self.start_at_ms = None
