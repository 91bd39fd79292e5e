"""The events that hotrun reports, as documented in docs/events.md. The publisher adds `v`, `seq` and `t`."""

from __future__ import annotations

from typing import Literal

import msgspec

ChangeKind = Literal["added", "modified", "deleted"]
Stream = Literal["stdout", "stderr"]
Status = Literal["passed", "failed", "canceled", "timeout", "skipped"]
Reason = Literal["files", "request", "start", "config"]
State = Literal["watching", "building", "restarting", "deferred", "paused", "stopping"]
Severity = Literal["error", "warning", "info", "note", "hint"]


class Event(msgspec.Struct, frozen=True, tag_field="type"):
    """The common type of all events."""


class SessionStarted(Event, frozen=True, tag="session.started"):
    version: str
    pid: int
    root: str
    config: str | None
    steps: tuple[str, ...]
    processes: tuple[str, ...]
    socket: str | None


class Watching(Event, frozen=True, tag="watching"):
    folders: int
    files: int
    pruned: int
    backend: str
    duration_ms: int


class ChangedPath(msgspec.Struct, frozen=True):
    path: str
    kind: ChangeKind


class ChangesDetected(Event, frozen=True, tag="changes.detected"):
    """The reason for build `build`. Lists at most MAX_PATHS paths. `more` counts the others."""

    build: int
    paths: tuple[ChangedPath, ...]
    more: int
    reason: Reason


class BuildStarted(Event, frozen=True, tag="build.started"):
    """`steps` will run; a step that needs others may run only if they write other outputs than before.

    `processes` start or restart when this build passes.
    """

    build: int
    steps: tuple[str, ...]
    processes: tuple[str, ...]


class StepStarted(Event, frozen=True, tag="step.started"):
    build: int
    step: str
    argv: tuple[str, ...]


class StepFinished(Event, frozen=True, tag="step.finished"):
    """`unchanged`: its outputs are the same as before, so nothing that needs it has to run or restart.

    `start_ms`: since the start of the build. `waited_ms`: how long it waited for a free job.
    """

    build: int
    step: str
    status: Status
    exit_code: int | None
    signal: str | None
    duration_ms: int
    unchanged: bool = False
    start_ms: int = 0
    waited_ms: int = 0


class StepCached(Event, frozen=True, tag="step.cached"):
    """The step passed without a run, because its inputs are the same as in build `of`. Its warnings are from then.

    `saved_ms`: how long its run in build `of` took.
    """

    build: int
    step: str
    of: int
    saved_ms: int = 0


class Output(Event, frozen=True, tag="output"):
    """`text`: one or more whole lines, joined by newlines, as the program wrote them. A view must clean it."""

    source: str
    stream: Stream
    text: str


class Related(msgspec.Struct, frozen=True):
    """A second place that belongs to a diagnostic ("declared here")."""

    path: str
    file: str
    line: int | None
    column: int | None
    message: str


class SourceExcerpt(msgspec.Struct, frozen=True):
    """Lines of a file as they were built, from `line` on, without line ends, each cut to 240 characters."""

    line: int
    lines: tuple[str, ...]


class Diagnostic(Event, frozen=True, tag="diagnostic"):
    """One problem. `file` is absolute, `path` relative to the root; both None where there is no place.

    Where no such file was found, `file` is as the tool printed it, and `path` is None. `new`: it was not there in
    the last build result. `source`: its line and two on each side, where it is certain that the tool has seen these.
    """

    build: int
    step: str | None
    process: str | None
    severity: Severity
    file: str | None
    path: str | None
    line: int | None
    column: int | None
    end_line: int | None
    end_column: int | None
    code: str | None
    tool: str
    message: str
    detail: tuple[str, ...]
    related: tuple[Related, ...]
    count: int
    new: bool
    source: SourceExcerpt | None = None


class Fixed(msgspec.Struct, frozen=True):
    """A problem that a step no longer reports, as it was last reported."""

    step: str | None
    severity: Severity
    file: str | None
    path: str | None
    line: int | None
    column: int | None
    code: str | None
    message: str


class BuildFinished(Event, frozen=True, tag="build.finished"):
    """The one result of a build. `errors` and `warnings` count all that is wrong now, older steps included.

    `new` problems were not in the build result before, `fixed` ones are gone, and `fixed_problems` are the
    first 20 of these, errors first. A canceled build has no result: it has neither.
    `critical_path`: the steps that decided `duration_ms`, each of which waited for the one before it (see timing.py).
    `saved_ms`: what the steps would have taken that were cached.
    """

    build: int
    status: Status
    errors: int
    warnings: int
    duration_ms: int
    steps: tuple[str, ...]
    skipped: tuple[str, ...]
    new: int = 0
    fixed: int = 0
    fixed_problems: tuple[Fixed, ...] = ()
    critical_path: tuple[str, ...] = ()
    saved_ms: int = 0


class UpToDate(Event, frozen=True, tag="up_to_date"):
    """Nothing is pending or running, and every change made before now is in build `build`."""

    build: int


class ProcessStarting(Event, frozen=True, tag="process.starting"):
    process: str
    run: int
    build: int


class ProcessStarted(Event, frozen=True, tag="process.started"):
    """`port`: the value of {port} in this run."""

    process: str
    run: int
    build: int
    pid: int
    port: int | None = None


class ProcessReady(Event, frozen=True, tag="process.ready"):
    """`via`: how it was found ready: tcp, http, log, notify, exec, listen or up (it has stayed up).

    `duration_ms`: since its start.
    """

    process: str
    run: int
    build: int
    via: str
    duration_ms: int


class ProcessStatus(Event, frozen=True, tag="process.status"):
    """The status that the process sent (STATUS= of sd_notify)."""

    process: str
    run: int
    text: str


class ProcessPrompt(Event, frozen=True, tag="process.prompt"):
    """The process has stopped in the middle of a line, probably to wait for input. The output has the line later."""

    process: str
    run: int
    text: str


class ProcessReloaded(Event, frozen=True, tag="process.reloaded"):
    """hotrun sent the process its reload signal, because files that it reloads have changed."""

    process: str
    run: int
    build: int
    signal: str


class InputAttached(Event, frozen=True, tag="input.attached"):
    """The process that gets typed input. None: hotrun gets it."""

    process: str | None


class ProcessStopping(Event, frozen=True, tag="process.stopping"):
    process: str
    run: int
    build: int
    signal: str


class ProcessExited(Event, frozen=True, tag="process.exited"):
    """`expected`: hotrun stopped it. If exit_code and signal are both None, it could not start."""

    process: str
    run: int
    build: int
    exit_code: int | None
    signal: str | None
    expected: bool
    uptime_ms: int


class ProcessStale(Event, frozen=True, tag="process.stale"):
    """The run still serves build `build`, but a newer build failed."""

    process: str
    run: int
    build: int


class ProcessUpToDate(Event, frozen=True, tag="process.up_to_date"):
    """The run, which was stale or to be restarted, is up to date with build `build` and keeps running."""

    process: str
    run: int
    build: int


class StateChanged(Event, frozen=True, tag="state"):
    """`pending`: how many changed files wait for a build request (watch.auto = false)."""

    state: State
    why: str
    pending: int = 0


class ConfigReloaded(Event, frozen=True, tag="config.reloaded"):
    """The steps and processes that the new configuration added, changed or removed."""

    config: str | None
    steps: tuple[str, ...]
    processes: tuple[str, ...]


class ConfigError(Event, frozen=True, tag="config.error"):
    problems: tuple[str, ...]


class Message(Event, frozen=True, tag="message"):
    level: Literal["info", "warning", "error"]
    text: str


class SessionEnded(Event, frozen=True, tag="session.ended"):
    reason: str
    exit_code: int
