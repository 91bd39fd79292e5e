"""What GitHub Actions gets beside the lines: annotations, groups, a summary, and protection from commands in output."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from hotrun.core.model import events
from hotrun.core.model.text import count, duration
from hotrun.core.state.snapshot import Snapshot
from hotrun.views.formats.github_annotations import END_GROUP, github, group, resumed, stopped
from hotrun.views.formats.parts import encoded
from hotrun.views.lines.once import step_result
from hotrun.views.lines.sink import Sink


class Inner(Protocol):
    """The view whose lines are shown."""

    def show(self, event: events.Event, seq: int, stamp: str) -> None: ...

    def flush(self) -> None: ...


class GithubActions:
    """A view around another one. All that others have a word in stands where nothing counts as a command."""

    def __init__(
        self,
        inner: Inner,
        sink: Sink,
        snapshot: Snapshot,
        token: str,
        workspace: str | None,
        summarize: Callable[[str], None],
    ) -> None:
        """`inner` writes to the same `sink`. `snapshot` as in Plain.

        `token`: what ends the protection, a secret that cannot be guessed.
        `workspace`: the folder that places are relative to, absolute; None: the root. `summarize` takes Markdown.
        """
        self._inner = inner
        self._sink = sink
        self._token = token
        self._workspace = workspace
        self._summarize = summarize
        self._snapshot = snapshot
        self._steps: list[events.StepFinished] = []

    def show(self, event: events.Event, seq: int, stamp: str) -> None:
        """Put the lines for one event, if it has any."""
        match event:
            case events.SessionStarted():
                self._put(group("hotrun --once"), stopped(self._token))
            case events.StepFinished():
                self._steps.append(event)
            case events.BuildFinished():
                self._put(resumed(self._token), END_GROUP, stopped(self._token))
        self._inner.show(event, seq, stamp)
        match event:
            case events.BuildFinished() if event.status != "canceled":
                self._put(resumed(self._token), *self._annotations(), stopped(self._token))
                self._summarize(self._summary(event))
            case events.SessionEnded():
                self._put(resumed(self._token))

    def flush(self) -> None:
        """Write what was shown."""
        self._inner.flush()

    def _put(self, *lines: str) -> None:
        self._sink.put("".join(f"{line}\n" for line in lines))

    def _annotations(self) -> list[str]:
        workspace = self._workspace or self._snapshot.root
        found = (github(problem, workspace) for problem in self._snapshot.problems())
        return [encoded(annotation).decode("utf-8", "replace") for annotation in found]

    def _summary(self, event: events.BuildFinished) -> str:
        counts = ", ".join((count(event.errors, "error"), count(event.warnings, "warning")))
        rows = "".join(f"| {step.step} | {step_result(step)} |\n" for step in self._steps)
        title = f"### hotrun: {event.status} in {duration(event.duration_ms)}, {counts}"
        return f"{title}\n\n| step | result |\n|---|---|\n{rows}\n"
