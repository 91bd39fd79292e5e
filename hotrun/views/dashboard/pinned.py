"""What the pinned rows are made of beside the snapshot; loaded before rich is, which words them in status.py."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from hotrun.core.model import events
from hotrun.core.model.events import BuildFinished, Diagnostic
from hotrun.core.model.requests import Action
from hotrun.views.text.clean import clean_name

SPIN_MS = 200  # how long a sign of the spinner stands; the time of the build is updated as often


class Progress(msgspec.Struct):
    """The build that is under way: since when, and how far it is. `running`: the steps that run now."""

    build: int
    since_ms: int | None
    steps: int
    done: int = 0
    running: dict[str, None] = {}


class Pinned(msgspec.Struct):
    """What the rows tell beside the snapshot. `result`: of the last build that ran to its end.

    `prompts`: processes and the lines that they have begun. `only`: the only process whose output is printed.
    `selected`: a problem and its number, from 1.
    """

    keys: Mapping[Action, tuple[str, ...]]
    progress: Progress | None = None
    result: BuildFinished | None = None
    prompts: dict[str, str] = {}
    only: str | None = None
    selected: tuple[int, Diagnostic] | None = None
    note: str = ""

    def follow(self, event: events.Event) -> None:
        """Take what an event says about the build that is under way, and about prompts."""
        match event:
            case events.BuildStarted():
                self.progress = Progress(event.build, None, len(event.steps))
            case events.StepStarted() if self.progress is not None:
                self.progress.running[event.step] = None
                self.progress.steps = max(self.progress.steps, self.progress.done + len(self.progress.running))
            case events.StepFinished() if self.progress is not None:
                self.progress.running.pop(event.step, None)
                self.progress.done += 1
            case events.BuildFinished():
                self.progress = None
                if event.status != "canceled":
                    self.result = event
            case events.ProcessPrompt():
                self.prompts.pop(event.process, None)  # the latest is the last one
                self.prompts[event.process] = event.text
            case events.ProcessStarting() | events.ProcessExited():
                self.prompts.pop(event.process, None)
            case _:
                pass

    def prompt(self, keyboard: str | None) -> tuple[str, str] | None:
        """The process and its unfinished line to show: of the one that has the keyboard, else the latest."""
        if keyboard is not None:
            return (keyboard, self.prompts[keyboard]) if keyboard in self.prompts else None
        return next(reversed(self.prompts.items()), None)


def place_of(problem: Diagnostic) -> str:
    """Where a problem is, as "src/a.c:3:7"; "" where it has no place."""
    name = problem.path or problem.file
    if name is None:
        return ""
    return ":".join([name, *(str(number) for number in (problem.line, problem.column) if number is not None)])


def copied_text(problem: Diagnostic) -> str:
    """A problem as text for the clipboard; clean, as it may be pasted into a shell."""
    place = place_of(problem)
    return clean_name(f"{place}: {problem.severity}: {problem.message}" if place else problem.message)
