"""The guard as hotrun sees it: where reapers come from, one of them always ready, and what is done when it dies."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from hotrun.adapters.guard.protocol.channel import Channel, pair
from hotrun.adapters.guard.protocol.messages import Fork, Lost, Open, decode_answer, encode
from hotrun.adapters.guard.protocol.records import SessionMark

if TYPE_CHECKING:
    import asyncio

    from hotrun.adapters.guard.adopt_orphans import OrphanAdopter

REFILL_S = 0.2  # a fork takes a core for some milliseconds, which the program just started can use better
CLOSE_S = 10.0


class ReaperSlot:
    """A place for one program: the wire to its reaper. `token` is what the guard calls it."""

    def __init__(self, token: int, wire: Channel) -> None:
        self.token = token
        self.wire = wire


class Guard:
    """Forks the guard at once, so it must be made while there is one thread and little memory."""

    def __init__(self) -> None:
        self._session: SessionMark | None = None
        self._tokens = 0
        self._first_token = 1  # of the present guard
        self._loop: asyncio.AbstractEventLoop | None = None
        self._takeover: OrphanAdopter | None = None
        self._pid, self._wire = _fork()
        self._spare: ReaperSlot | None = self._fork_reaper()

    def open(self, session: SessionMark) -> None:
        """Say whose session this is, before anything is started."""
        self._session = session
        with contextlib.suppress(OSError):  # it is dead, which the next fork finds out
            self._wire.send(encode(Open(session)))

    def attach(
        self, loop: asyncio.AbstractEventLoop, on_lost: Callable[[range], None], on_death: Callable[[], None]
    ) -> None:
        """From now on `loop` listens.

        `on_lost`: of the reapers with these tokens that were killed, nothing lives any more. `on_death`: the guard was
        killed; all reapers are ending their trees, and of those that cannot, `on_lost` tells.
        """
        from hotrun.adapters.os.prctl import adopt_orphans

        adopt_orphans()  # those of a guard that dies; before there is a loop, nobody could take care of them
        self._loop, self._on_lost, self._on_death = loop, on_lost, on_death
        loop.add_reader(self._wire.fileno(), self._on_readable)
        self._refill_later()

    def seat(self) -> ReaperSlot:
        """A reaper that waits for its orders; a ready one if there is one."""
        seat, self._spare = self._spare, None
        self._refill_later()
        return seat or self._fork_reaper()

    def close(self) -> None:
        """Wait until nothing lives that reapers care for, with a bound; the wires to them must be closed before."""
        if self._wire.fileno() < 0:
            return
        if self._loop is not None and not self._loop.is_closed():
            self._loop.remove_reader(self._wire.fileno())
        self._loop = None
        if self._spare is not None:
            self._spare.wire.close()
        end_s = time.monotonic() + CLOSE_S
        with contextlib.suppress(OSError):
            self._wire.finish()
        if _wait_for_end(self._wire, end_s):
            with contextlib.suppress(ChildProcessError):
                os.waitpid(self._pid, 0)
        self._wire.close()
        if self._takeover is not None:
            self._takeover.finish(end_s)

    def _refill_later(self) -> None:
        if self._loop is not None:
            self._loop.call_later(REFILL_S, self._refill)

    def _refill(self) -> None:
        if self._spare is None and self._loop is not None:
            self._spare = self._fork_reaper(in_peace=True)

    def _fork_reaper(self, in_peace: bool = False) -> ReaperSlot:
        ours, theirs = pair()
        try:
            self._send_fork(theirs, in_peace)
        except ConnectionError:  # it is dead, of which the loop has not told yet
            self._replace()
            self._send_fork(theirs, in_peace)
        theirs.close()
        return ReaperSlot(self._tokens, ours)

    def _send_fork(self, end: Channel, in_peace: bool) -> None:
        self._tokens += 1
        self._wire.send(encode(Fork(self._tokens, in_peace)), (end.fileno(),))

    def _on_readable(self) -> None:
        try:
            messages = self._wire.receive()
        except EOFError:
            self._replace()
            return
        for message, _ in messages:
            answer = decode_answer(message)
            if isinstance(answer, Lost):
                self._on_lost(range(answer.token, answer.token + 1))

    def _replace(self) -> None:
        """The guard is dead: stand in for it, and start another one."""
        from hotrun.adapters.guard.adopt_orphans import OrphanAdopter

        if self._loop is not None:
            self._loop.remove_reader(self._wire.fileno())
        self._wire.close()
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._pid, 0)
        if self._spare is not None:
            self._spare.wire.close()
            self._spare = None
        self._pid, self._wire = _start()
        if self._session is not None:
            self.open(self._session)
        if self._loop is None:
            return
        self._loop.add_reader(self._wire.fileno(), self._on_readable)
        if self._takeover is None:
            self._takeover = OrphanAdopter(self._loop, lambda: self._pid, self._on_taken_over)
        self._first_token = self._tokens + 1
        self._refill_later()
        # Not at once: whoever wanted a reaper is in the middle of something.
        self._loop.call_soon(self._on_death)
        self._loop.call_soon(self._takeover.look)

    def _on_taken_over(self) -> None:
        self._takeover = None
        self._on_lost(range(self._first_token))


def _fork() -> tuple[int, Channel]:
    ours, theirs = pair()
    # No handler of ours may run in the guard, and no signal end it before it ignores them.
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    pid = os.fork()
    if pid == 0:
        try:
            from hotrun.adapters.guard.inside.guard_process import GuardProcess as Process

            Process(theirs).run()
            os._exit(0)
        finally:
            os._exit(1)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    theirs.close()
    return pid, ours


def _start() -> tuple[int, Channel]:
    """A guard in an interpreter of its own: by now there are threads, and a fork would copy their locks."""
    import subprocess

    ours, theirs = pair()
    command = [sys.executable, "-P", "-m", "hotrun.adapters.guard.inside", str(theirs.fileno())]
    process = subprocess.Popen(
        command,
        pass_fds=[theirs.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    theirs.close()
    process.returncode = 0  # it is waited for by its number
    return process.pid, ours


def _wait_for_end(wire: Channel, end_s: float) -> bool:
    """Whether the other end closes in time; what it says until then is dropped."""
    poll = select.poll()
    poll.register(wire, select.POLLIN)
    while (left_s := end_s - time.monotonic()) > 0:
        if poll.poll(left_s * 1000):
            try:
                wire.receive()
            except EOFError:
                return True
    return False
