"""Gives every event a number and a time, and passes it on to the state, the exports and the view."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from hotrun.core.model.events import Event, Message
from hotrun.core.model.inputs import Noticed
from hotrun.core.state.snapshot import Snapshot

if TYPE_CHECKING:
    from typing import Protocol

    class View(Protocol):
        """Shows events. `flush` ends each batch. `stamp` is RFC 3339, UTC, with milliseconds."""

        def show(self, event: Event, seq: int, stamp: str) -> None: ...

        def flush(self) -> None: ...


class Publisher:
    """The stream of events of a session, numbered by `seq` from 1 without gaps."""

    def __init__(
        self, snapshot: Snapshot, open_view: Callable[[], View], export: Callable[[Event], list[Noticed]]
    ) -> None:
        """`open_view` is called when there is something to show, so that the first step starts before the view loads.

        `export` gets each event after `snapshot` has applied it and before it is shown. It returns notices to report.
        """
        self._snapshot = snapshot
        self._open_view = open_view
        self._export = export
        self._view: View | None = None
        self._has_reader = True
        self._seq = 0
        self._waiting: list[tuple[Event, int]] = []

    def publish(self, event: Event) -> None:
        """Add an event to the next batch."""
        self._waiting.append((event, time.time_ns()))

    def flush(self) -> None:
        """Apply, export and show the events of the batch.

        Raises OSError once, when the reader of our output is gone. After that, nothing is shown.
        """
        waiting, self._waiting = self._waiting, []
        for event, now_ns in waiting:
            self._snapshot.apply(event)
            for notice in self._export(event):
                self._show(Message(notice.level, notice.text), now_ns)
            self._show(event, now_ns)
        if waiting and self._has_reader and self._view is not None:
            try:
                self._view.flush()
            except OSError:
                self._has_reader = False
                raise

    def _show(self, event: Event, now_ns: int) -> None:
        self._seq += 1
        if not self._has_reader:
            return
        if self._view is None:
            self._view = self._open_view()
        self._view.show(event, self._seq, utc(now_ns))


def utc(now_ns: int) -> str:
    """Nanoseconds since 1970 as RFC 3339, UTC, with milliseconds."""
    seconds, ns = divmod(now_ns, 1_000_000_000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{ns // 1_000_000:03}Z"
