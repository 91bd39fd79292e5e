"""Programs that the benchmarks start, with the times of their start and exit. None is left running.

Linux only: a pidfd waits with a deadline and wakes at the exit of a process, without polling.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import select
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import NoReturn, Self

if sys.platform != "linux":
    raise SystemExit("the benchmarks need Linux: inotify, pidfd and /proc")

END_S = 10.0
_SAID_CHARACTERS = 2000
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Started:
    """A program in `folder`, in its own session. Its output goes to the file `output`.

    Leaving the `with` block stops it: with SIGTERM, so that it can stop its children, and then with SIGKILL.
    """

    def __init__(self, argv: Sequence[str], folder: Path, output: Path) -> None:
        self.argv = tuple(argv)
        self._output = output
        self._status: int | None = None
        streams = [
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(output), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ]
        env = _environment()
        with contextlib.chdir(folder), _undisturbed() as mask:
            self.started_ns = time.monotonic_ns()
            self.pid = os.posix_spawn(self.argv[0], self.argv, env, file_actions=streams, setsid=True, setsigmask=mask)
            self._pidfd = os.pidfd_open(self.pid)
            _running.add(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def end(self) -> None:
        """Stop it if it still runs. A second call does nothing."""
        if self not in _running:
            return
        below = _pidfds_below(self.pid) if self._status is None else []
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self._status is None:
                signal.pidfd_send_signal(self._pidfd, number)
                self._wait(END_S)
        _running.discard(self)
        os.close(self._pidfd)
        for pidfd in below:  # not every program stops its children
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(pidfd, signal.SIGKILL)
            os.close(pidfd)

    def finish(self, timeout_s: float = END_S) -> int:
        """Wait until it exits. Returns the time (CLOCK_MONOTONIC, ns). Raises RuntimeError unless it exits with 0."""
        ended_ns = self._wait(timeout_s)
        if self._status != 0:
            state = "goes on" if self._status is None else f"ended with {self._status}"
            raise RuntimeError(f"{' '.join(self.argv)} {state}\n{self.summary()}")
        return ended_ns

    def summary(self) -> str:
        """The end of its output, for an error message."""
        return self._output.read_text(encoding="utf-8", errors="replace")[-_SAID_CHARACTERS:]

    def _wait(self, timeout_s: float) -> int:
        waiter = select.poll()
        waiter.register(self._pidfd, select.POLLIN)
        ended = waiter.poll(timeout_s * 1000)
        now_ns = time.monotonic_ns()
        if ended:
            _, status = os.waitpid(self.pid, 0)
            self._status = os.waitstatus_to_exitcode(status)
        return now_ns


def children_of(pid: int) -> list[int]:
    """The running child processes. Empty if the process has exited."""
    try:
        tasks = os.listdir(f"/proc/{pid}/task")
        lists = [Path(f"/proc/{pid}/task/{task}/children").read_text(encoding="ascii") for task in tasks]
    except OSError:
        return []
    return [int(child) for one in lists for child in one.split()]


def _pidfds_below(pid: int) -> list[int]:
    """A pidfd for each process below `pid`, which stays valid even if the pid is reused."""
    found, todo = list[int](), children_of(pid)
    while todo:
        one = todo.pop()
        with contextlib.suppress(OSError):
            found.append(os.pidfd_open(one))
            todo.extend(children_of(one))
    return found


_running: set[Started] = set()


@atexit.register
def _end_all() -> None:
    """Stop all programs, for a signal between a start and its `with` block."""
    for started in list(_running):
        started.end()


@contextlib.contextmanager
def _undisturbed() -> Iterator[set[int]]:
    """Block signals, so that every started program is registered. Yields the previous mask."""
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        yield {int(number) for number in mask}
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def end_on_signals() -> None:
    """Make SIGTERM and SIGHUP leave every `with` block, like SIGINT."""

    def leave(number: int, frame: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGHUP, leave)


def _environment() -> dict[str, str]:
    """The environment without variables that affect Python or hotrun."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "HOTRUN", "VIRTUAL_ENV"))
    }
