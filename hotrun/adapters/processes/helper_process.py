"""A program that hotrun runs for itself, to its end: it has a reaper as every other, so nothing of it stays behind."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable

from hotrun.adapters.guard.guard import ReaperSlot
from hotrun.adapters.guard.protocol.messages import Answer, Empty, Ended, Failed, KillAll, decode_answer, encode
from hotrun.adapters.processes.environment import environment
from hotrun.adapters.processes.spawn import order, why
from hotrun.core.model.commands import Spawn
from hotrun.core.model.project import Program

_CHUNK, _TAIL = 65_536, 4096

AcquireReaper = Callable[[], ReaperSlot]


class HelperError(Exception):
    """It could not be started, or was not left only_main; the text says why."""


class HelperProcess:
    """One program. `status` is that of wait, None before its end; `tail` the last of what it printed."""

    def __init__(self, slot: ReaperSlot, program: Program, stdout: int | None = None) -> None:
        """Starts it, in a running loop. Raises SpawnError, OSError or UnicodeDecodeError; then nothing of it runs.

        `stdout`: a descriptor that takes this stream whole; `tail` is then of stderr only_main.
        """
        self.status: int | None = None
        self.tail = b""
        self._slot = slot
        self._loop = asyncio.get_running_loop()
        self._over: asyncio.Future[None] = self._loop.create_future()
        # A missing env file has been told of when the process itself was started.
        self._env = environment(program, {"HOTRUN": "1"}, False, lambda text: None)
        self._command = Spawn(0, "run", program.argv[0], program, 0)
        self._out, theirs = os.pipe()
        null = os.open(os.devnull, os.O_RDONLY)
        try:
            slot.channel.send(
                encode(order(self._command, self._env)), (null, theirs if stdout is None else stdout, theirs)
            )
        except BaseException:  # raised again: whatever it is, nothing that was opened may stay open
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
        """Wait until nothing of it lives. Raises HelperError where it could not be started."""
        await asyncio.shield(self._over)

    def kill(self) -> None:
        """End it with all that it has started; `over` tells when that is done."""
        if not self._over.done():
            with contextlib.suppress(OSError):  # its end is on the way to us
                self._slot.channel.send(encode(KillAll()))

    def leave(self) -> None:
        """The same without waiting: the guard sees to it."""
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
                self._finish(HelperError(why(answer, self._command, self._env)))
            case Ended():
                self.status = os.waitstatus_to_exitcode(answer.status)
                if answer.left:
                    self.kill()
            case Empty():
                self._finish(None)
            case _:
                pass

    def _on_output(self) -> None:
        """Keep the end of what it writes; what it leaves in the pipe only makes it slower."""
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
            self._over.exception()  # whoever asks is told; nobody has to ask
