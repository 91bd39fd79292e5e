"""The named pipe through which stamp programs say when they were started."""

from __future__ import annotations

import os
import select
import signal
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

STAMP_S = 10.0


class Stamp(NamedTuple):
    """The first act of a program: its process id, and CLOCK_MONOTONIC in ns."""

    pid: int
    ns: int


class Stamps:
    """The reading end of the pipe `path`. Leaving the `with` block kills the stamp programs that are still there."""

    def __init__(self, path: Path, program: Path) -> None:
        self.path = path
        self._program = program
        self._pids: list[int] = []
        self._waiting: deque[Stamp] = deque()
        self._rest = b""
        os.mkfifo(path)
        # Open for writing too: the pipe never comes to its end, and no writer has to wait.
        self._fd = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._read(0)
        os.close(self._fd)
        for pid in self._pids:
            self._kill(pid)

    def next(self, timeout_s: float = STAMP_S) -> Stamp:
        """The next stamp; raises TimeoutError."""
        if not self._waiting:
            self._read(timeout_s)
        if not self._waiting:
            raise TimeoutError(f"no program was started within {timeout_s:g} s")
        return self._waiting.popleft()

    def drain(self) -> int:
        """Forget what has come in; returns how many starts that were."""
        self._read(0)
        count = len(self._waiting)
        self._waiting.clear()
        return count

    def expect_none(self) -> None:
        """Raise RuntimeError if a program was started that nobody asked for."""
        self._read(0)
        if self._waiting:
            raise RuntimeError("a program was started twice for one change")

    def _read(self, timeout_s: float) -> None:
        if not select.select([self._fd], [], [], timeout_s)[0]:
            return
        *lines, self._rest = (self._rest + os.read(self._fd, 65_536)).split(b"\n")
        for line in lines:
            pid, ns = line.split()
            self._pids.append(int(pid))
            self._waiting.append(Stamp(int(pid), int(ns)))

    def _kill(self, pid: int) -> None:
        """Only where the process is still a stamp program: its id may have been given to another since."""
        try:
            if os.path.samefile(f"/proc/{pid}/exe", self._program):
                os.kill(pid, signal.SIGKILL)
        except OSError:
            return
