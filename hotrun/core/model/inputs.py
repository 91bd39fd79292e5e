"""Everything that can happen to the engine. Inputs are facts; answers about a run carry the run's id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from hotrun.core.model.project import ListedFile, Project
from hotrun.core.model.requests import Verb

if TYPE_CHECKING:
    from hotrun.core.diagnostics.model.finding import Finding

ChangeKind = Literal["added", "modified", "deleted"]
Stream = Literal["stdout", "stderr"]


class Input(msgspec.Struct, frozen=True):
    """The common type of all inputs."""


class Change(msgspec.Struct, frozen=True, order=True):
    """One changed file; `path` is relative to the root, with forward slashes ("../x" outside of it).

    `digest` stands for its bytes now, `before` for those before the change; None: not known.
    """

    path: str
    kind: ChangeKind
    digest: bytes | None = None
    before: bytes | None = None


class Noticed(Input, frozen=True):
    """An adapter has something to tell the person (a watcher error, a folder that cannot be read)."""

    level: Literal["info", "warning", "error"]
    text: str


class Begin(Input, frozen=True):
    """The session begins; always the first input. `notices` are told before anything is started."""

    version: str
    pid: int
    socket: str | None = None
    notices: tuple[Noticed, ...] = ()


class WatchStarted(Input, frozen=True):
    """The watcher is up and the tree has been walked."""

    folders: int
    files: int
    pruned: int
    backend: str
    duration_ms: int


class FilesChanged(Input, frozen=True):
    """Watched files differ from before; ignored ones never get here."""

    changes: tuple[Change, ...]


class FilesTouched(Input, frozen=True):
    """These watched files were touched, but hold the same bytes as before; paths as in Change."""

    paths: tuple[str, ...]


class Rescanned(Input, frozen=True):
    """A walk has compared every watched file; what it found has been said before. `missed`: what no event had told."""

    missed: int


class InputsListed(Input, frozen=True):
    """The files that a step is made of, by path as in Change. `request` is that of the ListInputs.

    `error`: why there may be more, in words; `files` are then those that could be found. Below the `folders`, which end
    in a slash ("" is the root), a file that is added or removed may alter the answer.
    """

    request: int
    step: str
    files: dict[str, ListedFile]
    folders: tuple[str, ...] = ()
    error: str | None = None


class VcsOperationsChanged(Input, frozen=True):
    """The version control operations in progress ("git rebase", "git index.lock"); () when the last one is over."""

    operations: tuple[str, ...]


class Spawned(Input, frozen=True):
    """The run's program has been started. `port`: what stands for {port} in this run."""

    run: int
    pid: int
    port: int | None = None


class SpawnFailed(Input, frozen=True):
    """The run's program could not be started; nothing of it lives. `message` names what and why."""

    run: int
    message: str


class OutputRead(Input, frozen=True):
    """Whole lines from one read, decoded, without line ends."""

    run: int
    stream: Stream
    lines: tuple[str, ...]


class DiagnosticsFound(Input, frozen=True):
    """Problems in the output of a step's run, with the files that they are in. They all come before its Emptied."""

    run: int
    findings: tuple[Finding, ...]


class TraceFound(Input, frozen=True):
    """The trace that the output of a process ends with; None: there is none. `run` and `what` are the FindTrace's."""

    run: int
    what: str
    trace: Finding | None = None


class Prompted(Input, frozen=True):
    """The run has stopped in the middle of a line: it may wait for somebody to type. The whole line comes later."""

    run: int
    text: str


class ProbePassed(Input, frozen=True):
    """The run is ready, as a probe found: "tcp", "http", "exec", "log" or "listen" (some address, with "auto")"""

    run: int
    via: str


class ProbeFailed(Input, frozen=True):
    """A probe found the run not ready yet; told when the reason is another one than before."""

    run: int
    why: str


class Notified(Input, frozen=True):
    """What the run said by the sd_notify protocol; None and False: it said nothing of that."""

    run: int
    ready: bool = False
    stopping: bool = False
    status: str | None = None
    extend_ms: int | None = None


class PortOwner(msgspec.Struct, frozen=True):
    """Who listens on a port. `process`: the name of ours that it belongs to; None: not ours, or not any more.

    `pid`, `user` and `command` are None where the system does not tell.
    """

    port: int
    pid: int | None = None
    user: str | None = None
    command: str | None = None
    process: str | None = None


class PortOwnersFound(Input, frozen=True):
    """Who listens on the ports that the run may have wanted."""

    run: int
    holders: tuple[PortOwner, ...]


class KeysTyped(Input, frozen=True):
    """What a person typed while the keyboard belongs to a process."""

    data: bytes


class Exited(Input, frozen=True):
    """The run's own process ended, by `exit_code` or `signal` ("SIGKILL"). `left`: others of its group live on."""

    run: int
    exit_code: int | None = None
    signal: str | None = None
    left: bool = False


class Emptied(Input, frozen=True):
    """The run is over: nothing of it lives, its output has been read, and the problems in it have been told.

    Always the last word of a run.

    Of the outputs that its Spawn named, `stamp` differs after every write, where each is one plain file, and `content`
    when they hold something else; None: not known.
    """

    run: int
    stamp: str | None = None
    content: str | None = None


class ConfigLoaded(Input, frozen=True):
    """The configuration changed and is good. `warnings` are shown to the person."""

    project: Project
    warnings: tuple[str, ...] = ()


class ConfigRejected(Input, frozen=True):
    """The configuration changed and is wrong; each problem names file, line and key."""

    problems: tuple[str, ...]


class Request(Input, frozen=True):
    """What a person or a program asks for, by key, socket or OS signal. `name` narrows it to one step or process."""

    verb: Verb
    name: str | None = None
    exit_code: int = 0
    reason: str = ""


class Tick(Input, frozen=True):
    """Time has passed; sent when `Engine.deadline_ms` is reached."""


# The inputs about one run, by its id.
RunInput = (
    Spawned
    | SpawnFailed
    | OutputRead
    | DiagnosticsFound
    | Prompted
    | ProbePassed
    | ProbeFailed
    | Notified
    | Exited
    | Emptied
)

# The inputs that change neither a file nor what runs: what was proved up to date stays so.
UNDISTURBING = (
    Tick,
    FilesTouched,
    Rescanned,
    OutputRead,
    DiagnosticsFound,
    TraceFound,
    Prompted,
    ProbeFailed,
    PortOwnersFound,
    KeysTyped,
    Noticed,
    VcsOperationsChanged,
)
