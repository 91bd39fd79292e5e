"""What the stories of processes begin with, and what they look at."""

from __future__ import annotations

from hotrun.core.model.project import Ready
from tests.core.simulated_session import World, process, project, step

TCP = Ready("tcp", "127.0.0.1:8000")


def process_errors(world: World) -> list[str]:
    """The errors of processes that a view would show now."""
    return [d.message for part in world.snapshot().diagnostics.values() for d in part if d.process is not None]


def app_and_web(**fields: object) -> World:
    """A step `app`, and a process `web` behind it that is ready by TCP, all green and up."""
    fields = {"ready": TCP, **fields}
    world = World(project(step("app", paths=("*.go",)), process("web", needs=("app",), paths=(), **fields)))
    world.begin().does("app").up("web").ready("web", "tcp").take_commands()
    return world
