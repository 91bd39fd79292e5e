"""A dashboard with a terminal to look at."""

from __future__ import annotations

import re

from hotrun.core.model import events
from hotrun.core.model.requests import Action
from hotrun.core.state.snapshot import Snapshot
from hotrun.keys.actions import bindings
from hotrun.views.dashboard.dashboard import Dashboard
from hotrun.views.dashboard.pinned import SPIN_MS
from hotrun.views.dashboard.ui_requests import Wish
from tests.views.dashboard.terminal import Screen
from tests.views.streams import STAMP

TIME = re.compile(r"\d\d:\d\d:\d\d")


KEYS = "r restart  b build  e errors  n next  p pause  i type  f full  ? help  q quit"


class Session:
    """A dashboard on a terminal that is written to whenever it wants to be."""

    def __init__(self, columns: int = 80, rows: int = 24, *, processes: tuple[str, ...] = ("web",), **how: object):
        self.terminal = Screen(columns, rows)
        self.dashboard = Dashboard((columns, rows), bindings({}), Snapshot(), **{"colored": False, **how})  # type: ignore[arg-type]
        self.now_ms = 1000
        self.frames: list[bytes] = []
        self.show(events.SessionStarted("0.1.0", 1, "/p", "hotrun.toml", (), processes, None))
        self.dashboard.pin()
        self.draw()

    def show(self, *shown: events.Event) -> None:
        """Tell it events."""
        for event in shown:
            self.dashboard.snapshot.apply(event)
            self.dashboard.show(event, 1, STAMP)
        self.dashboard.flush()

    def draw(self) -> list[str]:
        """Let time pass until it wants nothing more, or only to tick; returns what is on the terminal."""
        while (due := self.dashboard.deadline_ms) is not None and due < self.now_ms + SPIN_MS:
            self.now_ms = max(due, self.now_ms)
            self.frames.append(self.dashboard.frame(self.now_ms))
            self.terminal.feed(self.frames[-1])
        return [TIME.sub("12:34:56", line) for line in self.terminal.lines]

    def press(self, *actions: Action) -> list[Wish]:
        """Press keys, and draw."""
        wishes = [wish for action in actions for wish in self.dashboard.press(action, self.now_ms)]
        self.draw()
        return wishes

    @property
    def printed(self) -> list[str]:
        """What is in the scrollback, without the first line and without the pinned rows."""
        lines = self.draw()
        below = next(n for n, line in enumerate(lines) if line.startswith(("● watching", "◐", "◓", "‖", "■")))
        return lines[1:below]


def output(text: str, source: str = "run:web") -> events.Output:
    return events.Output(source, "stdout", text)


def red(number: int, *problems: events.Diagnostic) -> list[events.Event]:
    """A build that fails with these problems."""
    return [
        events.BuildStarted(number, ("app",), ()),
        events.StepStarted(number, "app", ("make",)),
        *problems,
        events.StepFinished(number, "app", "failed", 1, None, 90),
        events.BuildFinished(number, "failed", len(problems), 0, 96, ("app",), ()),
    ]
