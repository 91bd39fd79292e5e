"""`Probes` in the test's own loop, with everything that they post, and programs that listen on command."""

from __future__ import annotations

import asyncio
import functools
import inspect
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Concatenate, ParamSpec

import pytest

from hotrun.adapters.guard.guard import Guard
from hotrun.adapters.os.process_table import descendants
from hotrun.adapters.readiness.probes import Probes
from hotrun.core.model.inputs import Input, ProbeFailed, ProbePassed
from tests.support.waiting import until

Params = ParamSpec("Params")


class Probing:
    """Probes of runs whose process trees start at `roots`, with `held` as the inodes of held sockets."""

    def __init__(self) -> None:
        self.posted: list[Input] = []
        self.roots: dict[int, int] = {}
        self.held: set[int] = set()
        self.guard = Guard()
        self.probes = Probes(
            self.posted.append,
            self._members,
            self.guard.acquire,
            lambda: self.held,
        )

    def _members(self, run: int) -> set[int]:
        root = self.roots.get(run)
        return set() if root is None else {root, *(seen.pid for seen in descendants(root))}

    def reasons(self, run: int = 1) -> list[str]:
        return [fact.why for fact in self.posted if isinstance(fact, ProbeFailed) and fact.run == run]

    def via(self, run: int = 1) -> list[str]:
        return [fact.via for fact in self.posted if isinstance(fact, ProbePassed) and fact.run == run]

    async def refused(self, why: str, run: int = 1) -> None:
        """Wait until a probe has failed with this reason last."""
        await until(lambda: self.reasons(run)[-1:] == [why], f"{why!r} in {self.posted}")

    async def answered(self, run: int = 1) -> str:
        """Wait until a probe has passed; returns which kind."""
        await until(lambda: self.via(run), f"an answer in {self.posted}")
        (via,) = self.via(run)
        return via


def with_probing(test: Callable[Concatenate[Probing, Params], Awaitable[None]]) -> Callable[Params, None]:
    """Pass an async test its first argument, a Probing in the test's own loop."""

    async def main(*args: Params.args, **kwargs: Params.kwargs) -> None:
        probing = Probing()
        probing.probes.attach(asyncio.get_running_loop())
        try:
            await test(probing, *args, **kwargs)
        finally:
            probing.probes.close()
            probing.guard.close()

    @functools.wraps(test)
    def run(*args: Params.args, **kwargs: Params.kwargs) -> None:
        asyncio.run(main(*args, **kwargs))

    signature = inspect.signature(test)
    run.__signature__ = signature.replace(parameters=[*signature.parameters.values()][1:])  # type: ignore[attr-defined]
    return run


class Server:
    """A child that runs one line of Python after the other, and answers each by a line."""

    def __init__(self, popen: subprocess.Popen[str]) -> None:
        self.popen = popen
        self.pid = popen.pid

    def do(self, line: str) -> str:
        """Run a line; returns the value of `it` afterwards."""
        assert self.popen.stdin is not None
        assert self.popen.stdout is not None
        print(line, file=self.popen.stdin, flush=True)
        return self.popen.stdout.readline().strip()


OBEY = """
import os, select, socket, subprocess, sys, threading
it = 0
for line in sys.stdin:
    exec(line)
    print(it, flush=True)
"""


@contextmanager
def server(*fds: int) -> Iterator[Server]:
    """Start a child that is killed at the end; it inherits `fds`."""
    popen = subprocess.Popen(
        [sys.executable, "-ISc", OBEY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, pass_fds=fds
    )
    with popen:
        try:
            yield Server(popen)
        finally:
            popen.kill()


def bound(host: str = "127.0.0.1") -> socket.socket:
    """Return a socket with a port that nobody else gets, and that refuses connections until it listens."""
    taken = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        taken.bind((host, 0))
    except OSError as error:
        taken.close()
        pytest.skip(f"{host}: {error}")
    return taken
