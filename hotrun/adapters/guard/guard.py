"""hotrun's side of the guard: hands out reapers, keeps one ready, and replaces a guard that dies."""

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

REFILL_S = 0.2  # a fork takes a core for some milliseconds, which the program that has just started needs more
CLOSE_S = 10.0


class ReaperSlot:
    """A reaper for one program, and the channel to it. `token` is its number in messages of the guard."""

    def __init__(self, token: int, channel: Channel) -> None:
        self.token = token
        self.channel = channel


class Guard:
    """Forks the guard when it is made. So make it while the process has one thread and little memory."""

    def __init__(self) -> None:
        self._session: SessionMark | None = None
        self._tokens = 0
        self._first_token = 1  # of the present guard
        self._loop: asyncio.AbstractEventLoop | None = None
        self._adopter: OrphanAdopter | None = None
        self._pid, self._channel = _fork()
        self._spare: ReaperSlot | None = self._fork_reaper()

    def open(self, session: SessionMark) -> None:
        """Name the session, before any program is started."""
        self._session = session
        with contextlib.suppress(OSError):  # the guard is dead; the next fork notices
            self._channel.send(encode(Open(session)))

    def attach(
        self, loop: asyncio.AbstractEventLoop, on_lost: Callable[[range], None], on_death: Callable[[], None]
    ) -> None:
        """Let `loop` watch the guard.

        `on_lost` gets the tokens of reapers that were killed, when nothing of their programs is left. `on_death`: the
        guard was killed. Its reapers are stopping their trees, and `on_lost` follows for those that cannot.
        """
        from hotrun.adapters.os.prctl import adopt_orphans

        adopt_orphans()  # for the day the guard dies; before there is a loop, nobody could wait for them
        self._loop, self._on_lost, self._on_death = loop, on_lost, on_death
        loop.add_reader(self._channel.fileno(), self._on_readable)
        self._refill_later()

    def acquire(self) -> ReaperSlot:
        """Return a reaper that waits for its orders: the spare one, if it is ready."""
        slot, self._spare = self._spare, None
        self._refill_later()
        return slot or self._fork_reaper()

    def close(self) -> None:
        """Wait until all that reapers stop is gone, but no longer than CLOSE_S.

        The channels to them must be closed before.
        """
        if self._channel.fileno() < 0:
            return
        if self._loop is not None and not self._loop.is_closed():
            self._loop.remove_reader(self._channel.fileno())
        self._loop = None
        if self._spare is not None:
            self._spare.channel.close()
        end_s = time.monotonic() + CLOSE_S
        with contextlib.suppress(OSError):
            self._channel.finish()
        if _wait_for_end(self._channel, end_s):
            with contextlib.suppress(ChildProcessError):
                os.waitpid(self._pid, 0)
        self._channel.close()
        if self._adopter is not None:
            self._adopter.finish(end_s)

    def _refill_later(self) -> None:
        if self._loop is not None:
            self._loop.call_later(REFILL_S, self._refill)

    def _refill(self) -> None:
        if self._spare is None and self._loop is not None:
            self._spare = self._fork_reaper(is_spare=True)

    def _fork_reaper(self, is_spare: bool = False) -> ReaperSlot:
        ours, theirs = pair()
        try:
            self._send_fork(theirs, is_spare)
        except ConnectionError:  # the guard is dead, and the loop has not reported it yet
            self._replace()
            self._send_fork(theirs, is_spare)
        theirs.close()
        return ReaperSlot(self._tokens, ours)

    def _send_fork(self, end: Channel, is_spare: bool) -> None:
        self._tokens += 1
        self._channel.send(encode(Fork(self._tokens, is_spare)), (end.fileno(),))

    def _on_readable(self) -> None:
        try:
            messages = self._channel.receive()
        except EOFError:
            self._replace()
            return
        for message, _ in messages:
            answer = decode_answer(message)
            if isinstance(answer, Lost):
                self._on_lost(range(answer.token, answer.token + 1))

    def _replace(self) -> None:
        """The guard is dead: adopt its orphans, and start a new guard."""
        from hotrun.adapters.guard.adopt_orphans import OrphanAdopter

        if self._loop is not None:
            self._loop.remove_reader(self._channel.fileno())
        self._channel.close()
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._pid, 0)
        if self._spare is not None:
            self._spare.channel.close()
            self._spare = None
        self._pid, self._channel = _start()
        if self._session is not None:
            self.open(self._session)
        if self._loop is None:
            return
        self._loop.add_reader(self._channel.fileno(), self._on_readable)
        if self._adopter is None:
            self._adopter = OrphanAdopter(self._loop, lambda: self._pid, self._on_adopted)
        self._first_token = self._tokens + 1
        self._refill_later()
        # Not at once: the caller who asked for a reaper has not finished.
        self._loop.call_soon(self._on_death)
        self._loop.call_soon(self._adopter.poll)

    def _on_adopted(self) -> None:
        self._adopter = None
        self._on_lost(range(self._first_token))


def _fork() -> tuple[int, Channel]:
    ours, theirs = pair()
    # No handler of ours may run in the guard, and no signal may kill it before it ignores them.
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
    """Start a guard in a new interpreter: by now there are threads, and a fork would copy their locks."""
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
    process.returncode = 0  # os.waitpid waits for it, so Popen must not
    return process.pid, ours


def _wait_for_end(channel: Channel, end_s: float) -> bool:
    """Return whether the other end closes before `end_s`; its messages until then are dropped."""
    poll = select.poll()
    poll.register(channel, select.POLLIN)
    while (left_s := end_s - time.monotonic()) > 0:
        if poll.poll(left_s * 1000):
            try:
                channel.receive()
            except EOFError:
                return True
    return False
