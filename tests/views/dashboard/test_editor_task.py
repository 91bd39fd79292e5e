"""What a task of an editor sees of the dashboard: the lines of its terminal, each one when it ends."""

from __future__ import annotations

import re
from typing import Any

import pyte

from hotrun.config.writing.vscode_tasks import TASK
from hotrun.core.model import events
from hotrun.core.state.snapshot import Snapshot
from hotrun.keys.actions import bindings
from hotrun.views.dashboard.dashboard import FRAME_MS, Dashboard
from tests.views.streams import STAMP, diagnostic


class Ends(pyte.Screen):
    """A terminal that keeps each line as it is when the cursor leaves it, which is when VS Code looks at it."""

    def __init__(self) -> None:
        super().__init__(80, 24)
        self.seen: list[str] = []

    def linefeed(self) -> None:
        self.seen.append(self.display[self.cursor.y].rstrip())
        super().linefeed()


def test_a_task_sees_each_problem_once_between_the_begin_and_the_end_of_its_build() -> None:
    told = TASK["problemMatcher"]
    begins, ends = (re.compile(told["background"][name]) for name in ("beginsPattern", "endsPattern"))
    problem = re.compile(told["pattern"]["regexp"])
    dashboard, screen = Dashboard((80, 24), bindings({}), Snapshot(), colored=True), Ends()
    dashboard.pin()
    stream = pyte.ByteStream(screen)
    now_ms = 0
    for number, status, count in ((1, "failed", 2), (2, "canceled", 0), (3, "failed", 1), (4, "passed", 0)):
        problems = [diagnostic(f"problem {n}", line=n + 1) for n in range(count)]
        shown: list[events.Event] = [
            events.ChangesDetected(number, (events.ChangedPath("a.c", "modified"),), 0, "files"),
            events.BuildStarted(number, ("app",), ()),
            events.StepStarted(number, "app", ("make",)),
            events.Output("step:app", "stdout", "compiling"),
            *problems,
            events.BuildFinished(number, status, count, 0, 5, ("app",), ()),  # type: ignore[arg-type]
        ]
        for event in shown:  # a frame for each, as slow builds have
            dashboard.snapshot.apply(event)
            dashboard.show(event, 1, STAMP)
            now_ms += FRAME_MS
            stream.feed(dashboard.frame(now_ms))
    seen = []
    for line in screen.seen:
        number_of = parsed(problem, told["pattern"], line)
        seen += ["begin"] * bool(begins.search(line)) + ["end"] * bool(ends.search(line))
        seen += [f"problem {number_of}"] * (number_of is not None)
    assert seen == [
        *("begin", "problem 1", "problem 2", "end"),
        *("begin", "end"),
        *("begin", "problem 1", "end"),
        *("begin", "end"),
    ]


def parsed(problem: re.Pattern[str], groups: dict[str, Any], line: str) -> str | None:
    """The line number of the problem that an editor reads there, by the numbers of the groups in the task."""
    match = problem.search(line)
    if match is None:
        return None
    assert match[groups["file"]] == "src/a.c"
    assert match[groups["severity"]] == "error"
    return str(match[groups["line"]])
