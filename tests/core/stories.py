"""A project that many stories are about: a step, and a process that needs it."""

from __future__ import annotations

from tests.core.simulated_session import World, process, project, step


def app_and_web(**fields: object) -> World:
    """A step `app`, and a process `web` behind it, both running and green."""
    world = World(project(step("app", paths=("*.go",)), process("web", needs=("app",), paths=(), **fields)))
    world.begin().does("app").up("web").take_commands()
    return world
