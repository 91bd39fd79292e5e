"""Runs a program of the user's, which exits with 0 when the process is ready."""

from __future__ import annotations

import asyncio

from hotrun.adapters.processes.helper_process import AcquireReaper, HelperError, HelperProcess
from hotrun.adapters.processes.spawn import SpawnError, signal_name
from hotrun.adapters.readiness.probe import NotReady
from hotrun.core.model.project import Program

TIMEOUT_S = 5.0


class ExecProbe:
    """Runs the program to its exit."""

    def __init__(self, program: Program, acquire: AcquireReaper) -> None:
        """`acquire` returns a reaper for each run of it."""
        self._program = program
        self._acquire = acquire
        self._helper: HelperProcess | None = None

    async def probe(self) -> NotReady | None:
        """See ReadinessProbe."""
        try:
            helper = self._helper = HelperProcess(self._acquire(), self._program)
            async with asyncio.timeout(TIMEOUT_S):
                await helper.over()
        except (SpawnError, HelperError, OSError, UnicodeDecodeError) as error:
            if not isinstance(error, TimeoutError):
                return NotReady(str(error), reached=True)
            helper.kill()
            await helper.over()
            return NotReady(f"no exit within {TIMEOUT_S:.0f} s", reached=True)
        except asyncio.CancelledError:
            self.close()
            raise
        return None if helper.status == 0 else NotReady(_reason(helper), reached=True)

    def close(self) -> None:
        """Kill the program if it is running."""
        if self._helper is not None:
            self._helper.leave()


def _reason(helper: HelperProcess) -> str:
    """Its exit status and its last line."""
    assert helper.status is not None
    how = f"exit {helper.status}" if helper.status >= 0 else signal_name(-helper.status)
    lines = [line for line in helper.tail.decode("utf-8", "replace").splitlines() if line.strip()]
    return f"{how}: {lines[-1].strip()}" if lines else how
