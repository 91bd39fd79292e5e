"""Looks again and again whether a run is ready, and says what was found. Decides when to look, not what it means.

The questions are in ask_*.py: they need asyncio, which is not loaded yet when the first run may start.
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

# A refused connect on loopback takes 54 us, a look at the kernel's list 90 us: a look every 5 ms, in the time in which
# most servers start, costs 5 % of a core.
QUICK_S, QUICK_FOR_S = 0.005, 1.0
SLOW_S, SLOWEST_S = 0.025, 0.25
PROGRAM_S, PROGRAM_SLOWEST_S = 0.1, 1.0
# The pause is a twentieth of the time that was waited: a start of 3 s is seen 60 ms late in the middle.
GROWTH, GROWTH_HEARD = 1.05, 1.5


class Probes:
    """The adapter for Probe and Unprobe."""

    def __init__(
        self,
        post: Callable[[Input], None],
        members: Callable[[int], Iterable[int]],
        acquire: AcquireReaper,
        held_inodes: Callable[[], set[int]] = set,
    ) -> None:
        """`post` takes the answers; `acquire` gives a place for what ready.exec names.

        `members`: the pids of a run's tree; `held_inodes`: of the sockets that hotrun itself listens on.
        """
        self._post = post
        self._members = members
        self._held_inodes = held_inodes
        self._acquire = acquire
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: dict[int, Ready] = {}  # from before the loop
        self._looks: dict[int, tuple[asyncio.Task[None], ReadinessProbe]] = {}

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """From now on `loop` does the asking; what was started before begins."""
        self._loop = loop
        while self._waiting:
            self._begin(*self._waiting.popitem())

    def start(self, run: int, ready: Ready) -> None:
        """Carry out Probe. A target that is none is told as ProbeFailed; log and notify need no looking."""
        self.stop(run)
        if self._loop is None:
            self._waiting[run] = ready
        else:
            self._begin(run, ready)

    def stop(self, run: int) -> None:
        """Carry out Unprobe: nothing is posted of the run any more, and what was started for it is killed."""
        self._waiting.pop(run, None)
        task, _ = self._looks.pop(run, (None, None))
        if task is not None:
            task.cancel()

    def close(self) -> None:
        """Stop all, at once: nothing of a question lives when this returns."""
        self._waiting.clear()
        for task, question in self._looks.values():
            task.cancel()
            question.close()
        self._looks.clear()

    def _begin(self, run: int, ready: Ready) -> None:
        try:
            question = self._question(run, ready)
        except ValueError as error:
            self._post(ProbeFailed(run, str(error)))
            return
        if question is None:
            return
        assert self._loop is not None
        task = self._loop.create_task(self._look(run, ready, question))
        self._looks[run] = task, question
        task.add_done_callback(_raise)

    def _question(self, run: int, ready: Ready) -> ReadinessProbe | None:
        """Raises ValueError for a target that is none."""
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

    async def _look(self, run: int, ready: Ready, question: ReadinessProbe) -> None:
        """Ask until the answer is yes; a question is put when the one before has been answered."""
        import asyncio

        assert self._loop is not None
        quick_until = self._loop.time() + QUICK_FOR_S
        pause_s, most_s = (PROGRAM_S, PROGRAM_SLOWEST_S) if ready.by == "exec" else (SLOW_S, SLOWEST_S)
        told = None
        while (no := await question.ask()) is not None:
            if no.why != told:
                told = no.why
                self._post(ProbeFailed(run, no.why))
            if not no.heard and self._loop.time() < quick_until:
                await asyncio.sleep(QUICK_S)
            else:
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * (GROWTH_HEARD if no.heard else GROWTH), most_s)
        del self._looks[run]
        self._post(ProbePassed(run, "listen" if ready.by == "auto" else ready.by))


def _raise(task: asyncio.Task[None]) -> None:
    """A bug in a look must not be lost: raised in a callback it comes to the loop's exception handler."""
    if not task.cancelled() and (error := task.exception()) is not None:
        raise error
