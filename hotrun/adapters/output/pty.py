"""Pseudo-terminals for programs: one for each run, with the size of hotrun's own terminal, also when that changes.

The program finds a terminal as everywhere (echo, line editing, Ctrl-C as a signal), but for ONLCR, which is off: a
terminal would get "\\r\\n" for each "\\n", and what comes out here goes to a log and a view, which want the bytes that
the program wrote.
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
NO_SIZE = (24, 80)  # rows and columns where hotrun has no terminal itself
MOST_QUEUED = 65_536  # bytes that were typed and not taken: a paste, while a program does not read
_IFLAG, _OFLAG = 0, 1
_IUTF8 = 0x4000  # on Linux and macOS; the erase key takes away a character, not a byte


class Pty:
    """A pseudo-terminal for one run. Read `master`; the program opens `slave_path` in a session of its own.

    What opens it first in a new session without a terminal gets it as its controlling terminal. Before the spawn this
    holds the slave open, so that `master` has not reached its end: call `hand_over` when the program has been started.
    """

    def __init__(self, rows: int, columns: int) -> None:
        """Raises OSError where there is none to be had."""
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
        except BaseException:  # raised again: whatever it is, nothing that was opened may stay open
            self.close()
            raise

    def listen(self, loop: asyncio.AbstractEventLoop) -> None:
        """From now on `loop` writes what has to wait."""
        self._loop = loop
        self._write()

    def hand_over(self) -> None:
        """The program has it open (or will never have): from now on its end is the end of `master`."""
        if self._slave >= 0:
            os.close(self._slave)
            self._slave = -1

    def resize(self, rows: int, columns: int) -> None:
        """Set the size; the program's foreground group gets SIGWINCH if it is another one."""
        if not self.closed:
            termios.tcsetwinsize(self.master, (rows, columns))

    def write(self, data: bytes) -> bool:
        """Type `data`. What is not taken at once is queued; False: that would be too much, and nothing was taken.

        What nobody can read any more is dropped.
        """
        if self.closed or len(self._queue) + len(data) > MOST_QUEUED:
            return False
        self._queue += data
        self._write()
        return True

    @property
    def queued(self) -> int:
        """How many bytes wait to be taken."""
        return len(self._queue)

    def close(self) -> None:
        """Give it back; no reader may listen to `master` any more. Programs get SIGHUP if nobody else has `master`."""
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
    """hotrun's own terminal, as far as the programs' terminals follow it: its size."""

    def __init__(self) -> None:
        self._terminals: list[Pty] = []
        self._loop: asyncio.AbstractEventLoop | None = None

    def open(self) -> Pty:
        """A new terminal of the size that ours has, now and later. Raises OSError where there is none to be had."""
        terminal = Pty(*own_size())
        self._terminals = [one for one in self._terminals if not one.closed]
        self._terminals.append(terminal)
        if self._loop is not None:
            terminal.listen(self._loop)
        return terminal

    def listen(self, loop: asyncio.AbstractEventLoop) -> None:
        """From now on `loop` hears when our size changes (SIGWINCH), and writes what terminals have not taken."""
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
        """Hear no more. The terminals belong to their runs."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.remove_signal_handler(signal.SIGWINCH)
        self._loop = None


def own_size() -> tuple[int, int]:
    """Rows and columns of the terminal that hotrun writes to; NO_SIZE where it is none, or does not know."""
    try:
        columns, rows = os.get_terminal_size(STDOUT)
    except OSError:
        return NO_SIZE
    return rows or NO_SIZE[0], columns or NO_SIZE[1]
