"""All running programs: starts them, reads them, signals them, and tells the engine how each one ended.

Works before the event loop exists, so that the first build step starts before anything heavy is imported; `attach`
then lets the loop watch what already runs. Every run ends with exactly one SpawnFailed or Emptied.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from typing import IO, TYPE_CHECKING

from hotrun.adapters import group
from hotrun.adapters.environment import environment
from hotrun.adapters.output import LineSplitter
from hotrun.adapters.spawn import SpawnError, spawn
from hotrun.adapters.stamp import stamp
from hotrun.core.commands import Spawn
from hotrun.core.inputs import Emptied, Exited, Input, Noticed, OutputRead, Spawned, SpawnFailed, Stream

if TYPE_CHECKING:
    import asyncio

CHUNK = 65_536
DRAIN_CHUNKS = 64  # at the end of a run: what a pipe can hold (64 KB, 1 MB at most), not what a daemon goes on writing
LOOK_FIRST_S, LOOK_MOST_S = 0.002, 0.05  # members of a group are not our children, so nothing tells when they end

Post = Callable[[Input], None]


class _Pipe:
    """The reading end of one stream."""

    def __init__(self, stream: Stream, file: IO[bytes]) -> None:
        self.stream = stream
        self.file = file
        self.splitter = LineSplitter()


class _Child:
    """One run's process and its two pipes."""

    def __init__(self, run: int, popen: subprocess.Popen[bytes], outputs: tuple[str, ...]) -> None:
        assert popen.stdout is not None
        assert popen.stderr is not None
        self.run = run
        self.popen = popen
        self.outputs = outputs
        self.exited = False
        self.look_s = LOOK_FIRST_S
        self.pipes: dict[int, _Pipe] = {
            popen.stdout.fileno(): _Pipe("stdout", popen.stdout),
            popen.stderr.fileno(): _Pipe("stderr", popen.stderr),
        }
        for fd in self.pipes:
            os.set_blocking(fd, False)


class Children:
    """The adapter for Spawn, Signal and Kill."""

    def __init__(self, post: Post, colored: bool, hurry: Callable[[], None] = lambda: None) -> None:
        """`post` takes the answers; `hurry` is called after some came from the loop; `colored`: force colors."""
        self._post = post
        self._hurry = hurry
        self._colored = colored
        self._children: dict[int, _Child] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._missing: set[str] = set()

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """From now on `loop` watches the pipes and SIGCHLD."""
        self._loop = loop
        loop.add_signal_handler(signal.SIGCHLD, self._on_sigchld)
        for child in list(self._children.values()):
            self._listen(child)
        self._on_sigchld()

    def spawn(self, command: Spawn, own: Mapping[str, str]) -> None:
        """Carry out Spawn; `own` are the run's HOTRUN_* variables."""
        try:
            env = environment(command.program, own, self._colored, self._notice_once)
            popen = spawn(command.program, env)
        except SpawnError as error:
            self._post(SpawnFailed(command.run, str(error)))
            return
        except (OSError, UnicodeDecodeError) as error:
            self._post(SpawnFailed(command.run, f"an env file cannot be read: {error}"))
            return
        child = self._children[command.run] = _Child(command.run, popen, command.outputs)
        self._post(Spawned(command.run, popen.pid))
        if self._loop is not None:
            self._listen(child)

    def signal(self, run: int, name: str) -> None:
        """Signal the group of a run, by name."""
        child = self._children.get(run)
        if child is not None:
            group.send(child.popen.pid, getattr(signal, name))

    def kill(self, run: int) -> None:
        """SIGKILL the group of a run."""
        self.signal(run, "SIGKILL")

    def close(self) -> None:
        """The way out in an emergency: kill and reap all, at once."""
        for child in self._children.values():
            group.send(child.popen.pid, signal.SIGKILL)
            child.popen.wait()
            self._close_pipes(child)
        self._children.clear()

    # --- reading -----------------------------------------------------------------------------------------------

    def _listen(self, child: _Child) -> None:
        assert self._loop is not None
        for fd in child.pipes:
            self._loop.add_reader(fd, self._on_readable, child, fd)

    def _on_readable(self, child: _Child, fd: int) -> None:
        try:
            if not self._read(child, fd):
                self._close_pipe(child, fd)
        except BlockingIOError:
            return
        self._hurry()

    def _read(self, child: _Child, fd: int) -> bool:
        """Post what one read brings; False at the end of the stream. Raises BlockingIOError when there is nothing."""
        pipe = child.pipes[fd]
        chunk = os.read(fd, CHUNK)
        lines = pipe.splitter.feed(chunk) if chunk else pipe.splitter.finish()
        if lines:
            self._post(OutputRead(child.run, pipe.stream, lines))
        return bool(chunk)

    def _drain(self, child: _Child) -> None:
        """Read what is there; others may hold the pipe open for ever, so its end is not waited for."""
        for fd in list(child.pipes):
            try:
                for _ in range(DRAIN_CHUNKS):
                    if not self._read(child, fd):
                        break
            except BlockingIOError:
                pass
            rest = child.pipes[fd].splitter.finish()
            if rest:
                self._post(OutputRead(child.run, child.pipes[fd].stream, rest))

    def _close_pipe(self, child: _Child, fd: int) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.remove_reader(fd)
        child.pipes.pop(fd).file.close()

    def _close_pipes(self, child: _Child) -> None:
        for fd in list(child.pipes):
            self._close_pipe(child, fd)

    # --- endings -----------------------------------------------------------------------------------------------

    def _on_sigchld(self) -> None:
        """SIGCHLD says that something ended, not what: ask for each of ours."""
        for child in list(self._children.values()):
            if not child.exited and child.popen.poll() is not None:
                child.exited = True
                self._on_exit(child)
        self._hurry()

    def _on_exit(self, child: _Child) -> None:
        status = child.popen.returncode
        left = group.alive(child.popen.pid)
        exit_code, name = (status, None) if status >= 0 else (None, _signal_name(-status))
        self._drain(child)
        self._post(Exited(child.run, exit_code, name, left))
        self._look(child, left)

    def _look(self, child: _Child, left: bool) -> None:
        if not left:
            self._drain(child)
            self._close_pipes(child)
            del self._children[child.run]
            self._post(Emptied(child.run, stamp(child.outputs)))
        else:
            assert self._loop is not None
            self._loop.call_later(child.look_s, self._look_again, child)
            child.look_s = min(child.look_s * 1.5, LOOK_MOST_S)

    def _look_again(self, child: _Child) -> None:
        if child.run in self._children:
            self._look(child, group.alive(child.popen.pid))
            self._hurry()

    def _notice_once(self, text: str) -> None:
        if text not in self._missing:
            self._missing.add(text)
            self._post(Noticed("warning", text))


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"  # real-time signals have no name of their own
