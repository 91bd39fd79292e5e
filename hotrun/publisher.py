"""Gives every event its number and its time, and hands it to whoever looks."""

from __future__ import annotations

import time
from typing import Protocol

from hotrun.core.events import Event


class View(Protocol):
    """What shows events; `flush` comes once for each batch."""

    def show(self, event: Event, seq: int, stamp: str) -> None: ...

    def flush(self) -> None: ...


class Publisher:
    """One stream of events: `seq` from 1 without gaps."""

    def __init__(self, views: list[View]) -> None:
        self._views = views
        self._seq = 0

    def publish(self, event: Event) -> None:
        """Show an event to every view."""
        self._seq += 1
        stamp = _stamp(time.time_ns())
        for view in self._views:
            view.show(event, self._seq, stamp)

    def flush(self) -> None:
        """End of a batch. Raises OSError where a view has lost its reader."""
        for view in self._views:
            view.flush()

    def drop_views(self) -> None:
        """Nobody looks any more."""
        self._views = []


def _stamp(now_ns: int) -> str:
    """RFC 3339 in UTC with milliseconds."""
    seconds, ns = divmod(now_ns, 1_000_000_000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{ns // 1_000_000:03}Z"
