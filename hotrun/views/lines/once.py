"""Lines for `--once`: what `plain` shows, and above the result a line for each step with its status and its time."""

from __future__ import annotations

from hotrun.core.model import events
from hotrun.core.model.text import duration
from hotrun.views.lines.plain import Plain, PlainMarks, how_ended
from hotrun.views.lines.sink import Sink


class Once:
    """The view for `--once`."""

    def __init__(self, plain: Plain, sink: Sink, marks: PlainMarks) -> None:
        """`plain` writes to the same `sink`."""
        self._plain = plain
        self._sink = sink
        self._marks = marks
        self._steps: list[events.StepFinished] = []

    def show(self, event: events.Event, seq: int, stamp: str) -> None:
        """Put the lines for one event, if it has any."""
        match event:
            case events.StepFinished():
                self._steps.append(event)
            case events.BuildFinished() if event.status != "canceled":
                self._sink.put("".join(f"{line}\n" for line in self._lines()))
        self._plain.show(event, seq, stamp)

    def flush(self) -> None:
        """Write what was shown."""
        self._plain.flush()

    def _lines(self) -> list[str]:
        width = max((len(step.step) for step in self._steps), default=0)
        marks = {"passed": self._marks.good, "skipped": self._marks.dot}
        return [
            f"{marks.get(one.status, self._marks.bad)} {one.step:{width}}  {step_result(one)}" for one in self._steps
        ]


def step_result(event: events.StepFinished) -> str:
    """How a step has ended and how long it took."""
    if event.status == "skipped":
        return how_ended(event)
    ended = "passed" if event.status == "passed" else how_ended(event)
    return f"{ended} in {duration(event.duration_ms)}"
