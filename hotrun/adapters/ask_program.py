"""Asks a program of the user's: it ends with 0 when the process is ready. Nothing of it outlives the question."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Iterable
from typing import IO

from hotrun.adapters import group
from hotrun.adapters.environment import environment
from hotrun.adapters.question import No
from hotrun.adapters.spawn import SpawnError, spawn
from hotrun.core.spec import Program

PATIENCE_S = 5.0
LOOK_FIRST_S, LOOK_MOST_S = 0.002, 0.05
CLOSE_S = 1.0
_CHUNK, _TAIL = 65_536, 4096

Launch = Callable[[Program], subprocess.Popen[bytes]]  # leads a group, its pipes have no buffer


def launch(program: Program) -> subprocess.Popen[bytes]:
    """Start it in a session of its own, with pipes. Raises SpawnError, OSError or UnicodeDecodeError."""
    # A missing env file has been told of when the process itself was started.
    return spawn(program, environment(program, {"HOTRUN": "1"}, False, lambda text: None))


class AskProgram:
    """Runs a program to its end."""

    def __init__(self, program: Program, launch: Launch = launch) -> None:
        self._program = program
        self._launch = launch
        self._running: subprocess.Popen[bytes] | None = None

    async def ask(self) -> No | None:
        """See Question."""
        try:
            popen = self._running = self._launch(self._program)
        except (SpawnError, OSError, UnicodeDecodeError) as error:
            return No(str(error), heard=True)
        tails = {stream: b"" for stream in (popen.stdout, popen.stderr) if stream is not None}
        for stream in tails:
            os.set_blocking(stream.fileno(), False)
        try:
            async with asyncio.timeout(PATIENCE_S):
                await _end(popen, tails)
        except TimeoutError:
            return No(f"no end within {PATIENCE_S:.0f} s", heard=True)
        finally:
            if self._running is popen:  # else close() has seen to it
                group.send(popen.pid, signal.SIGKILL)
                await _end(popen, tails)
                _forget(popen)
                self._running = None
        return None if popen.returncode == 0 else No(_reason(popen.returncode, tails.values()), heard=True)

    def close(self) -> None:
        """Kill and reap it, without the loop. Waits for what a SIGKILL takes, CLOSE_S at most."""
        if self._running is not None:
            group.send(self._running.pid, signal.SIGKILL)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._running.wait(CLOSE_S)
            _forget(self._running)
            self._running = None


async def _end(popen: subprocess.Popen[bytes], tails: dict[IO[bytes], bytes]) -> None:
    """Wait until it has ended, and keep the end of what it writes; a pipe that is full only makes it slower.

    SIGCHLD belongs to those who look after the runs.
    """
    look_s = LOOK_FIRST_S
    while True:
        ended = popen.poll() is not None
        for stream in tails:
            if chunk := _read(stream):
                tails[stream] = (tails[stream] + chunk)[-_TAIL:]
                look_s = LOOK_FIRST_S
        if ended:
            return
        await asyncio.sleep(look_s)
        look_s = min(look_s * 1.5, LOOK_MOST_S)


def _read(stream: IO[bytes]) -> bytes:
    return b"" if stream.closed else stream.read(_CHUNK) or b""  # None: nothing there


def _forget(popen: subprocess.Popen[bytes]) -> None:
    for stream in (popen.stdout, popen.stderr):
        if stream is not None:
            stream.close()


def _reason(status: int, tails: Iterable[bytes]) -> str:
    """How it ended and the last thing that it said, on stderr if there."""
    how = f"exit {status}" if status > 0 else _signal_name(-status)
    lines = [line for tail in tails for line in tail.decode("utf-8", "replace").splitlines() if line.strip()]
    return f"{how}: {lines[-1].strip()}" if lines else how


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"  # real-time signals have no name of their own
