"""Probes again and again whether runs are ready, and posts the results.

Decides when to probe; the engine decides the rest.

The probes are in probe_*.py: they need asyncio, which is not imported yet when the first run may start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from hotrun.core.model.inputs import Input, ProbeFailed, ProbePassed
from hotrun.core.model.project import Ready

if TYPE_CHECKING:
    import asyncio

    from hotrun.adapters.processes.helper_process import AcquireReaper
    from hotrun.adapters.readiness.probe import ReadinessProbe

# A refused connection on loopback takes 54 us, reading the kernel's list of sockets 90 us. A probe every 5 ms, in the
# time in which most servers start, costs 5 % of a core.
QUICK_S, QUICK_FOR_S = 0.005, 1.0
SLOW_S, SLOWEST_S = 0.025, 0.25
PROGRAM_S, PROGRAM_SLOWEST_S = 0.1, 1.0
# The pause is a twentieth of the time so far: a start of 3 s is noticed 60 ms late on average.
GROWTH, GROWTH_REACHED = 1.05, 1.5


class Probes:
    """The adapter for StartProbe and StopProbe."""

    def __init__(
        self,
        post: Callable[[Input], None],
        members: Callable[[int], Iterable[int]],
        acquire: AcquireReaper,
        held_inodes: Callable[[], set[int]] = set,
    ) -> None:
        """`post` gets the results; `acquire` returns a reaper for the program of ready.exec.

        `members` returns the pids of a run; `held_inodes` the inodes of the sockets that hotrun holds.
        """
        self._post = post
        self._members = members
        self._held_inodes = held_inodes
        self._acquire = acquire
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: dict[int, Ready] = {}  # from before the loop
        self._tasks: dict[int, tuple[asyncio.Task[None], ReadinessProbe]] = {}

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let `loop` run the probes, including those that were started before."""
        self._loop = loop
        while self._waiting:
            self._begin(*self._waiting.popitem())

    def start(self, run: int, ready: Ready) -> None:
        """Carry out StartProbe. An invalid target is posted as ProbeFailed; "log" and "notify" need no probing."""
        self.stop(run)
        if self._loop is None:
            self._waiting[run] = ready
        else:
            self._begin(run, ready)

    def stop(self, run: int) -> None:
        """Carry out StopProbe: kills what was started for it, and posts nothing more about the run."""
        self._waiting.pop(run, None)
        task, _ = self._tasks.pop(run, (None, None))
        if task is not None:
            task.cancel()

    def close(self) -> None:
        """Stop all probes at once; nothing that they have started is left when this returns."""
        self._waiting.clear()
        for task, probe in self._tasks.values():
            task.cancel()
            probe.close()
        self._tasks.clear()

    def _begin(self, run: int, ready: Ready) -> None:
        try:
            probe = self._probe_for(run, ready)
        except ValueError as error:
            self._post(ProbeFailed(run, str(error)))
            return
        if probe is None:
            return
        assert self._loop is not None
        task = self._loop.create_task(self._probe_until_ready(run, ready, probe))
        self._tasks[run] = task, probe
        task.add_done_callback(_raise)

    def _probe_for(self, run: int, ready: Ready) -> ReadinessProbe | None:
        """The probe for a run; None if it needs none. Raises ValueError for an invalid target."""
        match ready.by:
            case "tcp":
                from hotrun.adapters.readiness.probe_tcp import TcpProbe

                return TcpProbe(ready.target)
            case "http":
                from hotrun.adapters.readiness.probe_http import HttpProbe

                return HttpProbe(ready.target, ready.status)
            case "exec":
                from hotrun.adapters.readiness.probe_exec import ExecProbe

                assert ready.program is not None
                return ExecProbe(ready.program, self._acquire)
            case "auto":
                from hotrun.adapters.readiness.probe_listen import ListenProbe
                from hotrun.adapters.sockets.sock_diag import is_supported

                return ListenProbe(lambda: self._members(run), self._held_inodes) if is_supported() else None
            case "log" | "notify":
                return None

    async def _probe_until_ready(self, run: int, ready: Ready, probe: ReadinessProbe) -> None:
        """Probe until the run is ready; the next probe starts after the end of the previous one."""
        import asyncio

        assert self._loop is not None
        quick_until = self._loop.time() + QUICK_FOR_S
        pause_s, max_s = (PROGRAM_S, PROGRAM_SLOWEST_S) if ready.by == "exec" else (SLOW_S, SLOWEST_S)
        reported = None
        while (failure := await probe.probe()) is not None:
            if failure.why != reported:
                reported = failure.why
                self._post(ProbeFailed(run, failure.why))
            if not failure.reached and self._loop.time() < quick_until:
                await asyncio.sleep(QUICK_S)
            else:
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * (GROWTH_REACHED if failure.reached else GROWTH), max_s)
        del self._tasks[run]
        self._post(ProbePassed(run, "listen" if ready.by == "auto" else ready.by))


def _raise(task: asyncio.Task[None]) -> None:
    """Pass a bug in a probe to the loop's exception handler, by raising it in a callback."""
    if not task.cancelled() and (error := task.exception()) is not None:
        raise error
