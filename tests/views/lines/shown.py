"""The plain view, and events for it."""

from __future__ import annotations

import re

from hotrun.core.model import events
from hotrun.core.state.snapshot import Snapshot
from hotrun.views.lines.plain import ASCII, UNICODE, Plain
from tests.views.streams import STAMP, Kept

ENDED = re.compile(r"(?m)^(?:\x1b\[2m)?\[hotrun\] build #\d+ finished: .*\n")


TIME = re.compile(r"\d\d:\d\d:\d\d")


class Screen:
    """What a person sees of a stream of events, with (`marked`) or without the line that ends a build for programs.

    The time of day reads 12:34:56.
    """

    def __init__(
        self, *, colored: bool = False, ascii_only: bool = False, marked: bool = False, with_timing: bool = False
    ) -> None:
        self.marked = marked
        self._sink = Kept()
        self._snapshot = Snapshot()
        self._view = Plain(self._sink, colored, self._snapshot, ASCII if ascii_only else UNICODE, with_timing)

    def shows(self, *shown: events.Event) -> str:
        """The text for these events."""
        before = len(self._sink.text)
        for event in shown:
            self._snapshot.apply(event)
            self._view.show(event, 1, STAMP)
        self._view.flush()
        text = TIME.sub("12:34:56", self._sink.text[before:])
        return text if self.marked else ENDED.sub("", text)


def finished(status: events.Status = "passed", errors: int = 0, warnings: int = 0) -> events.BuildFinished:
    return events.BuildFinished(7, status, errors, warnings, 1234, ("app",), ())


def step(status: events.Status, exit_code: int | None = None, signal: str | None = None) -> events.StepFinished:
    return events.StepFinished(7, "app", status, exit_code, signal, 10)
