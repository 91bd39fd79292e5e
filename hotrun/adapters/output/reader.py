"""Reads one stream of a run, from a pipe or the master of a terminal: into its log, and as lines to the engine.

A turn is bounded, so that a flooding program leaves time for all others. What is not read yet waits in the pipe, and a
full pipe slows the program. That is also the back-pressure: `pause` stops reading, and nothing is ever dropped.

The stream may outlive the run if a daemon has it open: `drain` reads what is there and no more.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from hotrun.adapters.output.lines import LineSplitter
from hotrun.core.model.events import Stream
from hotrun.core.model.inputs import Input, OutputRead, Prompted

if TYPE_CHECKING:
    import asyncio

    from hotrun.adapters.output.logs import LogFile

TURN_BYTES = 131_072  # more is slower: the allocator takes larger blocks from the system each time (387 to 237 MB/s)
TURN_S = 0.002  # a terminal gives 4 KB for each read, so it takes longer to get as much
PROMPT_S = 0.1  # an unfinished line that does not change for so long may be a prompt
TERMINAL_BUFFER_BYTES = 131_072  # on Linux: two buffers of 64 KB, less than half of it used
PIPE_BUFFER_BYTES = 1_048_576  # where the system does not tell

Post = Callable[[Input], None]

_buffer = memoryview(bytearray(TURN_BYTES))  # shared by all readers: there is one loop, and it runs one turn at a time


class OutputReader:
    """Reads one stream. Whoever opened the descriptor closes it, after `close`."""

    def __init__(
        self,
        run: int,
        stream: Stream,
        fd: int,
        post: Post,
        log: LogFile | None = None,
        prompts: bool = False,
    ) -> None:
        """`fd` becomes non-blocking.

        `prompts`: post Prompted when a line stays unfinished; for terminals, where a program may wait for an answer.
        """
        os.set_blocking(fd, False)
        self._run = run
        self._stream: Stream = stream
        self._fd = fd
        self._post = post
        self._log = log
        self._splitter = LineSplitter()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_listening = False
        self._is_paused = False
        self.ended = False  # the stream has ended, or was closed
        self._prompts = prompts
        self._prompt_timer: asyncio.TimerHandle | None = None
        self._prompted = ""
        self._read_s = 0.0

    def listen(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let `loop` read; before that the program can write as much as a pipe takes."""
        self._loop = loop
        self._listen()

    def pause(self) -> None:
        """Stop reading for now."""
        self._is_paused = True
        self._listen()

    def resume(self) -> None:
        """Continue to read."""
        self._is_paused = False
        self._listen()
        self._await_prompt()

    def drain(self) -> None:
        """Post and log what is there, also an unfinished line and while paused; for a program that has exited.

        Does not wait for more output of other processes.
        """
        left = _buffer_bytes(self._fd) if not self.ended else 0
        while left > 0 and not self.ended:
            read = self._turn()
            if read == 0:
                break
            left -= read
        self._post_lines(self._splitter.finish())

    def close(self) -> None:
        """Release the descriptor, so that it can be closed."""
        self.ended = True
        self._listen()
        if self._prompt_timer is not None:
            self._prompt_timer.cancel()
            self._prompt_timer = None

    def _listen(self) -> None:
        wanted = not self._is_paused and not self.ended
        if self._loop is None or wanted == self._is_listening or self._loop.is_closed():
            return
        self._is_listening = wanted
        if wanted:
            self._loop.add_reader(self._fd, self._on_readable)
        else:
            self._loop.remove_reader(self._fd)

    def _on_readable(self) -> None:
        self._turn()
        self._await_prompt()

    def _turn(self) -> int:
        """Read until nothing is left or the turn is over; returns the number of bytes."""
        filled, has_ended = self._fill()
        if filled:
            chunk = _buffer[:filled]
            if self._log is not None:
                self._log.write(chunk)
            self._post_lines(self._splitter.feed(chunk))
        if has_ended:
            self._post_lines(self._splitter.finish())
            self.close()
        return filled

    def _fill(self) -> tuple[int, bool]:
        """Fill the buffer; returns the number of bytes, and whether the stream has ended."""
        filled = 0
        until_s = time.monotonic() + TURN_S
        try:
            while filled < TURN_BYTES:
                read = os.readv(self._fd, [_buffer[filled:]])
                if read == 0:
                    return filled, True
                filled += read
                self._read_s = time.monotonic()
                if self._read_s >= until_s:
                    break
        except BlockingIOError:
            pass
        except OSError as error:
            if error.errno != errno.EIO:  # no program has the terminal open any more
                raise
            return filled, True
        return filled, False

    def _post_lines(self, lines: tuple[str, ...]) -> None:
        if lines:
            self._prompted = ""  # if the same prompt comes again, it is another one
            self._post(OutputRead(self._run, self._stream, lines))

    # --- prompts -----------------------------------------------------------------------------------------------

    def _await_prompt(self) -> None:
        """Set one timer, and again if it fires too early: a flood must not create and cancel thousands."""
        if not self._prompts or self._prompt_timer is not None or self.ended or self._loop is None:
            return
        if self._splitter.rest:
            left_s = self._read_s + PROMPT_S - time.monotonic()
            self._prompt_timer = self._loop.call_later(left_s, self._on_prompt_time)

    def _on_prompt_time(self) -> None:
        self._prompt_timer = None
        if self._is_paused:
            return  # there may be more to read; `resume` sets the timer again
        if time.monotonic() < self._read_s + PROMPT_S:
            self._await_prompt()
            return
        text = _visible(self._splitter.rest)
        if text.strip() and text != self._prompted:
            self._prompted = text
            self._post(Prompted(self._run, text))


def _buffer_bytes(fd: int) -> int:
    """The size of the buffer of a pipe or terminal."""
    if not stat.S_ISFIFO(os.fstat(fd).st_mode):
        return TERMINAL_BUFFER_BYTES
    command = getattr(fcntl, "F_GETPIPE_SZ", None)  # Linux
    return PIPE_BUFFER_BYTES if command is None else fcntl.fcntl(fd, command)


def _visible(rest: str) -> str:
    """The visible part of an unfinished line with carriage returns, such as a progress bar."""
    return next((part for part in reversed(rest.split("\r")) if part), "")
