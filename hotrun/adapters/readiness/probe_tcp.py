"""Asks whether a process takes connections at an address."""

from __future__ import annotations

import asyncio

from hotrun.adapters.readiness.address import Address, why_not
from hotrun.adapters.readiness.probe import PATIENCE_S, No


class AskTcp:
    """Connects and hangs up."""

    def __init__(self, target: str) -> None:
        """`target`: "host:port" or "unix:/path". Raises ValueError."""
        self._address = Address.parse(target)

    async def ask(self) -> No | None:
        """See Question."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                (await self._address.connect()).close()
        except OSError as error:
            return No(why_not(error))
        return None

    def close(self) -> None:
        """Nothing is left of a question."""
