"""Gives every event its number and its time, and hands it to whoever looks, a batch at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Protocol

    from hotrun.core.model.events import Event

    class View(Protocol):
        """What shows events; `flush` comes once for each batch. `stamp` is RFC 3339, UTC, with milliseconds."""

        def show(self, event: Event, seq: int, stamp: str) -> None: ...

        def flush(self) -> None: ...


class Publisher:
    """One stream of events: `seq` from 1 without gaps."""

    def __init__(self, open_view: Callable[[], View]) -> None:
        """`open_view` is called at the first flush: a step is spawned before the view is loaded."""
        self._open_view = open_view
        self._view: View | None = None
        self._has_reader = True
        self._seq = 0
        self._waiting: list[tuple[Event, int, int]] = []

    def publish(self, event: Event) -> None:
        """Take an event; it is shown at the next flush."""
        self._seq += 1
        self._waiting.append((event, self._seq, time.time_ns()))

    def flush(self) -> None:
        """Show what has come. Raises OSError, once, where nobody reads any more; from then on nothing is shown."""
        waiting, self._waiting = self._waiting, []
        if not waiting or not self._has_reader:
            return
        if self._view is None:
            self._view = self._open_view()
        for event, seq, now_ns in waiting:
            self._view.show(event, seq, utc(now_ns))
        try:
            self._view.flush()
        except OSError:
            self._has_reader = False
            raise


def utc(now_ns: int) -> str:
    """Nanoseconds since 1970 as RFC 3339, UTC, with milliseconds."""
    seconds, ns = divmod(now_ns, 1_000_000_000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{ns // 1_000_000:03}Z"
