"""Checks whether a process accepts connections at an address."""

from __future__ import annotations

import asyncio

from hotrun.adapters.readiness.address import ProbeAddress, describe_failure
from hotrun.adapters.readiness.probe import TIMEOUT_S, NotReady


class TcpProbe:
    """Connects and disconnects."""

    def __init__(self, target: str) -> None:
        """`target`: "host:port" or "unix:/path". Raises ValueError."""
        self._address = ProbeAddress.parse(target)

    async def probe(self) -> NotReady | None:
        """See ReadinessProbe."""
        try:
            async with asyncio.timeout(TIMEOUT_S):
                (await self._address.connect()).close()
        except OSError as error:
            return NotReady(describe_failure(error))
        return None

    def close(self) -> None:
        """Does nothing: no probe leaves anything."""
