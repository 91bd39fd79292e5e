"""Runs what may block (a resolver, a walk through all of /proc) beside the loop, where nobody has to wait for it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def aside(work: Callable[[], T]) -> asyncio.Future[T]:
    """The result of `work`, called in a thread of its own.

    Not the loop's executor: asyncio.run waits for that one's threads, so that a resolver without an answer would keep
    hotrun from ending.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()
    future.add_done_callback(_look_at)

    def run() -> None:
        try:
            result = work()
        except Exception as error:  # raised again, in the loop
            _tell(loop, _fail, future, error)
        else:
            _tell(loop, _succeed, future, result)

    threading.Thread(target=run, name="hotrun-aside", daemon=True).start()
    return future


def _tell(loop: asyncio.AbstractEventLoop, settle: Callable[..., None], *outcome: object) -> None:
    with contextlib.suppress(RuntimeError):  # the loop is closed: nobody asks any more
        loop.call_soon_threadsafe(settle, *outcome)


def _succeed(future: asyncio.Future[T], result: T) -> None:
    if not future.done():
        future.set_result(result)


def _fail(future: asyncio.Future[T], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)


def _look_at(future: asyncio.Future[T]) -> None:
    """An error that came when nobody waited any more is no bug of the loop."""
    if not future.cancelled():
        future.exception()
