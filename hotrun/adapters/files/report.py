"""How the watching of one session has gone so far, for whoever asks."""

from __future__ import annotations

import msgspec


class WatchReport(msgspec.Struct, frozen=True):
    """What watches, and how well.

    `step_ms`: how long an edit waits at most until the kernel's word of it is taken: 2 while somebody works, 50 after a
    minute of quiet, None where nothing but polling is done. `polled` folders are compared every `poll_interval_ms`.
    `walks` have compared everything, the last in `last_walk_ms`; they found `missed` changes that no event had told;
    one that is made during a walk may be found before its event comes, and counts.
    `renewals`: how often all watches were made anew because something may have got lost.
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
