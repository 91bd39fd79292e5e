"""One program with its readers, on a pipe or a terminal: what children.py combines, without the rest."""

from __future__ import annotations

import asyncio
import functools
import inspect
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Concatenate, ParamSpec

from hotrun.adapters.output.logs import LogFile
from hotrun.adapters.output.pty import Pty
from hotrun.adapters.output.reader import OutputReader
from hotrun.core.model.inputs import Input, OutputRead, Prompted
from tests.support.waiting import until

Params = ParamSpec("Params")
PYTHON = (sys.executable, "-ISc")


class Stage:
    """What was posted, by all programs that were started here; all of them are ended by `close`."""

    def __init__(self) -> None:
        self.posted: list[Input] = []
        self.at_post: Callable[[], None] = lambda: None
        self.readers: list[OutputReader] = []
        self.pids: list[int] = []
        self._statuses: dict[int, int] = {}
        self._fds: list[int] = []
        self._terminals: list[Pty] = []

    def reader(self, run: int, fd: int, log: LogFile | None = None, prompts: bool = False) -> OutputReader:
        """Return a reader of `fd`, which is not in the loop yet."""
        reader = OutputReader(run, "stdout", fd, self._post, log, prompts)
        self.readers.append(reader)
        return reader

    def _post(self, input: Input) -> None:
        self.posted.append(input)
        self.at_post()

    def pipe(self, run: int, *argv: str, log: LogFile | None = None) -> OutputReader:
        """Start a program whose stdout is a pipe."""
        ours, its = os.pipe()
        self._fds.append(ours)
        self._spawn(argv, (os.POSIX_SPAWN_DUP2, its, 1))
        os.close(its)
        return self.reader(run, ours, log)

    def terminal(
        self, run: int, *argv: str, rows: int = 24, columns: int = 80, log: LogFile | None = None
    ) -> tuple[Pty, OutputReader]:
        """Start a program in a terminal, as the reaper does."""
        terminal = Pty(rows, columns)
        self._terminals.append(terminal)
        reader = self.reader(run, terminal.master, log, prompts=True)
        path = terminal.slave_path
        self._spawn(
            argv,
            (os.POSIX_SPAWN_OPEN, 0, path, os.O_RDWR, 0),
            (os.POSIX_SPAWN_DUP2, 0, 1),
            (os.POSIX_SPAWN_DUP2, 0, 2),
        )
        terminal.hand_over()
        return terminal, reader

    def _spawn(self, argv: tuple[str, ...], *actions: tuple[object, ...]) -> None:
        env = {"PATH": os.environ["PATH"], "TERM": "xterm"}
        pid = os.posix_spawnp(argv[0], argv, env, file_actions=actions, setsid=True, setsigdef=[signal.SIGHUP])
        self.pids.append(pid)

    def wait(self, number: int = -1) -> int:
        """Wait for the exit of a program; returns its exit status."""
        pid = self.pids[number]
        if pid not in self._statuses:
            self._statuses[pid] = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        return self._statuses[pid]

    def lines(self, run: int) -> list[str]:
        return [line for read in self.posted if isinstance(read, OutputRead) and read.run == run for line in read.lines]

    def prompts(self, run: int) -> list[str]:
        return [fact.text for fact in self.posted if isinstance(fact, Prompted) and fact.run == run]

    async def said(self, run: int, line: str) -> None:
        """Wait for a line."""
        await until(lambda: line in self.lines(run), f"{line!r} of run {run}")

    def close(self) -> None:
        for number, pid in enumerate(self.pids):
            if pid not in self._statuses:
                os.kill(pid, signal.SIGKILL)  # not reaped, so its pid is still its own
                self.wait(number)
        for reader in self.readers:
            reader.close()
        for terminal in self._terminals:
            terminal.close()
        for fd in self._fds:
            os.close(fd)


def staged(test: Callable[Concatenate[Stage, Params], Awaitable[None]]) -> Callable[Params, None]:
    """Give an async test its first argument, a Stage in the test's own loop."""

    async def main(*args: Params.args, **kwargs: Params.kwargs) -> None:
        stage = Stage()
        try:
            await test(stage, *args, **kwargs)
        finally:
            stage.close()

    @functools.wraps(test)
    def run(*args: Params.args, **kwargs: Params.kwargs) -> None:
        asyncio.run(main(*args, **kwargs))

    signature = inspect.signature(test)
    run.__signature__ = signature.replace(parameters=[*signature.parameters.values()][1:])  # type: ignore[attr-defined]
    return run
