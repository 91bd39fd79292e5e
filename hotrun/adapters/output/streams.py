"""The streams of one run: a terminal or two pipes, their readers, and the log that both write to."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hotrun.adapters.output.pty import Pty, Window
from hotrun.adapters.output.reader import OutputReader, Post
from hotrun.core.model.events import Stream

if TYPE_CHECKING:
    import asyncio

    from hotrun.adapters.output.logs import LogFile
    from hotrun.core.model.commands import Spawn


class Streams:
    """`theirs` are descriptors for the program's 0, 1 and 2; if there is a `terminal`, its slave replaces them."""

    def __init__(self, command: Spawn, window: Window, post: Post, log: LogFile | None) -> None:
        """`window` opens the terminal, `log` gets both streams. Raises OSError if there are no more descriptors."""
        self.terminal: Pty | None = None
        self.theirs: list[int] = []
        self._ours: list[int] = []
        self._readers: list[OutputReader] = []
        self._log = log
        try:
            if command.tty:
                self.terminal = window.open()
                self._readers.append(OutputReader(command.run, "stdout", self.terminal.master, post, log, prompts=True))
            self.theirs.append(os.open(os.devnull, os.O_RDWR))
            streams: tuple[Stream, ...] = () if command.tty else ("stdout", "stderr")
            for stream in streams:
                ours, its = os.pipe()
                self._ours.append(ours)
                self.theirs.append(its)
                self._readers.append(OutputReader(command.run, stream, ours, post, log))
        except BaseException:  # raised again: whatever it is, no descriptor may stay open
            self.close()
            raise
        while len(self.theirs) < 3:
            self.theirs.append(self.theirs[0])

    @property
    def sources(self) -> tuple[int, ...]:
        """The read ends, which the reaper drains if hotrun dies."""
        return tuple(self._ours) if self.terminal is None else (self.terminal.master,)

    def hand_over(self) -> None:
        """Close the program's ends here, once it has them or will never have them.

        Not before, or a terminal reaches its end.
        """
        for fd in set(self.theirs):
            os.close(fd)
        self.theirs = []
        if self.terminal is not None:
            self.terminal.hand_over()

    def listen(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let `loop` read."""
        for reader in self._readers:
            reader.listen(loop)

    def pause(self, is_paused: bool) -> None:
        """Stop reading for now, or continue."""
        for reader in self._readers:
            if is_paused:
                reader.pause()
            else:
                reader.resume()

    def drain(self) -> None:
        """Read what is there, as OutputReader.drain."""
        for reader in self._readers:
            reader.drain()

    def close(self) -> None:
        """Close everything, at the end of the run. Does nothing the second time."""
        self.hand_over()
        for reader in self._readers:
            reader.close()
        if self.terminal is not None:
            self.terminal.close()
        while self._ours:
            os.close(self._ours.pop())
        if self._log is not None:
            self._log.close()
