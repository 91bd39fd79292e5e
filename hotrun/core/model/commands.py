"""The commands of the engine to the adapters. A command never raises an error: failures come back as inputs."""

from __future__ import annotations

from typing import Literal

import msgspec

from hotrun.core.model.project import Program, Project, Ready, Step


class RecordChanges(msgspec.Struct, frozen=True):
    """Record the changed paths of a build, for HOTRUN_CHANGED. It always comes before the Spawns of the build."""

    build: int
    paths: tuple[str, ...]


class Spawn(msgspec.Struct, frozen=True):
    """Start a program as run `run`, in a session of its own. Answered by Spawned or SpawnFailed.

    `tty`: use a pseudo-terminal, not pipes. `listen`: addresses of held sockets to pass on. `notify`: accept its
    sd_notify messages. `wants_port`: replace {port} by a free port. `stop_signal`, `grace_ms`: how to stop it if hotrun
    is gone. `outputs`: patterns of its outputs, relative to `root`. `parsers`: the names of the parsers that read its
    output, answered by DiagnosticsFound. `ready_log`: answer ProbePassed at the first line that this matches.
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
    """Send a signal, by name, to the process group of the run; with `alone`, only to the program itself."""

    run: int
    signal: str
    alone: bool = False


class Kill(msgspec.Struct, frozen=True):
    """Send SIGKILL to every process of the run."""

    run: int


class StartProbe(msgspec.Struct, frozen=True):
    """Probe whether the run is ready, by tcp, http, exec or auto. Answered by ProbePassed and ProbeFailed.

    Ends with the first ProbePassed, with StopProbe, and with the run.
    """

    run: int
    ready: Ready


class StopProbe(msgspec.Struct, frozen=True):
    """Stop probing the run."""

    run: int


class HoldSockets(msgspec.Struct, frozen=True):
    """Hold listening sockets at exactly these addresses from now on. Sockets that are already held stay open."""

    addresses: tuple[str, ...]


class FindTrace(msgspec.Struct, frozen=True):
    """Find the stack trace at the end of a process's output. Answered by TraceFound, with the same `what`.

    `lines`: its last output. `what`: its failure, in words.
    """

    run: int
    program: Program
    lines: tuple[str, ...]
    what: str


class FindPortOwners(msgspec.Struct, frozen=True):
    """Find the owners of these ports. Answered by PortOwnersFound."""

    run: int
    ports: tuple[int, ...]


class SendKeys(msgspec.Struct, frozen=True):
    """Write typed bytes to the run's terminal."""

    run: int
    data: bytes


class Rescan(msgspec.Struct, frozen=True):
    """Wait for all events so far, then compare every watched file with the snapshot. Answered by Rescanned."""


class ListInputs(msgspec.Struct, frozen=True):
    """List the files that `step` uses, by its `inputs`. Answered by InputsListed.

    `changed`: paths, as in Change, that may change the listing since the last answer. None: list everything again.
    """

    request: int
    step: Step
    changed: tuple[str, ...] | None


class Rewatch(msgspec.Struct, frozen=True):
    """Watch the files of this project instead of the previous ones."""

    project: Project


class Finish(msgspec.Struct, frozen=True):
    """End the session. None of its processes is left."""

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
