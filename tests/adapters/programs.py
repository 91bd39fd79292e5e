"""Runs the adapters in a real event loop and waits for what they post, each time with a deadline."""

from __future__ import annotations

import asyncio
import functools
import inspect
import signal
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Concatenate, ParamSpec, TypeVar

from hotrun.adapters.guard.guard import Guard
from hotrun.adapters.guard.protocol.messages import Kind
from hotrun.adapters.guard.protocol.records import new_session
from hotrun.adapters.instance.state_folder import StateFolder
from hotrun.adapters.processes.children import Children
from hotrun.core.model.commands import Spawn
from hotrun.core.model.inputs import Emptied, Exited, Input, OutputRead, Spawned, SpawnFailed
from hotrun.core.model.project import Program
from tests.support.waiting import until

Params = ParamSpec("Params")
Fact = TypeVar("Fact", bound=Input)


class Programs:
    """`Children` and everything that it has posted."""

    def __init__(self, colored: bool = False) -> None:
        self.posted: list[Input] = []
        self.session = new_session("/")
        self.folder = tempfile.mkdtemp()
        self.children = Children(self.posted.append, colored, Guard(), self.session, StateFolder(self.folder))

    def spawn(
        self,
        run: int,
        *argv: str,
        cwd: object = "/",
        env: Mapping[str, str] | None = None,
        env_files: tuple[str, ...] = (),
        own: Mapping[str, str] | None = None,
        kind: Kind = "run",
        wants_port: bool = False,
        fds: Sequence[int] = (),
        names: Sequence[str] = (),
        outputs: tuple[str, ...] = (),
    ) -> None:
        program = Program(argv, str(cwd), dict(env or {}), env_files)
        command = Spawn(run, kind, f"p{run}", program, 1, wants_port=wants_port, outputs=outputs, root=str(cwd))
        self.children.spawn(command, own or {}, fds, names)

    def sh(self, run: int, script: str, cwd: object = "/") -> None:
        self.spawn(run, "sh", "-c", script, cwd=cwd)

    def told(self, kind: type[Fact], run: int) -> list[Fact]:
        """Return what was posted of this kind about a run."""
        return [fact for fact in self.posted if isinstance(fact, kind) and getattr(fact, "run", None) == run]

    def lines(self, run: int, stream: str = "stdout") -> list[str]:
        return [line for read in self.told(OutputRead, run) if read.stream == stream for line in read.lines]

    def spawned(self, run: int) -> Spawned:
        (fact,) = self.told(Spawned, run)
        return fact

    def pid(self, run: int) -> int:
        return self.spawned(run).pid

    def exit(self, run: int) -> Exited:
        (fact,) = self.told(Exited, run)
        return fact

    def is_over(self, run: int) -> bool:
        return bool(self.told(Emptied, run) or self.told(SpawnFailed, run))

    async def over(self, *runs: int) -> None:
        """Wait for the last input about each run."""
        for run in runs:
            await until(functools.partial(self.is_over, run), f"the end of run {run}")

    async def quiet(self) -> None:
        """Wait until the reapers of all ended runs are gone, and one is ready again."""
        await until(lambda: not self.children.busy, "the end of all reapers")

    async def said(self, run: int, line: str) -> None:
        """Wait for a line of output."""
        await until(lambda: line in self.lines(run), f"{line!r} of run {run}")


def with_programs(test: Callable[Concatenate[Programs, Params], Awaitable[None]]) -> Callable[Params, None]:
    """Give an async test its first argument, a Programs whose children are watched by the test's own loop."""

    async def main(*args: Params.args, **kwargs: Params.kwargs) -> None:
        programs = Programs()
        loop = asyncio.get_running_loop()
        programs.children.attach(loop)
        try:
            await test(programs, *args, **kwargs)
        finally:
            programs.children.close()
            loop.remove_signal_handler(signal.SIGCHLD)

    @functools.wraps(test)
    def run(*args: Params.args, **kwargs: Params.kwargs) -> None:
        asyncio.run(main(*args, **kwargs))

    signature = inspect.signature(test)
    run.__signature__ = signature.replace(parameters=[*signature.parameters.values()][1:])  # type: ignore[attr-defined]
    return run
