"""A report on how the watching of one session has gone so far."""

from __future__ import annotations

import msgspec


class WatchReport(msgspec.Struct, frozen=True):
    """What watches, and how well.

    `step_ms`: the longest delay of a kernel event: 2 while somebody works, 50 after a quiet minute, None if everything
    is polled. `polled` folders are compared every `poll_interval_ms`. `walks` have compared everything, the last one in
    `last_walk_ms`. They found `missed` changes without an event; a change during a walk may be found before its event
    arrives, and counts. `renewals`: how often all watches were replaced because an event may have been lost.
    """

    backend: str
    folders: int
    files: int
    step_ms: int | None
    polled: int
    poll_interval_ms: int
    walks: int
    last_walk_ms: int | None
    missed: int
    renewals: int
