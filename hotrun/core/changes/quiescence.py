"""When everything on disk is in the newest build: asked for when all is quiet, said when a walk has found nothing new.

A change before the walk begins is seen by it (it looks at every file), and one after that comes as an event or with the
next walk. So `up_to_date` covers every change that was made before the walk began.
"""

from __future__ import annotations

from typing import Literal

IDLE_WALK_MS = 60_000  # how often to look though nothing happened: an event that got lost must not be lost for good

Stage = Literal["unproven", "asked", "proven"]


class Quiescence:
    """One question at a time. Whatever happens meanwhile makes its answer worthless."""

    def __init__(self) -> None:
        self._stage: Stage = "unproven"
        self._is_fresh = True
        self._is_said = False
        self._again_at_ms: int | None = None

    def disturb(self) -> None:
        """Something changed, ran or ended: what was proven is no longer, and the answer to come does not count."""
        self._is_fresh = self._is_said = False
        if self._stage == "proven":
            self._stage = "unproven"

    def ask(self, quiet: bool, now_ms: int) -> bool:
        """Whether to ask for a walk now; `quiet`: nothing waits and nothing runs."""
        again = self._again_at_ms is not None and now_ms >= self._again_at_ms
        if not quiet or self._stage == "asked" or (self._stage == "proven" and not again):
            return False
        self._stage, self._is_fresh, self._again_at_ms = "asked", True, None
        return True

    def answer(self, now_ms: int) -> bool:
        """A walk has ended; True if it proves that all is settled, and that had not been said."""
        if self._stage != "asked":
            return False
        self._stage = "proven" if self._is_fresh else "unproven"
        self._again_at_ms = now_ms + IDLE_WALK_MS
        is_news, self._is_said = self._is_fresh and not self._is_said, self._is_said or self._is_fresh
        return is_news

    @property
    def deadline_ms(self) -> int | None:
        """When to ask again though nothing happened."""
        return self._again_at_ms if self._stage == "proven" else None
