"""Asks a program of the user's: it ends with 0 when the process is ready. Nothing of it outlives the question."""

from __future__ import annotations

import asyncio

from hotrun.adapters.processes.helper_process import HelperError, HelperProcess, Seats
from hotrun.adapters.processes.spawn import SpawnError, signal_name
from hotrun.adapters.readiness.probe import NotReady
from hotrun.core.model.project import Program

PATIENCE_S = 5.0


class ExecProbe:
    """Runs a program to its end."""

    def __init__(self, program: Program, seats: Seats) -> None:
        """`seats` gives a place for each run of it."""
        self._program = program
        self._seats = seats
        self._errand: HelperProcess | None = None

    async def ask(self) -> NotReady | None:
        """See Question."""
        try:
            errand = self._errand = HelperProcess(self._seats(), self._program)
            async with asyncio.timeout(PATIENCE_S):
                await errand.over()
        except (SpawnError, HelperError, OSError, UnicodeDecodeError) as error:
            if not isinstance(error, TimeoutError):
                return NotReady(str(error), heard=True)
            errand.kill()
            await errand.over()
            return NotReady(f"no end within {PATIENCE_S:.0f} s", heard=True)
        except asyncio.CancelledError:
            self.close()
            raise
        return None if errand.status == 0 else NotReady(_reason(errand), heard=True)

    def close(self) -> None:
        """Have what runs killed."""
        if self._errand is not None:
            self._errand.leave()


def _reason(errand: HelperProcess) -> str:
    """How it ended and the last thing that it said."""
    assert errand.status is not None
    how = f"exit {errand.status}" if errand.status >= 0 else signal_name(-errand.status)
    lines = [line for line in errand.tail.decode("utf-8", "replace").splitlines() if line.strip()]
    return f"{how}: {lines[-1].strip()}" if lines else how
