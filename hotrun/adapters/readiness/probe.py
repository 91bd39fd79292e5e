"""The interface of readiness probes."""

from __future__ import annotations

from typing import Protocol

import msgspec

TIMEOUT_S = 1.0  # for the answer to one connection or request


class NotReady(msgspec.Struct, frozen=True):
    """Not ready yet, and why. `reached`: the process had work with the probe, so it must not be probed too often."""

    why: str
    reached: bool = False


class ReadinessProbe(Protocol):
    """One way to find out whether a run is ready."""

    async def probe(self) -> NotReady | None:
        """Probe once; returns None if it is ready. Takes bounded time; every failure is a NotReady."""

    def close(self) -> None:
        """Stop at once what the probe has started. It is not used again."""
