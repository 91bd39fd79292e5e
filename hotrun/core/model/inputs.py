"""The inputs of the engine. Each is a fact. Inputs about a run carry its id."""

from __future__ import annotations

from typing import Literal

import msgspec

from hotrun.core.model.events import ChangeKind, Stream
from hotrun.core.model.finding import Finding
from hotrun.core.model.project import ListedFile, Project
from hotrun.core.model.requests import Verb


class Input(msgspec.Struct, frozen=True):
    """The common type of all inputs."""


class Change(msgspec.Struct, frozen=True, order=True):
    """One changed file. `path` is relative to the root, with forward slashes ("../x" outside of it).

    `digest`: of its bytes now. `before`: of those before the change. None if not known.
    """

    path: str
    kind: ChangeKind
    digest: bytes | None = None
    before: bytes | None = None


class Noticed(Input, frozen=True):
    """A message of an adapter for the user, such as a watcher error."""

    level: Literal["info", "warning", "error"]
    text: str


class Begin(Input, frozen=True):
    """The session begins. Always the first input. `notices` are reported before anything starts."""

    version: str
    pid: int
    socket: str | None = None
    notices: tuple[Noticed, ...] = ()


class WatchStarted(Input, frozen=True):
    """The watch has started, and the first scan is done."""

    folders: int
    files: int
    pruned: int
    backend: str
    duration_ms: int


class FilesChanged(Input, frozen=True):
    """Watched files have changed. Ignored files are never reported."""

    changes: tuple[Change, ...]


class FilesTouched(Input, frozen=True):
    """These watched files were touched, but hold the same bytes as before; paths as in Change."""

    paths: tuple[str, ...]


class Rescanned(Input, frozen=True):
    """A rescan has ended. Its changes were reported before. `missed`: how many of them had no event."""

    missed: int


class InputsListed(Input, frozen=True):
    """The files that a step uses, by path as in Change. `request`: that of the ListInputs.

    `error`: why `files` may be incomplete, in words. `folders` end in a slash ("" is the root): a file that is added or
    removed in one of them may change the listing.
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
    """The program of the run has started. `port`: the value of {port} in this run."""

    run: int
    pid: int
    port: int | None = None


class SpawnFailed(Input, frozen=True):
    """The program of the run could not start, and no process is left. `message`: what failed and why."""

    run: int
    message: str


class OutputRead(Input, frozen=True):
    """Whole lines from one read, decoded, without line ends."""

    run: int
    stream: Stream
    lines: tuple[str, ...]


class DiagnosticsFound(Input, frozen=True):
    """Findings in the output of a step's run, with located files. They all come before its Emptied."""

    run: int
    findings: tuple[Finding, ...]


class TraceFound(Input, frozen=True):
    """The stack trace at the end of a process's output, or None. `run` and `what` are those of the FindTrace."""

    run: int
    what: str
    trace: Finding | None = None


class Prompted(Input, frozen=True):
    """The run has stopped in the middle of a line, and may wait for input. The whole line comes later."""

    run: int
    text: str


class ProbePassed(Input, frozen=True):
    """The run is ready, as a probe found: "tcp", "http", "exec", "log" or "listen" (some address, with "auto")"""

    run: int
    via: str


class ProbeFailed(Input, frozen=True):
    """A probe found that the run is not ready yet. Reported when the reason changes."""

    run: int
    why: str


class Notified(Input, frozen=True):
    """A message of the run by the sd_notify protocol. Fields that it did not send are None or False."""

    run: int
    ready: bool = False
    stopping: bool = False
    status: str | None = None
    extend_ms: int | None = None


class PortOwner(msgspec.Struct, frozen=True):
    """The owner of a port. `process`: the name of our process that it belongs to. None if it is not ours.

    `pid`, `user` and `command` are None if the system does not show them.
    """

    port: int
    pid: int | None = None
    user: str | None = None
    command: str | None = None
    process: str | None = None


class PortOwnersFound(Input, frozen=True):
    """The owners of the ports that the run may have tried to use."""

    run: int
    holders: tuple[PortOwner, ...]


class KeysTyped(Input, frozen=True):
    """Input typed while a process is attached."""

    data: bytes


class Exited(Input, frozen=True):
    """The program of the run exited, with `exit_code` or by `signal` ("SIGKILL"). `left`: its group has others left."""

    run: int
    exit_code: int | None = None
    signal: str | None = None
    left: bool = False


class Emptied(Input, frozen=True):
    """The run is over: all its processes are gone, and all its output and findings have been reported.

    Always the last input about a run. `stamp` and `content` describe the outputs that its Spawn named. `stamp` differs
    after every write, if each is one plain file. `content` differs if their contents do. None if not known.
    """

    run: int
    stamp: str | None = None
    content: str | None = None


class ConfigLoaded(Input, frozen=True):
    """The configuration changed and is valid. `warnings` are shown to the user."""

    project: Project
    warnings: tuple[str, ...] = ()


class ConfigRejected(Input, frozen=True):
    """The configuration changed and is invalid. Each problem names file, line and key."""

    problems: tuple[str, ...]


class Request(Input, frozen=True):
    """A request by a key, the control socket or an OS signal. `name` limits it to one step or process."""

    verb: Verb
    name: str | None = None
    exit_code: int = 0
    reason: str = ""


class Tick(Input, frozen=True):
    """Time has passed. Sent when `Engine.deadline_ms` is reached."""


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

# The inputs that change neither a file nor a run, so that up to date stays proved.
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
