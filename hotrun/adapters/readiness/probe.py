"""What a probe asks: one question, put again and again until the answer is yes."""

from __future__ import annotations

from typing import Protocol

import msgspec

PATIENCE_S = 1.0  # for the answer to one connection or request


class NotReady(msgspec.Struct, frozen=True):
    """Not ready yet, and why. `heard`: the process had work with the question, so it must not be put too often."""

    why: str
    heard: bool = False


class ReadinessProbe(Protocol):
    """One way to find out whether a run is ready."""

    async def ask(self) -> NotReady | None:
        """None: it is ready. Takes bounded time; what goes wrong is a No."""

    def close(self) -> None:
        """End at once what the question has started; it is not asked again."""
