"""The named pipe through which stamp programs report when they started."""

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
    """The first output of a program: its process id, and CLOCK_MONOTONIC in ns."""

    pid: int
    ns: int


class Stamps:
    """The read end of the pipe `path`. Leaving the `with` block kills the stamp programs that still run."""

    def __init__(self, path: Path, program: Path) -> None:
        self.path = path
        self._program = program
        self._pids: list[int] = []
        self._waiting: deque[Stamp] = deque()
        self._rest = b""
        os.mkfifo(path)
        # Also open for writing, so that the pipe never reaches its end and no writer blocks.
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
        """The next stamp. Raises TimeoutError."""
        if not self._waiting:
            self._read(timeout_s)
        if not self._waiting:
            raise TimeoutError(f"no program was started within {timeout_s:g} s")
        return self._waiting.popleft()

    def drain(self) -> int:
        """Discard the received stamps. Returns their number."""
        self._read(0)
        count = len(self._waiting)
        self._waiting.clear()
        return count

    def expect_none(self) -> None:
        """Raise RuntimeError if an unexpected program has started."""
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
        """Kill the process if it is still a stamp program, since its id may have been reused."""
        try:
            if os.path.samefile(f"/proc/{pid}/exe", self._program):
                os.kill(pid, signal.SIGKILL)
        except OSError:
            return
