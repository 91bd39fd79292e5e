"""Runs a program for hotrun itself. It has a reaper like every other program, so nothing of it is left behind."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable

from hotrun.adapters.guard.guard import ReaperSlot
from hotrun.adapters.guard.protocol.messages import Answer, Empty, Ended, Failed, KillAll, decode_answer, encode
from hotrun.adapters.processes.environment import environment
from hotrun.adapters.processes.spawn import start_order, why_failed
from hotrun.core.model.commands import Spawn
from hotrun.core.model.project import Program

_CHUNK, _TAIL = 65_536, 4096

AcquireReaper = Callable[[], ReaperSlot]


class HelperError(Exception):
    """The program could not be started, or was killed; the text says why."""


class HelperProcess:
    """One program. `status` is its exit status, None before its exit; `tail` is the end of its output."""

    def __init__(self, slot: ReaperSlot, program: Program, stdout: int | None = None) -> None:
        """Start it, in a running loop. Raises SpawnError, OSError or UnicodeDecodeError; then nothing of it runs.

        `stdout`: a descriptor that gets this stream whole; `tail` is then of stderr only.
        """
        self.status: int | None = None
        self.tail = b""
        self._slot = slot
        self._loop = asyncio.get_running_loop()
        self._over: asyncio.Future[None] = self._loop.create_future()
        # A missing env file was reported when the process itself was started.
        self._env = environment(program, {"HOTRUN": "1"}, False, lambda text: None)
        self._command = Spawn(0, "run", program.argv[0], program, 0)
        self._out, theirs = os.pipe()
        null = os.open(os.devnull, os.O_RDONLY)
        try:
            slot.channel.send(
                encode(start_order(self._command, self._env)), (null, theirs if stdout is None else stdout, theirs)
            )
        except BaseException:  # raised again: whatever it is, no descriptor may stay open
            os.close(self._out)
            slot.channel.close()
            raise
        finally:
            os.close(theirs)
            os.close(null)
        os.set_blocking(self._out, False)
        self._loop.add_reader(slot.channel.fileno(), self._on_answers)
        self._loop.add_reader(self._out, self._on_output)

    async def over(self) -> None:
        """Wait until nothing of it is left. Raises HelperError if it could not be started."""
        await asyncio.shield(self._over)

    def kill(self) -> None:
        """Kill it with all its descendants; `over` returns when they are gone."""
        if not self._over.done():
            with contextlib.suppress(OSError):  # its exit is about to be reported
                self._slot.channel.send(encode(KillAll()))

    def leave(self) -> None:
        """Kill it without waiting: the guard sees to it."""
        self.kill()
        self._finish(None)

    def _on_answers(self) -> None:
        try:
            for message, _ in self._slot.channel.receive():
                self._on_answer(decode_answer(message))
        except EOFError:
            self._finish(HelperError("its supervisor process was killed"))

    def _on_answer(self, answer: Answer) -> None:
        match answer:
            case Failed():
                self._finish(HelperError(why_failed(answer, self._command, self._env)))
            case Ended():
                self.status = os.waitstatus_to_exitcode(answer.status)
                if answer.left:
                    self.kill()
            case Empty():
                self._finish(None)
            case _:
                pass

    def _on_output(self) -> None:
        """Keep the end of its output. Reading slowly only slows the program down."""
        with contextlib.suppress(BlockingIOError):
            chunk = os.read(self._out, _CHUNK)
            self.tail = (self.tail + chunk)[-_TAIL:]
            if not chunk:
                self._loop.remove_reader(self._out)

    def _finish(self, error: HelperError | None) -> None:
        if self._over.done():
            return
        if not self._loop.is_closed():
            self._on_output()
            self._loop.remove_reader(self._out)
            self._loop.remove_reader(self._slot.channel.fileno())
        os.close(self._out)
        self._slot.channel.close()
        if error is None:
            self._over.set_result(None)
        else:
            self._over.set_exception(error)
            self._over.exception()  # marked as seen: nobody has to wait for it
