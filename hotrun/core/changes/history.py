"""What was decided about each path lately, for `why`: a few entries for each of the paths that changed last."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

import msgspec

MOST_PATHS = 1000
MOST_DECISIONS = 8


class ChangeDecision(msgspec.Struct, frozen=True):
    """One change of a path and what came of it. `build`: the one that it caused, if any."""

    at_ms: int
    text: str
    build: int | None = None


class ChangeHistory:
    """The record of one session."""

    def __init__(self) -> None:
        self._of: dict[str, deque[ChangeDecision]] = {}

    def note(self, paths: Iterable[str], text: str, now_ms: int, build: int | None = None) -> None:
        """Remember this of each path; the paths that changed least recently are forgotten."""
        decision = ChangeDecision(now_ms, text, build)
        for path in paths:
            known = self._of.pop(path, None)
            self._of[path] = deque(maxlen=MOST_DECISIONS) if known is None else known
            self._of[path].append(decision)
        while len(self._of) > MOST_PATHS:
            del self._of[next(iter(self._of))]

    def about(self, path: str) -> tuple[ChangeDecision, ...]:
        """What is remembered of this path, the oldest first."""
        return tuple(self._of.get(path, ()))
