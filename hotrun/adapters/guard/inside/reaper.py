"""One process for each program: starts it, reports its exit, and stops its whole tree.

Every orphan below a reaper becomes its child, and the pid of a child is not used again before it has been waited for.
So "kill all children and wait, until there are none" hits nobody else and ends only when nothing of the tree is left,
whatever a program does to escape (setsid, double fork, another environment).
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from collections.abc import Sequence

import msgspec

from hotrun.adapters.guard.inside import REAPER
from hotrun.adapters.guard.inside.launch import launch
from hotrun.adapters.guard.inside.wake_up import drain, wake_on_signals
from hotrun.adapters.guard.inside.warm_up import warm_up
from hotrun.adapters.guard.protocol.channel import Channel
from hotrun.adapters.guard.protocol.messages import (
    Answer,
    Empty,
    Ended,
    Failed,
    KillAll,
    Send,
    Start,
    Started,
    Stuck,
    decode_order,
    encode,
)
from hotrun.adapters.os import prctl, process_group, process_table
from hotrun.adapters.os.cgroup import Cgroup
from hotrun.adapters.os.process_info import HAS_SUBREAPERS, REAPER_VARIABLE, ProcessInfo

# For what does not die at once: a process in an uninterruptible call, or one of another user.
PAUSE_FIRST_S, PAUSE_FACTOR, PAUSE_MAX_S = 0.005, 1.3, 0.25
STUCK_S = 2.0


class Reaper:
    """The main loop of the process.

    It ends when the tree is gone, or when the reaper was never used and nobody can use it.
    """

    def __init__(self, channel: Channel, guard: int, cgroup: Cgroup | None) -> None:
        """`channel` leads to hotrun; `guard` is the parent's pid; `cgroup`: its group, and its program's."""
        self._channel = channel
        self._guard = guard
        self._cgroup = cgroup
        self._start: Start | None = None
        self._main = 0
        self._main_lives = False
        self._stop_sent = False  # its stop signal was sent
        self._abandoned = False  # hotrun or the guard is gone
        self._reported_empty = False
        self._kill_at_s: float | None = None
        self._killing_since_s: float | None = None
        self._pause_s = PAUSE_FIRST_S
        self._stuck: set[int] = set()
        self._sources: list[int] = []
        self._has_orphans = False  # no signal tells when they exit
        prctl.rename(REAPER)
        prctl.adopt_orphans()
        self._woken = wake_on_signals(signal.SIGUSR1)
        prctl.wake_when_parent_ends(signal.SIGUSR1)
        self._poll = select.poll()
        self._poll.register(channel, select.POLLIN)
        self._poll.register(self._woken, select.POLLIN)

    def prepare(self) -> None:
        """Warm up, for orders that come some time later."""
        warm_up(self._woken)

    def run(self) -> None:
        """Serve until nothing is left to do."""
        over = False
        while not over:
            self._wait()
            if not self._abandoned and os.getppid() != self._guard:
                self._abandon()
            if self._start is None:
                over = self._abandoned
            else:
                if self._kill_at_s is not None and time.monotonic() >= self._kill_at_s:
                    self._begin_to_kill()
                over = self._collect()
        if self._cgroup is not None:
            self._cgroup.remove(with_session=self._abandoned)

    # input

    def _wait(self) -> None:
        if os.getppid() != self._guard and not self._abandoned:
            return  # the guard died before its death could wake us
        timeout_s = self._timeout_s()
        channel = self._channel.fileno()
        for fd, _ in self._poll.poll(None if timeout_s is None else timeout_s * 1000 + 1):
            if fd == self._woken:
                drain(fd)
            elif fd == channel:
                self._receive()
            elif not self._drop(fd):
                self._poll.unregister(fd)

    def _timeout_s(self) -> float | None:
        times = []
        if self._kill_at_s is not None:
            times.append(max(0.0, self._kill_at_s - time.monotonic()))
        if self._killing_since_s is not None or self._waits_for_session or self._has_orphans:
            times.append(self._pause_s)
            self._pause_s = min(self._pause_s * PAUSE_FACTOR, PAUSE_MAX_S)
        return min(times, default=None)

    @property
    def _waits_for_session(self) -> bool:
        """A step has exited, but not its whole session.

        No signal tells when members exit or leave it whose parents live.
        """
        return self._is_step and not self._main_lives and not self._reported_empty

    @property
    def _is_step(self) -> bool:
        return self._start is not None and self._start.kind == "step"

    def _receive(self) -> None:
        try:
            messages = self._channel.receive()
        except EOFError:
            self._poll.unregister(self._channel)
            for fd in self._sources:
                self._poll.register(fd, select.POLLIN)
            self._abandon()
            return
        for message, fds in messages:
            match decode_order(message):
                case Start() as start:
                    self._begin(start, fds)
                case Send() as order:
                    self._send(order.number, order.only_main)
                case KillAll():
                    self._begin_to_kill()

    def _drop(self, source: int) -> bool:
        """Discard output that nobody reads any more; False at its end."""
        try:
            return bool(os.read(source, 65_536))
        except OSError:
            return False

    def _report(self, answer: Answer) -> None:
        with contextlib.suppress(OSError):  # hotrun is gone, as the next read of the channel will show
            self._channel.send(encode(answer))

    # actions

    def _begin(self, start: Start, fds: Sequence[int]) -> None:
        self._start = start
        count = len(fds) - start.sources
        pid = launch(start if HAS_SUBREAPERS else _marked(start), fds[:count])
        for fd in fds[:count]:
            os.close(fd)
        self._sources += fds[count:]
        if isinstance(pid, Failed):
            self._reported_empty = True
            self._report(pid)
        else:
            self._main, self._main_lives = pid, True
            self._report(Started(pid))
        if self._cgroup is not None:
            self._cgroup.leave()  # takes the kernel 10 ms and more

    def _abandon(self) -> None:
        """Stop the tree without orders: stop signal, grace period, SIGKILL."""
        if self._abandoned:
            return
        self._abandoned = True
        if self._start is None or self._killing_since_s is not None:
            return
        self._send(self._start.stop_signal, only_main=False)
        self._kill_at_s = time.monotonic() + self._start.grace_ms / 1000

    def _send(self, number: int, only_main: bool) -> None:
        assert self._start is not None
        self._stop_sent = self._stop_sent or (number == self._start.stop_signal and not only_main)
        if not self._main_lives:
            self._send_each(self._left(), number)
        elif only_main:
            process_group.send_to(self._main, number)
        else:
            process_group.send(self._main, number)

    def _send_each(self, left: Sequence[ProcessInfo], number: int) -> None:
        """Signal them one by one: the group of a program that has exited may be somebody else's by now."""
        for seen in left:
            now = process_table.find(seen.pid)
            if now is not None and now.started == seen.started:
                process_group.send_to(seen.pid, number)

    def _left(self) -> list[ProcessInfo]:
        """The living processes of the run, besides the program itself."""
        left = [seen for seen in process_table.descendants(os.getpid()) if seen.is_alive]
        if self._is_step and not self._abandoned:
            return [seen for seen in left if seen.session == self._main]
        return left

    def _begin_to_kill(self) -> None:
        self._kill_at_s = None
        if self._killing_since_s is None:
            self._killing_since_s, self._pause_s = time.monotonic(), PAUSE_FIRST_S
            if self._cgroup is not None:
                self._cgroup.kill()
            if self._main_lives:
                process_group.send(self._main, signal.SIGKILL)

    def _kill_children(self) -> None:
        assert self._killing_since_s is not None
        late = time.monotonic() - self._killing_since_s > STUCK_S
        orphans = [seen.pid for seen in process_table.orphans()]
        for pid in process_table.children(os.getpid()) + orphans:
            denied = False
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue  # not our child; a child exists until it has been waited for
            except PermissionError:
                denied = True
            if (denied or late) and pid not in self._stuck:
                seen = process_table.find(pid)
                if seen is not None and seen.is_alive:
                    self._stuck.add(pid)
                    self._report(Stuck(pid, seen.name, denied))

    # exits

    def _collect(self) -> bool:
        """Wait for all that has exited; True if nothing is left."""
        status: int | None = None
        nothing_left = False
        while True:
            if self._killing_since_s is not None:
                self._kill_children()
            try:
                pid, ended = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                nothing_left = not process_table.orphans()
                self._has_orphans = not nothing_left
                break
            if pid == 0:
                break
            if pid == self._main and self._main_lives:
                self._main_lives = False
                status = ended
        if status is not None:
            self._on_exit(status, nothing_left)
        self._report_when_empty(nothing_left)
        return nothing_left

    def _on_exit(self, status: int, nothing_left: bool) -> None:
        assert self._start is not None
        left = [] if nothing_left else self._left()
        self._report(Ended(status, bool(left)))
        if self._stop_sent and self._killing_since_s is None:
            # Processes that have left the group did not get the signal yet.
            self._send_each([seen for seen in left if seen.group != self._main], self._start.stop_signal)

    def _report_when_empty(self, nothing_left: bool) -> None:
        if self._reported_empty or self._main_lives:
            return
        only_daemons = self._is_step and not self._abandoned and self._killing_since_s is None and not self._left()
        # A process that becomes our child during the walk may be missing from it, and is found by a second one.
        if nothing_left or (only_daemons and not self._left()):
            self._reported_empty = True
            self._report(Empty())
            while self._sources and not self._abandoned:
                os.close(self._sources.pop())  # the daemons of a step must not fill a pipe that nobody reads


def _marked(start: Start) -> Start:
    """Put this reaper's pid into the program's environment, where nothing else tells whose orphan a process is."""
    mark = {REAPER_VARIABLE.encode(): str(os.getpid()).encode()}
    return msgspec.structs.replace(start, env={**start.env, **mark})
