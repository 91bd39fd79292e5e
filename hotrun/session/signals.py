"""What the system's signals ask for, and with which exit code the session ends by those that end it."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from hotrun.core.model.inputs import Input, Request

if TYPE_CHECKING:
    import asyncio

HANG_UP = 129  # a terminal that is gone cannot be told anything, but its exit code can: 128 + signal
_EXIT_CODES = {"SIGINT": 0, "SIGTERM": 0, "SIGHUP": HANG_UP, "SIGQUIT": 131}
_ONCE_EXIT_CODES = {**_EXIT_CODES, "SIGINT": 130, "SIGTERM": 143}
KILLED_EXIT_CODE = 130
BUILD = "SIGUSR1"
SECOND_SIGNAL_MS = 20  # a terminal's Ctrl-C may reach us twice: from the kernel and through a wrapper


class Signals:
    """Turns signals into requests."""

    def __init__(self, once: bool) -> None:
        """`once`: an interrupted build has no result, and its exit code says so."""
        self._codes = _ONCE_EXIT_CODES if once else _EXIT_CODES
        self._first_ms: int | None = None

    def listen(self, post: Callable[[Input], None]) -> None:
        """Until the loop is there a signal waits in the inbox; it must not break an import, or leave a child behind."""
        for name in (*self._codes, BUILD):
            signal.signal(getattr(signal, name), lambda number, frame: post(self._request(number)))

    def attach(self, loop: asyncio.AbstractEventLoop, post: Callable[[Input], None]) -> None:
        """From now on `loop` hears them."""
        for name in (*self._codes, BUILD):
            number = getattr(signal, name)
            loop.add_signal_handler(number, self._tell, number, post)

    def _tell(self, number: int, post: Callable[[Input], None]) -> None:
        post(self._request(number))

    def _request(self, number: int) -> Request:
        name = signal.Signals(number).name
        if name == BUILD:
            return Request("build")
        now_ms = time.monotonic_ns() // 1_000_000
        if number == signal.SIGQUIT:
            return Request("kill", exit_code=self._codes[name], reason=name)
        if number == signal.SIGINT and self._first_ms is not None:
            if now_ms - self._first_ms >= SECOND_SIGNAL_MS:
                return Request("kill", exit_code=KILLED_EXIT_CODE, reason=f"second {name}")
        elif self._first_ms is None:
            self._first_ms = now_ms
        return Request("stop", exit_code=self._codes[name], reason=name)
