"""Waits for what happens elsewhere. Each wait has a deadline, and ends with the event, not with the deadline."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

DEADLINE_S = 60.0  # for what takes milliseconds: only a failing test waits as long
POLL_S = 0.002  # for conditions that nobody reports, such as the end of another program's process


class DeadlineError(AssertionError):
    """What a test waited for has not happened. The message names it."""


def wait_until(
    happened: Callable[[], object],
    what: str | Callable[[], str] = "it",
    *,
    timeout: float = DEADLINE_S,
    between: Callable[[], object] | None = None,
) -> None:
    """Return as soon as `happened` is true. Raises DeadlineError after `timeout` seconds, with `what` did not happen.

    `between` is called between two looks instead of a pause, such as one that reads a terminal for a moment.
    """
    end = time.monotonic() + timeout
    while not happened():
        if time.monotonic() > end:
            raise DeadlineError(f"not within {timeout:g} s: {what if isinstance(what, str) else what()}")
        if between is None:
            time.sleep(POLL_S)
        else:
            between()


async def until(happened: Callable[[], object], what: str | Callable[[], str] = "it") -> None:
    """As `wait_until`, while the loop of the test goes on."""
    end = time.monotonic() + DEADLINE_S
    while not happened():
        if time.monotonic() > end:
            raise DeadlineError(f"not within {DEADLINE_S:g} s: {what if isinstance(what, str) else what()}")
        await asyncio.sleep(POLL_S)
