"""Projects in which files change again and again, by our own runs or by somebody else."""

from __future__ import annotations

from hotrun.core.model import events
from tests.core.simulated_session import World

GEN = "gen/version.go"


def warnings(world: World) -> list[str]:
    return [event.text for event in world.events if isinstance(event, events.Message) and event.level == "warning"]


def live(world: World, name: str, *, writes: str, after_ms: int, most: int) -> int:
    """Let `name` write a file some time after each start, until nothing is started any more; counts the starts."""
    starts = 0
    while f"spawn {name}" in world.take_commands():
        starts += 1
        assert starts <= most, "a loop"
        world.up(name).wait(after_ms).change(writes)
        if world.run(name) in world.stopping():
            world.ends(name, signal="SIGTERM")
        wait_out_the_pause(world)
        if world.run(name) in world.stopping():
            world.ends(name, signal="SIGTERM")
    return starts


def wait_out_the_pause(world: World) -> None:
    while world.told(events.StateChanged)[-1].state == "deferred":  # type: ignore[attr-defined]
        world.wait(10)
