"""Turns OS signals into requests, with the exit code that each gives the session."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from hotrun.core.model.inputs import Input, Request

if TYPE_CHECKING:
    import asyncio

HANG_UP = 129  # 128 + SIGHUP
_EXIT_CODES = {"SIGINT": 0, "SIGTERM": 0, "SIGHUP": HANG_UP, "SIGQUIT": 131}
_ONCE_EXIT_CODES = {**_EXIT_CODES, "SIGINT": 130, "SIGTERM": 143}
KILLED_EXIT_CODE = 130
BUILD = "SIGUSR1"
SECOND_SIGNAL_MS = 20  # one Ctrl-C may reach us twice, from the kernel and through a wrapper


class Signals:
    """Turns signals into requests."""

    def __init__(self, once: bool) -> None:
        """`once`: an interrupted build has no result, so the exit code is 128 + signal."""
        self._codes = _ONCE_EXIT_CODES if once else _EXIT_CODES
        self._first_ms: int | None = None

    def listen(self, post: Callable[[Input], None]) -> None:
        """Post signals until the loop exists. They wait in the inbox, so none breaks an import or leaves a child."""
        for name in (*self._codes, BUILD):
            signal.signal(getattr(signal, name), lambda number, frame: post(self._request(number)))

    def attach(self, loop: asyncio.AbstractEventLoop, post: Callable[[Input], None]) -> None:
        """Receive signals in this loop from now on."""
        for name in (*self._codes, BUILD):
            number = getattr(signal, name)
            loop.add_signal_handler(number, self._on_signal, number, post)

    def _on_signal(self, number: int, post: Callable[[Input], None]) -> None:
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
