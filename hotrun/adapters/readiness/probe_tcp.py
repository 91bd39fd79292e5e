"""Asks whether a process takes connections at an address."""

from __future__ import annotations

import asyncio

from hotrun.adapters.readiness.address import ProbeAddress, why_not
from hotrun.adapters.readiness.probe import PATIENCE_S, NotReady


class TcpProbe:
    """Connects and hangs up."""

    def __init__(self, target: str) -> None:
        """`target`: "host:port" or "unix:/path". Raises ValueError."""
        self._address = ProbeAddress.parse(target)

    async def ask(self) -> NotReady | None:
        """See Question."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                (await self._address.connect()).close()
        except OSError as error:
            return NotReady(why_not(error))
        return None

    def close(self) -> None:
        """Nothing is left of a question."""
