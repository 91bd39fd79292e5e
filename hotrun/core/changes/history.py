"""The latest decisions about changed paths, for `hotrun why`."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

import msgspec

MAX_PATHS = 1000
MAX_DECISIONS = 8  # for each path


class ChangeDecision(msgspec.Struct, frozen=True):
    """One change of a path and its result, in words. `build`: the build that it started, if any."""

    at_ms: int
    text: str
    build: int | None = None


class ChangeHistory:
    """The decisions of one session."""

    def __init__(self) -> None:
        self._decisions: dict[str, deque[ChangeDecision]] = {}  # by path, the latest last

    def record(self, paths: Iterable[str], text: str, now_ms: int, build: int | None = None) -> None:
        """Record a decision about each path. Drops the paths that changed least recently."""
        decision = ChangeDecision(now_ms, text, build)
        for path in paths:
            known = self._decisions.pop(path, None)
            self._decisions[path] = deque(maxlen=MAX_DECISIONS) if known is None else known
            self._decisions[path].append(decision)
        while len(self._decisions) > MAX_PATHS:
            del self._decisions[next(iter(self._decisions))]

    def of(self, path: str) -> tuple[ChangeDecision, ...]:
        """The recorded decisions about a path, the oldest first."""
        return tuple(self._decisions.get(path, ()))
