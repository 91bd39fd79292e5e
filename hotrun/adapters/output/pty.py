"""Pseudo-terminals for programs: one for each run, which has the size of hotrun's own terminal and follows its changes.

The program finds an ordinary terminal (echo, line editing, Ctrl-C as a signal), except that ONLCR is off. With it, each
"\n" would come out as "\r\n", but logs and views want the bytes that the program wrote.
"""

from __future__ import annotations

import contextlib
import os
import signal
import termios
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

STDOUT = 1
NO_SIZE = (24, 80)  # rows and columns, if hotrun itself has no terminal
MAX_QUEUED_BYTES = 65_536  # bytes that were typed and not read: a paste, while a program does not read
_IFLAG, _OFLAG = 0, 1
_IUTF8 = 0x4000  # on Linux and macOS; the erase key deletes a character, not a byte


class Pty:
    """A pseudo-terminal for one run. Read `master`; the program opens `slave_path` in a new session.

    The first process of a new session that opens it gets it as its controlling terminal. Until the spawn this object
    keeps the slave open, so that `master` has not reached its end: call `hand_over` when the program has been started.
    """

    def __init__(self, rows: int, columns: int) -> None:
        """Raises OSError if there is no free pseudo-terminal."""
        self.master, self._slave = os.openpty()
        self._queue = bytearray()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_listening = False
        self.closed = False
        try:
            os.set_blocking(self.master, False)
            self.slave_path = os.ttyname(self._slave)
            modes = termios.tcgetattr(self._slave)
            modes[_IFLAG] |= _IUTF8
            modes[_OFLAG] &= ~termios.ONLCR
            termios.tcsetattr(self._slave, termios.TCSANOW, modes)
            self.resize(rows, columns)
        except BaseException:  # raised again: whatever it is, no descriptor may stay open
            self.close()
            raise

    def listen(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let `loop` write what is queued."""
        self._loop = loop
        self._write()

    def hand_over(self) -> None:
        """Close our side of the slave, now that the program has it: `master` ends when the program has closed it."""
        if self._slave >= 0:
            os.close(self._slave)
            self._slave = -1

    def resize(self, rows: int, columns: int) -> None:
        """Set the size; the program's foreground group gets SIGWINCH if the size has changed."""
        if not self.closed:
            termios.tcsetwinsize(self.master, (rows, columns))

    def write(self, data: bytes) -> bool:
        """Type `data`. What is not read at once is queued. False: the queue is full, and nothing was queued.

        Input that nobody can read any more is dropped.
        """
        if self.closed or len(self._queue) + len(data) > MAX_QUEUED_BYTES:
            return False
        self._queue += data
        self._write()
        return True

    @property
    def queued(self) -> int:
        """The number of queued bytes."""
        return len(self._queue)

    def close(self) -> None:
        """Close the terminal; no reader may use `master` any more.

        Programs get SIGHUP unless somebody else has `master`.
        """
        if self.closed:
            return
        self._queue.clear()
        self._listen_if_queued()
        self.closed = True
        self.hand_over()
        os.close(self.master)

    def _write(self) -> None:
        try:
            while self._queue:
                del self._queue[: os.write(self.master, self._queue)]
        except BlockingIOError:
            pass
        except OSError:  # EIO: nobody has it open any more
            self._queue.clear()
        self._listen_if_queued()

    def _listen_if_queued(self) -> None:
        wanted = bool(self._queue)
        if self._loop is None or wanted == self._is_listening or self._loop.is_closed():
            return
        self._is_listening = wanted
        if wanted:
            self._loop.add_writer(self.master, self._write)
        else:
            self._loop.remove_writer(self.master)


class Window:
    """The size of hotrun's own terminal, which the programs' terminals follow."""

    def __init__(self) -> None:
        self._terminals: list[Pty] = []
        self._loop: asyncio.AbstractEventLoop | None = None

    def open(self) -> Pty:
        """Return a new terminal with our size, now and later. Raises OSError if there is no free one."""
        terminal = Pty(*own_size())
        self._terminals = [one for one in self._terminals if not one.closed]
        self._terminals.append(terminal)
        if self._loop is not None:
            terminal.listen(self._loop)
        return terminal

    def listen(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let `loop` handle a change of our size (SIGWINCH), and write what terminals have queued."""
        self._loop = loop
        loop.add_signal_handler(signal.SIGWINCH, self.follow)
        for terminal in self._terminals:
            if not terminal.closed:
                terminal.listen(loop)
        self.follow()

    def follow(self) -> None:
        """Give every terminal our size."""
        size = own_size()
        for terminal in self._terminals:
            with contextlib.suppress(OSError):
                terminal.resize(*size)

    def close(self) -> None:
        """Handle no more signals. The terminals belong to their runs."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.remove_signal_handler(signal.SIGWINCH)
        self._loop = None


def own_size() -> tuple[int, int]:
    """Return rows and columns of the terminal that hotrun writes to; those of NO_SIZE if unknown."""
    try:
        columns, rows = os.get_terminal_size(STDOUT)
    except OSError:
        return NO_SIZE
    return rows or NO_SIZE[0], columns or NO_SIZE[1]
