"""What the engine asks adapters to do. A command never raises: what goes wrong comes back as an input."""

from __future__ import annotations

from typing import Literal

import msgspec

from hotrun.core.model.project import Program, Project, Ready, Step


class RecordChanges(msgspec.Struct, frozen=True):
    """Write down the paths of a build, for HOTRUN_CHANGED of what it starts; always before its Spawns."""

    build: int
    paths: tuple[str, ...]


class Spawn(msgspec.Struct, frozen=True):
    """Start a program as run `run`, in a session of its own. Answered by Spawned or SpawnFailed.

    `tty`: in a pseudo-terminal, else with pipes. `listen`: addresses of held sockets to hand over. `notify`: it may
    send sd_notify messages. `wants_port`: {port} stands for a free port. `stop_signal`, `grace_ms`: how it is ended if
    hotrun is gone by then. `outputs`: patterns of what it makes, seen from `root`. `parsers`: the names of those that
    read its output, answered by DiagnosticsFound. `ready_log`: answer ProbePassed at the first line that this matches.
    """

    run: int
    kind: Literal["step", "run"]
    name: str
    program: Program
    build: int
    outputs: tuple[str, ...] = ()
    root: str = "/"
    tty: bool = False
    listen: tuple[str, ...] = ()
    notify: bool = False
    wants_port: bool = False
    stop_signal: str = "SIGTERM"
    grace_ms: int = 2000
    parsers: tuple[str, ...] = ()
    ready_log: str = ""


class Signal(msgspec.Struct, frozen=True):
    """Send a signal, by name, to all of the run's process group; `alone`: to the run's own process and no other."""

    run: int
    signal: str
    alone: bool = False


class Kill(msgspec.Struct, frozen=True):
    """SIGKILL all that is left of the run."""

    run: int


class StartProbe(msgspec.Struct, frozen=True):
    """Look again and again whether the run is ready, by tcp, http, exec or auto. Answered by Answered and NoAnswer.

    Ends with the first Answered, with StopProbe, and with the run.
    """

    run: int
    ready: Ready


class StopProbe(msgspec.Struct, frozen=True):
    """Look no more."""

    run: int


class HoldSockets(msgspec.Struct, frozen=True):
    """Hold listening sockets at exactly these addresses from now on; those that are held already stay as they are."""

    addresses: tuple[str, ...]


class FindTrace(msgspec.Struct, frozen=True):
    """Find the trace that the output of a process ends with. Answered by TraceFound, with the same `what`.

    `lines`: its last output. `what`: that it failed, in words.
    """

    run: int
    program: Program
    lines: tuple[str, ...]
    what: str


class FindPortOwners(msgspec.Struct, frozen=True):
    """Find out who listens on these ports. Answered by PortsHeld."""

    run: int
    ports: tuple[int, ...]


class SendKeys(msgspec.Struct, frozen=True):
    """Give the run's terminal what a person typed."""

    run: int
    data: bytes


class Rescan(msgspec.Struct, frozen=True):
    """Let all events so far come in, then compare everything with the disk. Answered by Verified."""


class ListInputs(msgspec.Struct, frozen=True):
    """Find out which files `step` is made of, by its `inputs`. Answered by InputsListed.

    `changed`: what may have altered it since the last answer, with paths as in Change; None: list anew.
    """

    request: int
    step: Step
    changed: tuple[str, ...] | None


class Rewatch(msgspec.Struct, frozen=True):
    """Watch what this project names, instead of what was watched until now."""

    project: Project


class Finish(msgspec.Struct, frozen=True):
    """The session is over; nothing of it runs any more."""

    exit_code: int


Command = (
    RecordChanges
    | Spawn
    | Signal
    | Kill
    | StartProbe
    | StopProbe
    | HoldSockets
    | FindTrace
    | FindPortOwners
    | SendKeys
    | Rescan
    | ListInputs
    | Rewatch
    | Finish
)
