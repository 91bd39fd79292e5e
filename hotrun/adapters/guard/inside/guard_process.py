"""The parent of all reapers: forks them, and kills what a killed reaper leaves behind.

It is small and single-threaded, so its forks are cheap and safe. It has its own session and process name, so that what
kills hotrun does not kill it as well. It exits when nothing of hotrun's session is left.
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import sys

from hotrun.adapters.guard.inside import GUARD
from hotrun.adapters.guard.inside.reaper import Reaper
from hotrun.adapters.guard.inside.wake_up import drain, wake_on_signals
from hotrun.adapters.guard.protocol import records
from hotrun.adapters.guard.protocol.channel import Channel, channel_of
from hotrun.adapters.guard.protocol.messages import Fork, Lost, Open, decode_order, encode
from hotrun.adapters.guard.protocol.records import SessionMark
from hotrun.adapters.os import cgroup, prctl, process_table

PAUSE_S = 0.05  # between attempts to kill an orphan that does not die
_IGNORED = "SIGINT SIGHUP SIGTERM SIGQUIT SIGTSTP SIGTTIN SIGTTOU SIGUSR1 SIGUSR2 SIGPIPE SIGALRM".split()


class GuardProcess:
    """The main loop of the process."""

    def __init__(self, hotrun: Channel) -> None:
        """Turn this process into a guard. `hotrun` is the channel to hotrun."""
        self._hotrun = hotrun
        self._hotrun_lives = True
        self._reapers: dict[int, int] = {}  # pid to token
        self._lost: list[int] = []
        self._set_up()
        self._own_cgroup: str | None = None
        self._cgroup: str | None = None
        self._record: str | None = None
        self._woken = wake_on_signals()
        self._poll = select.poll()
        self._poll.register(hotrun, select.POLLIN)
        self._poll.register(self._woken, select.POLLIN)

    def _set_up(self) -> None:
        for name in _IGNORED:
            signal.signal(getattr(signal, name), signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        if os.getsid(0) != os.getpid():
            os.setsid()
        _close_all_but(self._hotrun.fileno())
        os.chdir("/")
        gc.disable()
        gc.freeze()
        prctl.rename(GUARD)
        prctl.adopt_orphans()

    def run(self) -> None:
        """Serve until hotrun is gone and nothing of its session is left."""
        while not self._reap() or self._hotrun_lives:
            orphans = len(process_table.children(os.getpid())) > len(self._reapers)
            for fd, _ in self._poll.poll(PAUSE_S * 1000 if orphans else None):
                if fd == self._woken:
                    drain(fd)
                elif fd == self._hotrun.fileno():
                    self._receive()
        if self._cgroup is not None:
            cgroup.remove_session(self._cgroup)
        if self._record is not None:
            records.remove(self._record)

    def _receive(self) -> None:
        try:
            messages = self._hotrun.receive()
        except EOFError:
            self._hotrun_lives = False
            self._poll.unregister(self._hotrun)
            return
        for message, fds in messages:
            match decode_order(message):
                case Open(session):
                    self._open_session(session)
                case Fork(token, is_spare):
                    self._fork(token, fds[0], is_spare)

    def _open_session(self, session: SessionMark) -> None:
        self._own_cgroup = cgroup.own_folder()
        if self._own_cgroup is not None:
            self._cgroup = os.path.join(self._own_cgroup, f"hotrun-{session.id}")
        self._record = records.write(session, self._cgroup)

    def _fork(self, token: int, fd: int, is_spare: bool) -> None:
        guard = os.getpid()
        try:
            pid = os.fork()
        except OSError:  # too many processes
            os.close(fd)
            self._lost.append(token)
            return
        if pid == 0:
            try:
                self._become_reaper(channel_of(fd), guard, is_spare)
                os._exit(0)
            finally:
                os._exit(1)
        os.close(fd)
        self._reapers[pid] = token

    def _become_reaper(self, ours: Channel, guard: int, is_spare: bool) -> None:
        self._hotrun.close()
        signal.set_wakeup_fd(-1)
        os.close(self._woken)
        entered = None
        # Changing the group takes the kernel 10 ms and more, so a reaper that somebody waits for does not.
        if is_spare and self._cgroup is not None and self._own_cgroup is not None:
            entered = cgroup.enter_new(self._cgroup, self._own_cgroup)
        reaper = Reaper(ours, guard, entered)
        if is_spare:
            reaper.prepare()
        reaper.run()

    def _reap(self) -> bool:
        """Wait for children that have exited and kill orphans of dead reapers; True if no children are left."""
        while True:
            orphans = [pid for pid in process_table.children(os.getpid()) if pid not in self._reapers]
            for pid in orphans:
                _kill(pid)
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                pid = -1
            if pid > 0:
                token = self._reapers.pop(pid, None)
                if token is not None and status != 0:
                    self._lost.append(token)
                continue
            if not orphans:
                self._report_losses()
            return pid < 0

    def _report_losses(self) -> None:
        while self._lost:
            token = self._lost.pop()
            try:
                self._hotrun.send(encode(Lost(token)))
            except OSError:
                return  # hotrun is gone


def _kill(pid: int) -> None:
    # Already gone, or another user's: the next call tries again.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)


def _close_all_but(kept: int) -> None:
    """Close inherited descriptors: whoever reads a pipe that hotrun had must see its end."""
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    folder = "/proc/self/fd" if sys.platform == "linux" else "/dev/fd"
    for fd in [int(name) for name in os.listdir(folder)]:
        if fd > 2 and fd != kept:
            with contextlib.suppress(OSError):  # the descriptor of the listing itself
                os.close(fd)
