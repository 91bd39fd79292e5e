"""hotrun's own terminal: reads the keyboard, and restores the terminal whatever ends or suspends hotrun.

It sets modes and reads bytes without interpreting them; what is on screen belongs to the views. It touches nothing if
standard input is no terminal or belongs to another process group (`hotrun &`): then there are no keys.
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
NO_SIZE = (80, 24)  # columns and rows, if a terminal does not know
FOREGROUND_POLL_S = 1.0  # how often to check for the foreground, because a shell's `fg` need not send a signal
_MAX_READ_BYTES = 65_536
_IFLAG, _LFLAG, _CC = 0, 3, 6
# Ctrl-C and Ctrl-Z stay signals. IEXTEN would keep Ctrl-V, Ctrl-O and Ctrl-Y on macOS.
_LINES = termios.ICANON | termios.ECHO | termios.ECHONL | termios.IEXTEN
# For a program in its own terminal, which does all this itself: signals, Ctrl-S, and the translation of Enter.
_SIGNALS = termios.ISIG
_TRANSLATIONS = termios.ICRNL | termios.INLCR | termios.IGNCR | termios.IXON | termios.ISTRIP
# A background process that reads, writes (stty tostop) or sets modes is stopped by these unless it ignores them.
_JOB_CONTROL = (signal.SIGTTIN, signal.SIGTTOU)

Callback = Callable[[], None]


class Console:
    """The terminal on two descriptors. `enter` and `restore` come in pairs, and each does nothing the second time."""

    def __init__(self, fd_in: int = STDIN, fd_out: int = STDOUT) -> None:
        self._in = fd_in
        self._out = fd_out
        self._before: list[Any] | None = None  # the modes to restore
        self._lent: list[Any] | None = None  # the modes to restore, while another program uses the terminal
        self._handlers: dict[signal.Signals, Any] = {}  # the handlers to restore
        self._has_keyboard = False
        self._is_typing = False
        self._is_wanted = False  # between enter and restore
        self._loop: asyncio.AbstractEventLoop | None = None
        self._poll_timer: asyncio.TimerHandle | None = None
        self._on_bytes: Callable[[bytes], None] = lambda data: None
        self._on_resize: Callback = lambda: None
        self._on_leave: Callback = lambda: None
        self._on_return: Callback = lambda: None

    @property
    def has_keyboard(self) -> bool:
        """Whether keys reach us."""
        return self._has_keyboard

    def size(self) -> tuple[int, int]:
        """Return columns and rows; those of NO_SIZE if unknown."""
        try:
            columns, rows = os.get_terminal_size(self._out)
        except OSError:
            return NO_SIZE
        return columns or NO_SIZE[0], rows or NO_SIZE[1]

    def enter(self) -> bool:
        """Read keys one by one, without an echo. False: the keyboard is not ours, now or ever.

        Call it in the main thread. From now on job control does not stop us in the background, and `restore` is called
        at the exit of the interpreter at the latest.
        """
        self._end_loan()
        if not self._is_wanted:
            self._is_wanted = True
            atexit.register(self.restore)
            for number in _JOB_CONTROL:
                self._handlers[number] = signal.signal(number, signal.SIG_IGN)
        self._take_keyboard()
        return self._has_keyboard

    def set_typing(self, is_typing: bool) -> None:
        """Set whether the bytes are for a program in its own terminal: then Ctrl-C, Ctrl-Z and Ctrl-S are bytes, too.

        The receiver of the bytes has to look for the key that ends this.
        """
        self._is_typing = is_typing
        if self._has_keyboard:
            self._take_keyboard()

    def listen(
        self,
        loop: asyncio.AbstractEventLoop,
        on_bytes: Callable[[bytes], None],
        *,
        on_resize: Callback,
        on_leave: Callback,
        on_return: Callback,
    ) -> None:
        """Let `loop` read the keyboard and handle the signals of the terminal.

        `on_resize`: SIGWINCH has arrived; nobody else gets it any more. `on_leave`: hotrun is about to be suspended
        (Ctrl-Z); output must be written when it returns. `on_return`: hotrun continues. The screen may be overwritten,
        the keyboard may belong to somebody else, and the size may be another.
        """
        self._on_bytes, self._on_resize, self._on_leave, self._on_return = on_bytes, on_resize, on_leave, on_return
        self._loop = loop
        loop.add_signal_handler(signal.SIGWINCH, lambda: self._on_resize())
        self._handle_stops(loop)
        if self._is_wanted:
            self._take_keyboard()

    def restore(self) -> None:
        """Restore the terminal, for another program or for good. Never raises and never waits."""
        self._release_keyboard()
        if self._poll_timer is not None:
            self._poll_timer.cancel()
            self._poll_timer = None
        # Once the terminal is the shell's again, so are its modes.
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
        """Restore the terminal for another program, until `enter`; that one may leave any modes when it dies."""
        before = self._before
        self.restore()
        self._lent = before

    def close(self) -> None:
        """Restore the terminal and handle no more signals."""
        self._end_loan()
        self.restore()
        if self._loop is not None and not self._loop.is_closed():
            for number in (signal.SIGWINCH, signal.SIGTSTP, signal.SIGCONT):
                self._loop.remove_signal_handler(number)
        self._loop = None

    # --- modes -------------------------------------------------------------------------------------------------

    def _is_in_foreground(self) -> bool:
        """Whether the terminal is ours now: our controlling terminal, and no other group's."""
        try:
            return os.tcgetpgrp(self._in) == os.getpgrp()
        except OSError:
            return False

    def _take_keyboard(self) -> None:
        """Set the modes and start to read, if the terminal is ours; otherwise try again later, if that can change."""
        if not self._is_in_foreground():
            self._release_keyboard()
            self._poll_later()
            return
        try:
            if self._before is None:
                self._before = termios.tcgetattr(self._in)
            self._set(self._modes(self._before))
        except termios.error:
            self._release_keyboard()
            return
        self._has_keyboard = True
        if self._loop is not None:
            self._loop.add_reader(self._in, self._read)

    def _end_loan(self) -> None:
        """Undo what the other program has made of the modes."""
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
        # At once: waiting until all is written (TCSADRAIN) would take forever after a Ctrl-S.
        with contextlib.suppress(termios.error):  # the terminal is gone
            termios.tcsetattr(self._in, termios.TCSANOW, modes)

    def _release_keyboard(self) -> None:
        self._has_keyboard = False
        if self._loop is not None and not self._loop.is_closed():
            self._loop.remove_reader(self._in)

    # events

    def _read(self) -> None:
        if not self._is_in_foreground():
            self._take_keyboard()
            return
        try:
            data = os.read(self._in, _MAX_READ_BYTES)
        except OSError:
            data = b""
        if data:
            self._on_bytes(data)
        else:  # the terminal is gone; SIGHUP reports that
            self._release_keyboard()

    def _poll_later(self) -> None:
        if self._loop is not None and self._poll_timer is None and os.isatty(self._in):
            self._poll_timer = self._loop.call_later(FOREGROUND_POLL_S, self._poll_foreground)

    def _poll_foreground(self) -> None:
        self._poll_timer = None
        if self._is_wanted and not self._has_keyboard:
            self._take_keyboard()
            if self._has_keyboard:
                self._on_return()

    def _handle_stops(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.add_signal_handler(signal.SIGTSTP, self._suspend, loop)
        loop.add_signal_handler(signal.SIGCONT, self._resume)

    def _suspend(self, loop: asyncio.AbstractEventLoop) -> None:
        """Suspend like a program without a handler, with the terminal restored; continue from here."""
        was_wanted = self._is_wanted
        self._on_leave()
        self.restore()
        # Without a handler, the SIGCONT that ends this is not reported as well.
        loop.remove_signal_handler(signal.SIGCONT)
        loop.remove_signal_handler(signal.SIGTSTP)
        os.kill(os.getpid(), signal.SIGTSTP)  # does nothing if no shell could continue us (an orphaned group)
        self._handle_stops(loop)
        if was_wanted:
            self.enter()
        self._on_return()

    def _resume(self) -> None:
        """Continue after a SIGSTOP, which no handler saw: a shell has set other modes meanwhile."""
        if self._is_wanted:
            self._take_keyboard()
        self._on_return()
