"""The time from a request to start a program to its main(): with guard and reaper, compared with subprocess.Popen."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Callable

from benchmarks.environment import Environment
from benchmarks.figures import Figure
from benchmarks.stamps import Stamps
from hotrun.adapters.guard.guard import REFILL_S, Guard
from hotrun.adapters.guard.protocol.records import new_session
from hotrun.adapters.instance.state_folder import StateFolder
from hotrun.adapters.processes.children import Children
from hotrun.core.model.commands import Spawn
from hotrun.core.model.inputs import Emptied, Input
from hotrun.core.model.project import Program

ROUNDS = 30
MAX_RATIO = 3.0
PEER = "`subprocess.Popen`"
END_S = 10.0


class _Starts:
    """Starts the stamp program in both ways, and measures the time."""

    def __init__(self, environment: Environment, stamps: Stamps) -> None:
        self.posted: list[Input] = []
        self._stamps = stamps
        self._program = Program((str(environment.stamp), str(stamps.path), "end"), str(environment.folder))
        self._children = Children(
            self.posted.append,
            False,
            Guard(),
            new_session(str(environment.folder)),
            StateFolder(str(environment.folder)),
        )
        self._runs = 0

    async def hotrun_ms(self) -> float:
        """The time with Spawn."""
        self._runs += 1
        begun_ns = time.monotonic_ns()
        self._children.spawn(Spawn(self._runs, "run", "stamp", self._program, 1), {})
        took_ms = (self._stamps.next().ns - begun_ns) / 1e6
        await _until(lambda: Emptied(self._runs) in self.posted)
        return took_ms

    async def popen_ms(self) -> float:
        """The time with Popen, with pipes and a new session, like Spawn."""
        begun_ns = time.monotonic_ns()
        with subprocess.Popen(
            self._program.argv,
            cwd=self._program.cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        ) as process:
            took_ms = (self._stamps.next().ns - begun_ns) / 1e6
            process.communicate()
        return took_ms

    async def measure(self, rounds: int) -> list[Figure]:
        """Measure each way once per round, in turn, first with a waiting reaper, then without."""
        self._children.attach(asyncio.get_running_loop())
        try:
            warm, peer = await self._measure(rounds, ready=True)
            cold, cold_peer = await self._measure(rounds, ready=False)
        finally:
            self._children.close()
        title = "from a request to start a program to its `main()`"
        return [
            Figure(title, "ms", warm, PEER, peer, max_ratio=MAX_RATIO),
            Figure("the same, with no reaper ready", "ms", cold, PEER, cold_peer),
        ]

    async def _measure(self, rounds: int, ready: bool) -> tuple[tuple[float, ...], tuple[float, ...]]:
        ours, peers = [], []
        for _ in range(rounds):
            await asyncio.sleep(2 * REFILL_S)
            peers.append(await self.popen_ms())
            if not ready:
                await self.hotrun_ms()  # uses the waiting reaper
            ours.append(await self.hotrun_ms())
        return tuple(ours[1:]), tuple(peers[1:])  # the first start of each is cold


def measure(environment: Environment, rounds: int = ROUNDS) -> list[Figure]:
    """Measure in one process with its own guard."""
    with Stamps(environment.folder / "spawn.stamps", environment.stamp) as stamps:
        return asyncio.run(_Starts(environment, stamps).measure(rounds))


async def _until(happened: Callable[[], bool]) -> None:
    end_s = time.monotonic() + END_S
    while not happened():
        if time.monotonic() > end_s:
            raise RuntimeError("a program has not ended")
        await asyncio.sleep(0.001)
