"""The project of the stories about edits that are put back."""

from __future__ import annotations

from hotrun.core.state.snapshot import Snapshot
from tests.core.simulated_session import World

A, B, C = b"a", b"b", b"c"


def snapshot(world: World) -> Snapshot:
    found = Snapshot()
    for event in world.events:
        found.apply(event)
    return found
