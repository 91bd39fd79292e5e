"""hotrun's own terminal: takes the keyboard, and gives the terminal back as it was, whatever ends or stops hotrun.

It sets modes and reads bytes, and gives them no meaning; what is on screen belongs to whoever draws. Nothing is touched
where standard input is no terminal, or is somebody else's at the moment (`hotrun &`): then there are no keys.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import termios
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio

STDIN, STDOUT = 0, 1
NO_SIZE = (80, 24)  # columns and rows, where a terminal does not know
LOOK_S = 1.0  # between two looks whether we are in the foreground: a shell's `fg` need not tell us
_MOST_READ = 65_536
_IFLAG, _LFLAG, _CC = 0, 3, 6
# Ctrl-C and Ctrl-Z stay signals. IEXTEN would keep Ctrl-V, Ctrl-O and Ctrl-Y on macOS.
_LINES = termios.ICANON | termios.ECHO | termios.ECHONL | termios.IEXTEN
# For a program in a terminal of its own, which has all this itself: signals, Ctrl-S, and what Enter sends.
_SIGNALS = termios.ISIG
_TRANSLATIONS = termios.ICRNL | termios.INLCR | termios.IGNCR | termios.IXON | termios.ISTRIP
# A background process that reads, writes (stty tostop) or sets modes is stopped by these unless it ignores them.
_JOB_CONTROL = (signal.SIGTTIN, signal.SIGTTOU)

Callback = Callable[[], None]


class Console:
    """The terminal on two descriptors. `enter` and `restore` go in pairs, and each does nothing the second time."""

    def __init__(self, fd_in: int = STDIN, fd_out: int = STDOUT) -> None:
        self._in = fd_in
        self._out = fd_out
        self._before: list[Any] | None = None  # the modes to give back
        self._lent: list[Any] | None = None  # the same, while another program has the terminal
        self._handlers: dict[signal.Signals, Any] = {}  # the ones to give back
        self._has_keyboard = False
        self._is_typing = False
        self._is_wanted = False  # between enter and restore
        self._loop: asyncio.AbstractEventLoop | None = None
        self._looking: asyncio.TimerHandle | None = None
        self._on_bytes: Callable[[bytes], None] = lambda data: None
        self._on_resize: Callback = lambda: None
        self._on_leave: Callback = lambda: None
        self._on_return: Callback = lambda: None

    @property
    def has_keyboard(self) -> bool:
        """Whether keys reach us."""
        return self._has_keyboard

    def size(self) -> tuple[int, int]:
        """Columns and rows; NO_SIZE for what is not known."""
        try:
            columns, rows = os.get_terminal_size(self._out)
        except OSError:
            return NO_SIZE
        return columns or NO_SIZE[0], rows or NO_SIZE[1]

    def enter(self) -> bool:
        """Take the keyboard: keys come one by one and are not shown. False: it is not ours, now or ever.

        Call it in the main thread. From now on the background does not stop us, and `restore` is called at the end of
        the interpreter at the latest.
        """
        self._end_loan()
        if not self._is_wanted:
            self._is_wanted = True
            atexit.register(self.restore)
            for number in _JOB_CONTROL:
                self._handlers[number] = signal.signal(number, signal.SIG_IGN)
        self._take()
        return self._has_keyboard

    def set_typing(self, is_typing: bool) -> None:
        """Whether the bytes are for a program in a terminal of its own: then Ctrl-C, Ctrl-Z, Ctrl-S are bytes, too.

        Whoever gets the bytes has to look for the key that ends this.
        """
        self._is_typing = is_typing
        if self._has_keyboard:
            self._take()

    def listen(
        self,
        loop: asyncio.AbstractEventLoop,
        on_bytes: Callable[[bytes], None],
        *,
        on_resize: Callback,
        on_leave: Callback,
        on_return: Callback,
    ) -> None:
        """From now on `loop` hears the keyboard and what is done to the terminal.

        `on_resize`: SIGWINCH, which no one else hears any more. `on_leave`: we are about to be stopped (Ctrl-Z), and
        what it draws or undoes must be written when it returns. `on_return`: we go on; nothing that was on screen is
        sure to be there, the keyboard may be somebody else's, and the size may be another.
        """
        self._on_bytes, self._on_resize, self._on_leave, self._on_return = on_bytes, on_resize, on_leave, on_return
        self._loop = loop
        loop.add_signal_handler(signal.SIGWINCH, lambda: self._on_resize())
        self._hear_stops(loop)
        if self._is_wanted:
            self._take()

    def restore(self) -> None:
        """Give the terminal back as it was, for another program or for good. Never fails, and waits for nobody."""
        self._lose()
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None
        # The modes of a terminal that is the shell's again are the shell's.
        if self._before is not None and self._is_in_foreground():
            self._set(self._before)
        self._before = None
        if self._is_wanted:
            self._is_wanted = False
            atexit.unregister(self.restore)
            for number, handler in self._handlers.items():
                signal.signal(number, handler or signal.SIG_DFL)
            self._handlers.clear()

    def lend(self) -> None:
        """Restore, for a program that runs in front of us until `enter`; which may die and leave modes of its own."""
        before = self._before
        self.restore()
        self._lent = before

    def close(self) -> None:
        """Restore, and hear no more."""
        self._end_loan()
        self.restore()
        if self._loop is not None and not self._loop.is_closed():
            for number in (signal.SIGWINCH, signal.SIGTSTP, signal.SIGCONT):
                self._loop.remove_signal_handler(number)
        self._loop = None

    # --- modes -------------------------------------------------------------------------------------------------

    def _is_in_foreground(self) -> bool:
        """Whether the terminal is ours now: it is our controlling one, and no other group's."""
        try:
            return os.tcgetpgrp(self._in) == os.getpgrp()
        except OSError:
            return False

    def _take(self) -> None:
        """Set the modes and read, if we may; else look again later, if that can change."""
        if not self._is_in_foreground():
            self._lose()
            self._look_later()
            return
        try:
            if self._before is None:
                self._before = termios.tcgetattr(self._in)
            self._set(self._modes(self._before))
        except termios.error:
            self._lose()
            return
        self._has_keyboard = True
        if self._loop is not None:
            self._loop.add_reader(self._in, self._read)

    def _end_loan(self) -> None:
        """The modes are as they were before it, whatever the borrower has made of them."""
        if self._lent is not None and self._is_in_foreground():
            self._set(self._lent)
        self._lent = None

    def _modes(self, before: list[Any]) -> list[Any]:
        modes = [*before[:_CC], [*before[_CC]]]
        modes[_LFLAG] &= ~(_LINES | (_SIGNALS if self._is_typing else 0))
        modes[_IFLAG] &= ~(_TRANSLATIONS if self._is_typing else 0)
        modes[_CC][termios.VMIN], modes[_CC][termios.VTIME] = 1, 0
        return modes

    def _set(self, modes: list[Any]) -> None:
        # At once: to wait until all is written (TCSADRAIN) would be for ever after a Ctrl-S.
        with contextlib.suppress(termios.error):  # the terminal is gone
            termios.tcsetattr(self._in, termios.TCSANOW, modes)

    def _lose(self) -> None:
        self._has_keyboard = False
        if self._loop is not None and not self._loop.is_closed():
            self._loop.remove_reader(self._in)

    # --- what happens ------------------------------------------------------------------------------------------

    def _read(self) -> None:
        if not self._is_in_foreground():
            self._take()
            return
        try:
            data = os.read(self._in, _MOST_READ)
        except OSError:
            data = b""
        if data:
            self._on_bytes(data)
        else:  # the terminal is gone; SIGHUP says so to those whom it concerns
            self._lose()

    def _look_later(self) -> None:
        if self._loop is not None and self._looking is None and os.isatty(self._in):
            self._looking = self._loop.call_later(LOOK_S, self._look)

    def _look(self) -> None:
        self._looking = None
        if self._is_wanted and not self._has_keyboard:
            self._take()
            if self._has_keyboard:
                self._on_return()

    def _hear_stops(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.add_signal_handler(signal.SIGTSTP, self._stop, loop)
        loop.add_signal_handler(signal.SIGCONT, self._go_on)

    def _stop(self, loop: asyncio.AbstractEventLoop) -> None:
        """Stop as a program without a handler would, with the terminal as it was; and go on from here."""
        was_wanted = self._is_wanted
        self._on_leave()
        self.restore()
        # Without a handler for SIGCONT it is not told once more when this is over.
        loop.remove_signal_handler(signal.SIGCONT)
        loop.remove_signal_handler(signal.SIGTSTP)
        os.kill(os.getpid(), signal.SIGTSTP)  # does nothing where no shell could let us go on (an orphaned group)
        self._hear_stops(loop)
        if was_wanted:
            self.enter()
        self._on_return()

    def _go_on(self) -> None:
        """After a SIGSTOP, of which nobody was told: a shell has set modes of its own meanwhile."""
        if self._is_wanted:
            self._take()
        self._on_return()
