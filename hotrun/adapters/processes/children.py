"""Runs all programs: starts them, reads their output, signals them, and reports how each one ended.

It works before the event loop exists, so that the first build step starts before anything heavy is imported. Answers of
its reaper wait in the channel until `attach` lets the loop read them. Every run ends with exactly one SpawnFailed or
Emptied.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from hotrun.adapters.guard.guard import Guard, ReaperSlot
from hotrun.adapters.guard.protocol.messages import (
    Answer,
    Empty,
    Ended,
    Failed,
    KillAll,
    Order,
    Send,
    Start,
    Started,
    Stuck,
    decode_answer,
    encode,
)
from hotrun.adapters.guard.protocol.records import SESSION_VARIABLE, SessionMark
from hotrun.adapters.instance.state_folder import StateFolder
from hotrun.adapters.os import process_table
from hotrun.adapters.output.logs import OutputLogs
from hotrun.adapters.output.pty import Window
from hotrun.adapters.output.streams import Streams
from hotrun.adapters.processes.environment import environment
from hotrun.adapters.processes.spawn import SpawnError, free_port, signal_name, start_order, why_failed, with_port
from hotrun.core.model.commands import Spawn
from hotrun.core.model.inputs import Emptied, Exited, Input, Noticed, Spawned, SpawnFailed

if TYPE_CHECKING:
    import asyncio

    from hotrun.adapters.processes.artifacts import Artifacts

Post = Callable[[Input], None]


class _Child:
    """One run, the channel to its reaper and the read ends of its streams."""

    def __init__(
        self, command: Spawn, env: Mapping[str, str], port: int | None, slot: ReaperSlot, streams: Streams
    ) -> None:
        self.command = command
        self.env = env
        self.port = port
        self.slot = slot
        self.streams = streams
        self.started = False
        self.reaper = 0  # its pid, once it has started the program
        self.exited = False
        self.empty = False  # nothing of it is left
        self.over = False  # its last input has been posted
        self.lost = False  # its reaper is gone

    @property
    def run(self) -> int:
        return self.command.run


class Children:
    """The adapter for Spawn, Signal and Kill."""

    def __init__(
        self,
        post: Post,
        colored: bool,
        guard: Guard,
        session: SessionMark,
        folder: StateFolder,
    ) -> None:
        """`post` gets the answers; `colored`: force colors."""
        self._post = post
        self._colored = colored
        self._session = session
        self._guard = guard
        guard.open(session)
        self._children: dict[int, _Child] = {}  # by token
        self._runs: dict[int, _Child] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._noticed: set[str] = set()
        self._window = Window()
        self._logs = OutputLogs(folder, lambda text: post(Noticed("warning", text)))
        self._is_paused = False

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let `loop` read the channels and the output."""
        self._loop = loop
        self._guard.attach(loop, self._on_lost, self._on_guard_death)
        self._window.listen(loop)
        for child in list(self._children.values()):
            self._listen(child)
            self._on_answers(child)

    def spawn(self, command: Spawn, own: Mapping[str, str], fds: Sequence[int] = (), names: Sequence[str] = ()) -> None:
        """Carry out Spawn; `own` are the run's HOTRUN_* variables.

        `fds` are sockets for the program, with their `names`, from descriptor 3 on; they stay open here.
        """
        port = free_port() if command.wants_port else None
        if port is not None:
            command = msgspec.structs.replace(command, program=with_port(command.program, port))
        try:
            env = environment(
                command.program, {**own, SESSION_VARIABLE: self._session.id}, self._colored, self._notice_once
            )
            start = start_order(command, env, names)
        except SpawnError as error:
            self._post(SpawnFailed(command.run, str(error)))
            return
        except (OSError, UnicodeDecodeError) as error:
            self._post(SpawnFailed(command.run, f"an env file cannot be read: {error}"))
            return
        self._begin(command, env, port, start, fds)

    def signal(self, run: int, name: str, only_main: bool = False) -> None:
        """Signal the group of a run, by name; `only_main`: only its main process."""
        self._order(run, Send(getattr(signal, name), only_main))

    def kill(self, run: int) -> None:
        """SIGKILL all that is left of a run."""
        self._order(run, KillAll())

    def type(self, run: int, data: bytes) -> None:
        """Type bytes into a run's terminal; warns if it takes no more."""
        child = self._runs.get(run)
        if child is not None and child.streams.terminal is not None and not child.streams.terminal.write(data):
            self._post(Noticed("warning", f"{child.command.name} does not read its input; dropped what was typed"))

    def pause_output(self, is_paused: bool) -> None:
        """Stop reading output, or go on. The consumer of hotrun's own output is behind."""
        if is_paused != self._is_paused:
            self._is_paused = is_paused
            for child in self._runs.values():
                child.streams.pause(is_paused)

    def follow_size(self) -> None:
        """Give every terminal our size, if somebody else than `attach` handles SIGWINCH."""
        self._window.follow()

    def close(self) -> None:
        """Kill all programs, including daemons of steps, and wait until nothing is left (10 s at most)."""
        for child in self._children.values():
            self._order(child.run, KillAll())
            child.streams.close()
            self._unlisten(child)
            child.slot.channel.close()
        self._children.clear()
        self._runs.clear()
        self._guard.close()
        self._window.close()
        self._loop = None

    def members(self, run: int) -> set[int]:
        """Return the pids of all processes of a run; none before it has been started."""
        child = self._runs.get(run)
        if child is None or not child.reaper:
            return set()
        return {seen.pid for seen in process_table.descendants(child.reaper)}

    def owner_of(self, pid: int) -> str | None:
        """Return the name of the step or process that this pid belongs to, including daemons of steps; None if none."""
        above = set(process_table.lineage(pid))
        return next((child.command.name for child in self._children.values() if child.reaper in above), None)

    @property
    def busy(self) -> bool:
        """Whether a reaper still has descendants: a run, or daemons of a step."""
        return bool(self._children)

    # starting

    def _begin(
        self, command: Spawn, env: Mapping[str, str], port: int | None, start: Start, fds: Sequence[int]
    ) -> None:
        log = self._logs.open(command.name, command.build, command.run)
        streams: Streams | None = None
        try:
            streams = Streams(command, self._window, self._post, log)
            tty = b"" if streams.terminal is None else os.fsencode(streams.terminal.slave_path)
            start = msgspec.structs.replace(start, tty=tty, sources=len(streams.sources))
            slot = self._send_start(start, (*streams.theirs, *fds, *streams.sources))
        except OSError as error:  # too many open files, terminals or processes
            if streams is not None:
                streams.close()
            text = f"{command.program.argv[0]} failed to start: {error.strerror}"
            self._post(SpawnFailed(command.run, text))
            return
        child = _Child(command, env, port, slot, streams)
        self._children[slot.token] = self._runs[command.run] = child
        streams.pause(self._is_paused)
        if self._loop is not None:
            self._listen(child)

    def _send_start(self, start: Start, fds: Sequence[int]) -> ReaperSlot:
        while True:
            slot = self._guard.acquire()
            try:
                slot.channel.send(encode(start), fds)
            except ConnectionError:  # somebody killed the spare reaper
                slot.channel.close()
            else:
                return slot

    def _order(self, run: int, order: Order) -> None:
        child = self._runs.get(run)
        if child is not None and not child.lost:
            with contextlib.suppress(OSError):  # its end is about to be reported
                child.slot.channel.send(encode(order))

    # answers of reapers

    def _listen(self, child: _Child) -> None:
        assert self._loop is not None
        self._loop.add_reader(child.slot.channel.fileno(), self._on_answers, child)

    def _unlisten(self, child: _Child) -> None:
        if self._loop is not None and not self._loop.is_closed() and not child.lost:
            self._loop.remove_reader(child.slot.channel.fileno())

    def _on_answers(self, child: _Child) -> None:
        """Handle the answers that have arrived; there are none after the reaper's end."""
        if child.lost:
            return
        try:
            for message, _ in child.slot.channel.receive():
                self._on_answer(child, decode_answer(message))
        except EOFError:
            self._unlisten(child)
            child.slot.channel.close()
            child.lost = True
            if child.over:
                del self._children[child.slot.token]
            elif not child.empty:
                self._notice_loss(child)

    def _on_answer(self, child: _Child, answer: Answer) -> None:
        match answer:
            case Started():
                child.started = True
                seen = process_table.find(answer.pid)
                child.reaper = 0 if seen is None else seen.parent
                child.streams.hand_over()
                self._post(Spawned(child.run, answer.pid, child.port))
                if self._loop is not None:
                    child.streams.listen(self._loop)
            case Failed():
                self._finish(child, SpawnFailed(child.run, why_failed(answer, child.command, child.env)))
            case Ended():
                self._on_exit(child, answer)
            case Empty():
                child.empty = True
                child.streams.drain()
                self._read_outputs(child)
            case Stuck():
                reason = "belongs to another user" if answer.denied else "hangs in a system call"
                self._post(
                    Noticed("warning", f"{child.command.name}: {answer.name} ({answer.pid}) {reason}; waiting for it")
                )

    def _on_exit(self, child: _Child, answer: Ended) -> None:
        status = os.waitstatus_to_exitcode(answer.status)
        exit_code, name = (status, None) if status >= 0 else (None, signal_name(-status))
        child.streams.drain()
        child.exited = True
        self._post(Exited(child.run, exit_code, name, answer.left))

    def _read_outputs(self, child: _Child) -> None:
        """The last input about a step describes its outputs. They are read in a thread, because that takes time."""
        root, outputs = child.command.root, child.command.outputs
        if not outputs or self._loop is None:
            self._finish(child, Emptied(child.run))
            return
        from hotrun.adapters.processes.artifacts import fingerprint

        reading = self._loop.run_in_executor(None, fingerprint, root, outputs)
        reading.add_done_callback(lambda reading: self._on_artifacts(child, reading))

    def _on_artifacts(self, child: _Child, reading: asyncio.Future[Artifacts]) -> None:
        if not reading.cancelled() and child.run in self._runs:
            self._finish(child, Emptied(child.run, *reading.result()))

    def _finish(self, child: _Child, last: Input) -> None:
        """Post the last input about a run.

        The channel stays: a step may have left daemons, and their reaper exits after them.
        """
        child.streams.close()
        del self._runs[child.run]
        child.over = True
        if child.lost:
            del self._children[child.slot.token]
        self._post(last)

    # failures

    def _notice_loss(self, child: _Child) -> None:
        self._post(Noticed("error", f"{child.command.name} lost its supervisor process; stopped"))

    def _on_lost(self, tokens: range) -> None:
        """Report the runs whose reapers had these tokens and were killed. Nothing of their programs is left."""
        for child in [child for token, child in self._children.items() if token in tokens]:
            self._on_answers(child)
            if child.lost and not child.over and not child.empty:
                self._report_lost(child)

    def _report_lost(self, child: _Child) -> None:
        if not child.started:
            self._finish(child, SpawnFailed(child.run, "its supervisor process is gone"))
            return
        child.streams.drain()
        if not child.exited:
            self._post(Exited(child.run, None, "SIGKILL"))
        self._finish(child, Emptied(child.run))

    def _on_guard_death(self) -> None:
        self._post(Noticed("error", "hotrun's guard process was killed; stopping all programs"))

    def _notice_once(self, text: str) -> None:
        if text not in self._noticed:
            self._noticed.add(text)
            self._post(Noticed("warning", text))
