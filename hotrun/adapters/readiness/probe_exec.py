"""Asks a program of the user's: it ends with 0 when the process is ready. Nothing of it outlives the question."""

from __future__ import annotations

import asyncio

from hotrun.adapters.processes.helper_process import AcquireReaper, HelperError, HelperProcess
from hotrun.adapters.processes.spawn import SpawnError, signal_name
from hotrun.adapters.readiness.probe import NotReady
from hotrun.core.model.project import Program

PATIENCE_S = 5.0


class ExecProbe:
    """Runs a program to its end."""

    def __init__(self, program: Program, acquire: AcquireReaper) -> None:
        """`acquire` gives a place for each run of it."""
        self._program = program
        self._acquire = acquire
        self._helper: HelperProcess | None = None

    async def ask(self) -> NotReady | None:
        """See Question."""
        try:
            helper = self._helper = HelperProcess(self._acquire(), self._program)
            async with asyncio.timeout(PATIENCE_S):
                await helper.over()
        except (SpawnError, HelperError, OSError, UnicodeDecodeError) as error:
            if not isinstance(error, TimeoutError):
                return NotReady(str(error), heard=True)
            helper.kill()
            await helper.over()
            return NotReady(f"no end within {PATIENCE_S:.0f} s", heard=True)
        except asyncio.CancelledError:
            self.close()
            raise
        return None if helper.status == 0 else NotReady(_reason(helper), heard=True)

    def close(self) -> None:
        """Have what runs killed."""
        if self._helper is not None:
            self._helper.leave()


def _reason(helper: HelperProcess) -> str:
    """How it ended and the last thing that it said."""
    assert helper.status is not None
    how = f"exit {helper.status}" if helper.status >= 0 else signal_name(-helper.status)
    lines = [line for line in helper.tail.decode("utf-8", "replace").splitlines() if line.strip()]
    return f"{how}: {lines[-1].strip()}" if lines else how
