"""Runs blocking calls (a resolver, a walk through all of /proc) in a thread, so that the loop need not wait."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def run_in_thread(work: Callable[[], T]) -> asyncio.Future[T]:
    """Call `work` in a new thread; returns a future with its result.

    Not in the loop's executor: asyncio.run waits for its threads, so a resolver without an answer would keep hotrun
    from exiting.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()
    future.add_done_callback(_fetch_error)

    def run() -> None:
        try:
            result = work()
        except Exception as error:  # raised again, in the loop
            _report(loop, _fail, future, error)
        else:
            _report(loop, _succeed, future, result)

    threading.Thread(target=run, name="hotrun-thread", daemon=True).start()
    return future


def _report(loop: asyncio.AbstractEventLoop, finish: Callable[..., None], *outcome: object) -> None:
    with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
        loop.call_soon_threadsafe(finish, *outcome)


def _succeed(future: asyncio.Future[T], result: T) -> None:
    if not future.done():
        future.set_result(result)


def _fail(future: asyncio.Future[T], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)


def _fetch_error(future: asyncio.Future[T]) -> None:
    """Fetch the error, so that the loop does not report one that nobody waited for."""
    if not future.cancelled():
        future.exception()
