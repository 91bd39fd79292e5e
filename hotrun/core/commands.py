"""What the engine asks adapters to do. A command never raises: what goes wrong comes back as an input."""

from __future__ import annotations

from typing import Literal

import msgspec

from hotrun.core.spec import Program, Project


class Command(msgspec.Struct, frozen=True):
    """The common type of all commands."""


class RecordChanges(Command, frozen=True):
    """Write down the paths of a build, for HOTRUN_CHANGED of what it starts; always before its Spawns."""

    build: int
    paths: tuple[str, ...]


class Spawn(Command, frozen=True):
    """Start a program as run `run`, in a session of its own. Answered by Spawned or SpawnFailed.

    `outputs`: absolute paths of the files that it makes; Emptied brings their stamp.
    """

    run: int
    kind: Literal["step", "run"]
    name: str
    program: Program
    build: int
    outputs: tuple[str, ...] = ()


class Signal(Command, frozen=True):
    """Send a signal, by name, to all of the run's process group."""

    run: int
    signal: str


class Kill(Command, frozen=True):
    """SIGKILL all that is left of the run."""

    run: int


class Verify(Command, frozen=True):
    """Let all events so far come in, then compare everything with the disk. Answered by Verified."""


class Rewatch(Command, frozen=True):
    """Watch what this project names, instead of what was watched until now."""

    project: Project


class Finish(Command, frozen=True):
    """The session is over; nothing of it runs any more."""

    exit_code: int
