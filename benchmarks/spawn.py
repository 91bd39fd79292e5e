"""How long it takes from the wish to start a program to its main(): by guard and reaper, beside subprocess.Popen."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Callable

from benchmarks.figures import Figure
from benchmarks.ground import Ground
from benchmarks.stamps import Stamps
from hotrun.adapters.guard.guard import REFILL_S, Guard
from hotrun.adapters.guard.protocol.records import new_session
from hotrun.adapters.instance.state_folder import StateFolder
from hotrun.adapters.processes.children import Children
from hotrun.core.model.commands import Spawn
from hotrun.core.model.inputs import Emptied, Input
from hotrun.core.model.project import Program

ROUNDS = 30
MOST_RATIO = 3.0
PEER = "`subprocess.Popen`"
END_S = 10.0


class _Starts:
    """Both ways to start the stamp program, with the time that each took."""

    def __init__(self, ground: Ground, stamps: Stamps) -> None:
        self.posted: list[Input] = []
        self._stamps = stamps
        self._program = Program((str(ground.stamp), str(stamps.path), "end"), str(ground.folder))
        self._children = Children(
            self.posted.append, False, Guard(), new_session(str(ground.folder)), StateFolder(str(ground.folder))
        )
        self._runs = 0

    async def hotrun_ms(self) -> float:
        """By Spawn."""
        self._runs += 1
        begun_ns = time.monotonic_ns()
        self._children.spawn(Spawn(self._runs, "run", "stamp", self._program, 1), {})
        took_ms = (self._stamps.next().ns - begun_ns) / 1e6
        await _until(lambda: Emptied(self._runs) in self.posted)
        return took_ms

    async def popen_ms(self) -> float:
        """By Popen, with pipes and a session of its own, as Spawn."""
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
        """Each way once a round, in turn, with a reaper ready; then with none."""
        self._children.attach(asyncio.get_running_loop())
        try:
            warm, peer = await self._measure(rounds, ready=True)
            cold, cold_peer = await self._measure(rounds, ready=False)
        finally:
            self._children.close()
        what = "from the wish to start a program to its `main()`"
        return [
            Figure(what, "ms", warm, PEER, peer, most_ratio=MOST_RATIO),
            Figure("the same, with no reaper ready", "ms", cold, PEER, cold_peer),
        ]

    async def _measure(self, rounds: int, ready: bool) -> tuple[tuple[float, ...], tuple[float, ...]]:
        ours, peers = [], []
        for _ in range(rounds):
            await asyncio.sleep(2 * REFILL_S)
            peers.append(await self.popen_ms())
            if not ready:
                await self.hotrun_ms()  # which takes the one that is ready
            ours.append(await self.hotrun_ms())
        return tuple(ours[1:]), tuple(peers[1:])  # the first of each is cold in every sense


def measure(ground: Ground, rounds: int = ROUNDS) -> list[Figure]:
    """In one process, which has a guard of its own."""
    with Stamps(ground.folder / "spawn.stamps", ground.stamp) as stamps:
        return asyncio.run(_Starts(ground, stamps).measure(rounds))


async def _until(happened: Callable[[], bool]) -> None:
    end_s = time.monotonic() + END_S
    while not happened():
        if time.monotonic() > end_s:
            raise RuntimeError("a program has not ended")
        await asyncio.sleep(0.001)
