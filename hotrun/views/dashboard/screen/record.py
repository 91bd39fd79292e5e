"""The record behind the full screen, kept from the start. Cheap, and without rich until the screen is open."""

from __future__ import annotations

import msgspec

from hotrun.core.model import events
from hotrun.views.dashboard.screen.history import History
from hotrun.views.dashboard.screen.log import OutputLog


class Uptime(msgspec.Struct):
    """Since when a run has been up, on the dashboard's clock; None until that has been looked at."""

    run: int
    since_ms: int | None = None


class ScreenRecord:
    """Output, builds, and when processes were started."""

    def __init__(self) -> None:
        self.log = OutputLog()
        self.history = History()
        self.uptimes: dict[str, Uptime] = {}

    def apply(self, event: events.Event, stamp: str) -> None:
        """Take one event, output aside."""
        self.history.apply(event, stamp)
        if isinstance(event, events.ProcessStarted):
            self.uptimes[event.process] = Uptime(event.run)

    def see(self, now_ms: int) -> None:
        """What has been told by now has happened by now."""
        for uptime in self.uptimes.values():
            if uptime.since_ms is None:
                uptime.since_ms = now_ms
