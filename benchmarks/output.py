"""The throughput of a process's output: from its terminal or pipe to a log, the engine and a view.

The parts run in this process without the rest of a session, with the hotrun of this Python. The peer is a loop that
reads and discards the same output. The last figure is the whole `hotrun`.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from benchmarks.environment import Environment
from benchmarks.figures import Figure
from benchmarks.memory import memory_mb
from benchmarks.project import project
from benchmarks.started import Started
from hotrun.adapters.instance.state_folder import StateFolder
from hotrun.adapters.output.logs import OutputLogs
from hotrun.adapters.output.pty import Pty
from hotrun.adapters.output.reader import OutputReader
from hotrun.core.engine import Engine
from hotrun.core.model import commands, events, inputs
from hotrun.core.model.project import Process, Program, Watch
from hotrun.core.model.project import Project as Spec
from hotrun.core.state.snapshot import Snapshot
from hotrun.session.inbox import Inbox
from hotrun.session.publish import Publisher
from hotrun.session.stdout import Stdout
from hotrun.views.lines.jsonl import JsonLines
from hotrun.views.lines.plain import Plain
from hotrun.views.lines.sink import Sink

if TYPE_CHECKING:
    from hotrun.session.publish import View

MB = 1_000_000
ROUNDS = 3
MIN_TERMINAL, MIN_PIPE = 30.0, 200.0
MAX_GROWTH_MB = 16.0
LONG_S = 120.0
PEER = "a loop that reads and forgets"

# argv: number of MB, and the end of each line. 100 bytes a line.
_CHATTY = """
import os, sys
line = b"2026-01-01 12:00:00 INFO GET /api/items/12345 served in 12 ms by worker 7"
line = line.ljust(99 - len(sys.argv[2]), b".") + sys.argv[2].encode() + b"\\n"
block = memoryview(line * 650)
for _ in range(int(sys.argv[1]) * 1_000_000 // len(block)):
    rest = block
    while rest:
        rest = rest[os.write(1, rest):]
"""

Kind = Literal["terminal", "pipe"]


def measure(environment: Environment) -> list[Figure]:
    """Measure all of them in several rounds, alternating with the peer."""
    colors = "\x1b[32mok\x1b[0m"
    return [
        _figure(environment, "terminal", "plain", 60, "a terminal, the log and the plain view to a file", MIN_TERMINAL),
        _figure(environment, "terminal", "json", 60, "a terminal, the log and the JSON view to a file", MIN_TERMINAL),
        _figure(
            environment,
            "terminal",
            "plain",
            60,
            "a terminal, with colors in each line, and the plain view",
            MIN_TERMINAL,
            colors,
        ),
        _figure(
            environment,
            "terminal",
            "json",
            60,
            "a terminal, with colors in each line, and the JSON view",
            MIN_TERMINAL,
            colors,
        ),
        _figure(environment, "pipe", "plain", 200, "a pipe, the log and the plain view to a file", None),
        _figure(environment, "pipe", None, 300, "a pipe and the log, no view", MIN_PIPE),
        _flat(environment),
        _whole(environment),
    ]


def _figure(
    environment: Environment,
    kind: Kind,
    view: str | None,
    size_mb: int,
    title: str,
    minimum: float | None,
    tail: str = "",
) -> Figure:
    ours, peer = list[float](), list[float]()
    for _ in range(ROUNDS):
        ours.append(asyncio.run(_through(environment, kind, view, size_mb, tail)))
        peer.append(_discarded(kind, size_mb, tail))
    return Figure(f"output through {title}", "MB/s", tuple(ours), PEER, tuple(peer), minimum=minimum)


def _flat(environment: Environment) -> Figure:
    """How much memory grows with a gigabyte of output."""
    asyncio.run(_through(environment, "pipe", None, 50))
    before = memory_mb(os.getpid())["Rss"]
    asyncio.run(_through(environment, "pipe", None, 1000))
    after = memory_mb(os.getpid())["Rss"]
    return Figure(
        "memory after 1 GB of that, compared with before: RSS",
        "MB",
        (after,),
        "before",
        (before,),
        maximum=round(before + MAX_GROWTH_MB),
    )


def _whole(environment: Environment) -> Figure:
    """The whole `hotrun`, with a process that prints 100 MB and exits."""
    size_mb = 100
    ours, peer = list[float](), list[float]()
    for number in range(ROUNDS):
        with project(environment, f"chatty-{number}") as small:
            script = small.sibling("chatty.py")
            script.write_text(_CHATTY, encoding="utf-8")
            small.configure(
                f'[run.chatty]\ncommand = ["{sys.executable}", "-IS", "{script}", "{size_mb}", "."]\n'
                'on_exit = "quit"\ntty = false\npaths = []\n'
            )
            with Started([str(environment.hotrun), "--ui", "plain"], small.folder, small.output) as hotrun:
                took_s = (hotrun.finish(LONG_S) - hotrun.started_ns) / 1e9
            ours.append(small.output.stat().st_size / MB / took_s)
            small.output.unlink()
        peer.append(_discarded("pipe", size_mb))
    return Figure("the whole `hotrun`, process on a pipe, plain view to a file", "MB/s", tuple(ours), PEER, tuple(peer))


# --- the assembled parts ----------------------------------------------------------------------------------------


class Session:
    """The engine with one process, and maybe a view."""

    def __init__(self, environment: Environment, view: View) -> None:
        self.inbox = Inbox(self.pump)
        self.after_pump: Callable[[], None] = lambda: None
        process = Process("chatty", Program(("chatty",), str(environment.folder)))
        spec = Spec(str(environment.folder), None, Watch((str(environment.folder),)), {}, {"chatty": process})
        self.engine = Engine(spec)
        self.publisher = Publisher(Snapshot(), lambda: view, lambda event: [])
        self.run = 0

    def begin(self) -> None:
        """Make the engine believe that the process has started."""
        self.inbox.post(inputs.Begin("0", 1))
        self.pump()
        self.inbox.post(inputs.Spawned(self.run, 1))
        self.pump()

    def pump(self) -> None:
        """Handle all inputs, as the app does."""
        for input in self.inbox.drain():
            for effect in self.engine.handle(input, time.monotonic_ns() // 1_000_000):
                if isinstance(effect, events.Event):
                    self.publisher.publish(effect)
                elif isinstance(effect, commands.Spawn):
                    self.run = effect.run
        self.publisher.flush()
        _ = self.engine.deadline_ms
        self.after_pump()


class _Nothing:
    def show(self, event: events.Event, seq: int, stamp: str) -> None:
        pass

    def flush(self) -> None:
        pass


async def _through(environment: Environment, kind: Kind, view: str | None, size_mb: int, tail: str = "") -> float:
    """The MB/s from the start of the program to the end of its output."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    with (environment.folder / "said").open("wb") as file:
        session = Session(environment, _view(view, Stdout(file.fileno()).write))
        session.begin()
        log = OutputLogs(StateFolder(str(environment.folder)), print).open("chatty", 1, session.run)

        def after_pump() -> None:
            if reader.ended:
                ended.set()

        session.after_pump = after_pump
        session.inbox.attach(loop)

        stream = _Stream(kind, size_mb, tail)
        reader = OutputReader(session.run, "stdout", stream.fd, session.inbox.post, log, prompts=kind == "terminal")
        reader.listen(loop)
        await asyncio.wait_for(ended.wait(), LONG_S)
        took_s = time.monotonic() - stream.started_s
        log.close()
        stream.close()
    return size_mb / took_s


def _discarded(kind: Kind, size_mb: int, tail: str = "") -> float:
    """The MB/s of the peer."""
    stream = _Stream(kind, size_mb, tail)
    try:
        while os.read(stream.fd, 65_536):
            pass
    except OSError:  # a closed terminal
        pass
    took_s = time.monotonic() - stream.started_s
    stream.close()
    return size_mb / took_s


class _Stream:
    """The program and our end of its stream."""

    def __init__(self, kind: Kind, size_mb: int, tail: str) -> None:
        argv = [sys.executable, "-ISc", _CHATTY, str(size_mb), tail]
        self._terminal = Pty(24, 80) if kind == "terminal" else None
        self.started_s = time.monotonic()
        if self._terminal is not None:
            self.fd = self._terminal.master
            its = os.open(self._terminal.slave_path, os.O_RDWR | os.O_NOCTTY)
            os.set_blocking(self.fd, True)  # for the peer
        else:
            self.fd, its = os.pipe()
        self._program = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=its, start_new_session=True)
        os.close(its)
        if self._terminal is not None:
            self._terminal.hand_over()

    def close(self) -> None:
        """Wait for the program, which has exited."""
        self._program.wait(LONG_S)
        if self._terminal is not None:
            self._terminal.close()
        else:
            os.close(self.fd)


def _view(name: str | None, write: Callable[[bytes], None]) -> View:
    if name == "plain":
        return Plain(Sink(write), True, Snapshot())
    return JsonLines(Sink(write)) if name == "json" else _Nothing()
