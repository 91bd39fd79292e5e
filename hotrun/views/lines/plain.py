"""Lines for a person, a pipe or a log: prefixed output, a rule line for each build, a result line with its time.

A build begins and ends with a line that starts with MARK, which is how a task of an editor knows that it is under way:
all problems stand before the end, and no program's output can say the same.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from typing import NamedTuple

from hotrun.core.model import events
from hotrun.core.model.text import count, duration, listed
from hotrun.core.state.snapshot import Snapshot
from hotrun.core.state.timing_report import report
from hotrun.views.lines.sink import Sink
from hotrun.views.text.clean import MARK, Cleaner, clean_name
from hotrun.views.text.excerpt import ExcerptLine, excerpt

MOST_ERRORS = 20  # listed under a build result; the count says how many there are
MOST_EXCERPTS = 5  # of them with their source
RULE_WIDTH = 72
EXCERPT_WIDTH = 100  # a log has no width

RED, GREEN, YELLOW, CYAN, DIM, BOLD = "31", "32", "33", "36", "2", "1"
_PREFIX_COLORS = ("36", "35", "34", "33", "32", "96", "95", "94")


_ASKS = re.compile(r"[]>)?:$#%]\s*$")  # how a question ends; what has only stopped (a dot for each file) is none


WHY: dict[events.Reason, str] = {
    "files": "files changed",
    "request": "requested",
    "start": "first build",
    "config": "configuration changed",
}


class PlainMarks(NamedTuple):
    """The signs in front of our own lines."""

    rule: str
    bar: str
    good: str
    bad: str
    dot: str
    warn: str
    cut: str


UNICODE = PlainMarks("─", "│", "✔", "✗", "·", "▲", "…")
ASCII = PlainMarks("-", "|", "ok:", "FAILED:", "-", "!", "...")


class Plain:
    """The view for `--ui plain`."""

    def __init__(
        self, sink: Sink, colored: bool, snapshot: Snapshot, marks: PlainMarks = UNICODE, with_timing: bool = False
    ) -> None:
        """`snapshot` has applied each event before it is shown. `with_timing`: show where the time of a build went."""
        self.names_sources = True  # in front of each line of output; without need where there is one
        self._sink = sink
        self._colored = colored
        self._marks = marks
        self._with_timing = with_timing
        self._prefixes: dict[str, str] = {}
        self._cleaners: dict[str, Cleaner] = {}
        self._snapshot = snapshot

    def show(self, event: events.Event, seq: int, stamp: str) -> None:
        """Put the lines for one event, if it has any."""
        match event:
            case events.Output():
                self.put_output(event.source, self.cleaned(event, stamp))
            case events.ChangesDetected():
                self._rule(event)
            case events.BuildFinished():
                self._build_result(event)
            case _:
                self._begin(event)
                text = self._told(event)
                if text is not None:
                    self._line(text)

    def flush(self) -> None:
        """Write what was shown."""
        self._sink.flush()

    def cleaned(self, event: events.Output, stamp: str) -> str:
        """Lines of output as they may be shown; for each event once, in its order."""
        return self._cleaner(event.source).lines(event.text, stamp)

    def put_output(self, source: str, text: str) -> None:
        """Put clean lines of one source."""
        if self.names_sources:
            prefix = self._prefix(source)
            self._sink.put(prefix)
            text = text.replace("\n", f"\n{prefix}")
        self._sink.put(text)
        self._sink.put("\n")

    def show_problems(self) -> None:
        """Put everything that is wrong now, of steps and of processes."""
        problems = self._snapshot.problems()
        errors = sum(problem.severity == "error" for problem in problems)
        others = len(problems) - errors
        counts = [count(n, noun) for n, noun in ((errors, "error"), (others, "warning")) if n]
        self._line(self._paint(", ".join(counts) or "no problems", RED if errors else YELLOW if others else GREEN))
        self._list(problems)

    def show_rule(self) -> None:
        """Put a line across, with the time."""
        rule = self._marks.rule
        text = f"{rule * 2} {time.strftime('%H:%M:%S')} "
        self._line(self._paint(text + rule * max(2, RULE_WIDTH - len(text)), BOLD))

    def show_text(self, text: str) -> None:
        """Put lines of hotrun's own."""
        self._line(text)

    # --- lines -------------------------------------------------------------------------------------------------

    def _told(self, event: events.Event) -> str | None:
        """The line for an event that has one."""
        dot, dim = f" {self._marks.dot} ", DIM
        match event:
            case events.SessionStarted():
                source = event.config or "no hotrun.toml"
                return self._paint(f"hotrun {event.version}{dot}{clean_name(event.root)}{dot}{clean_name(source)}", dim)
            case events.Watching():
                files, folders = count(event.files, "file"), count(event.folders, "folder")
                return self._paint(f"watching {files} in {folders}", dim)
            case events.StepFinished():
                return self._step_line(event)
            case events.ProcessStarted():
                port = "" if event.port is None else f"{dot}port {event.port}"
                return self._named(event.process, f"started{dot}pid {event.pid}{port}{dot}build #{event.build}", GREEN)
            case events.ProcessReady():
                how = f"ready after {duration(event.duration_ms)} ({event.via})"
                return self._named(event.process, how, GREEN) if event.via != "up" else None
            case events.ProcessStopping():
                return self._named(event.process, f"stopping ({event.signal})", dim)
            case events.ProcessExited():
                return self._exit_line(event)
            case events.ProcessStale():
                return self._named(event.process, f"is stale: still running build #{event.build}", YELLOW)
            case events.ProcessUpToDate():
                return self._named(event.process, f"is up to date with build #{event.build}, kept running", GREEN)
            case events.ProcessReloaded():
                return self._named(event.process, f"reloads ({event.signal})", CYAN)
            case events.ProcessStatus():
                return self._named(event.process, f"says: {clean_name(event.text)}", dim)
            case events.ProcessPrompt():
                if self._snapshot.attached != event.process and not _ASKS.search(event.text):
                    return None
                source = f"run:{event.process}"
                return self._prefix(source) + self._cleaner(source).prompt(event.text)
            case events.Diagnostic():
                return self._problem_line(event) if event.process is not None else None
            case events.InputAttached():
                whose = f"{clean_name(event.process)}, Ctrl-] detaches" if event.process else "hotrun again"
                return self._paint(f"input goes to {whose}", CYAN)
            case events.ConfigReloaded():
                names = listed([*event.steps, *event.processes]) or "no step or process"
                return self._paint(f"configuration reloaded{dot}changed: {clean_name(names)}", CYAN)
            case events.ConfigError():
                text = "\n".join(clean_name(problem) for problem in event.problems)
                return self._paint(
                    f"{self._marks.bad} configuration has errors, still using the previous one:\n{text}", RED
                )
            case events.Message():
                color = {"error": RED, "warning": YELLOW}.get(event.level, CYAN)
                return self._paint(f"{event.level}: {clean_name(event.text)}", color)
            case events.StateChanged(state="watching", pending=pending) if pending:
                return self._paint(clean_name(event.why), dim)
            case events.StateChanged(state="stopping"):
                return self._paint("stopping" + (f": {clean_name(event.why)}" if event.why else ""), dim)
            case _:
                return None

    def _begin(self, event: events.Event) -> None:
        """A run that starts has no color of the one before."""
        match event:
            case events.StepStarted():
                self._cleaner(f"step:{event.step}").restart()
            case events.ProcessStarted():
                self._cleaner(f"run:{event.process}").restart()

    def _cleaner(self, source: str) -> Cleaner:
        cleaner = self._cleaners.get(source)
        if cleaner is None:
            name = source.partition(":")[2]
            cleaner = Cleaner(name, self._colored, self._marks.rule, self._marks.cut)
            self._cleaners[source] = cleaner
        return cleaner

    def _prefix(self, source: str) -> str:
        prefix = self._prefixes.get(source)
        if prefix is None:
            color = _PREFIX_COLORS[len(self._prefixes) % len(_PREFIX_COLORS)]
            # Spaces around the bar: an editor's terminal finds `path:line` only after a space or a line's start.
            prefix = f"{self._paint(clean_name(source.partition(':')[2]), color)} {self._paint(self._marks.bar, DIM)} "
            self._prefixes[source] = prefix
        return prefix

    def _rule(self, event: events.ChangesDetected) -> None:
        names = [path.path for path in event.paths]
        total = len(names) + event.more
        what = listed(names) if total <= 3 else f"{names[0]} and {total - 1} more"
        title = f"{time.strftime('%H:%M:%S')} {self._marks.dot} {clean_name(what or WHY[event.reason])}"
        mark = f"{MARK} build #{event.build} started"
        text = f" {self._marks.rule * 2} {title} "
        rest = self._marks.rule * max(2, RULE_WIDTH - len(mark) - len(text))
        self._line(self._paint(mark, DIM) + self._paint(text + rest, BOLD))

    def _step_line(self, event: events.StepFinished) -> str | None:
        if event.unchanged:
            return self._named(event.step, "unchanged", DIM)
        if event.status in ("passed", "canceled"):
            return None
        return self._named(event.step, how_ended(event), RED if event.status != "skipped" else DIM)

    def _exit_line(self, event: events.ProcessExited) -> str | None:
        after = f"after {duration(event.uptime_ms)}"
        if event.expected:
            return self._named(event.process, "had to be killed", YELLOW) if event.signal == "SIGKILL" else None
        if event.signal is not None:
            return self._named(event.process, f"killed by {event.signal} {after}", RED)
        if event.exit_code is None:
            return self._named(event.process, "failed to start", RED)
        return self._named(event.process, f"exited with {event.exit_code} {after}", RED if event.exit_code else YELLOW)

    def _build_result(self, event: events.BuildFinished) -> None:
        good, canceled = event.status == "passed", event.status == "canceled"
        mark = self._marks.good if good else self._marks.dot if canceled else self._marks.bad
        # What is wrong with a process was said when it happened.
        found = self._snapshot.problems() if event.status != "canceled" else []
        problems = [problem for problem in found if problem.step is not None]
        counts = [self._count("error", event.errors, problems, event.fixed)] if event.errors else []
        counts += [self._count("warning", event.warnings, problems, event.fixed)] if event.warnings else []
        counts += [f"{event.fixed} fixed"] if event.fixed else []
        tail = f": {', '.join(counts)}" if counts else ""
        text = f"{mark} build #{event.build} {event.status} in {duration(event.duration_ms)}{tail}"
        color = GREEN if good else DIM if canceled else RED
        self._line(self._paint(text, color))
        self._list(problems)
        if event.status != "canceled":
            self._timing()
        totals = f"{event.status}, {event.errors} errors, {event.warnings} warnings"  # for programs: no "1 error"
        self._line(self._paint(f"{MARK} build #{event.build} finished: {totals}", DIM))

    def _timing(self) -> None:
        """Where the time of the build went."""
        if self._with_timing and self._snapshot.timing is not None:
            for line in report(self._snapshot.timing):
                self._line(self._paint(clean_name(line), DIM))

    def _count(self, severity: events.Severity, number: int, problems: Iterable[events.Diagnostic], fixed: int) -> str:
        """How many errors or warnings there are, and how many of them are new, unless all are and nothing is fixed."""
        new = sum(problem.new and problem.severity == severity for problem in problems)
        return count(number, severity) + (f" ({new} new)" if new and (new < number or fixed) else "")

    def _list(self, problems: list[events.Diagnostic]) -> None:
        """The one place where problems become lines."""
        left = MOST_EXCERPTS
        for problem in problems[:MOST_ERRORS]:
            self._line(self._problem_line(problem))
            shown = excerpt(problem, EXCERPT_WIDTH, self._marks.bar) if left else []
            left -= bool(shown)
            for line in shown:
                self._line(self._excerpt_line(line))
        if len(problems) > MOST_ERRORS:
            self._line(f"  and {len(problems) - MOST_ERRORS} more")

    def _excerpt_line(self, line: ExcerptLine) -> str:
        colors = {"line": BOLD, "caret": RED, "around": DIM}
        return "    " + self._paint(line.text, colors[line.kind])

    def _problem_line(self, problem: events.Diagnostic) -> str:
        place = ""
        name = problem.path or problem.file  # a file that was not found has no path
        if name is not None:
            numbers = [str(n) for n in (problem.line, problem.column) if n is not None]
            place = ":".join([clean_name(name), *numbers]) + ": "
        color = RED if problem.severity == "error" else YELLOW
        code = f" [{clean_name(problem.code)}]" if problem.code else ""
        return f"  {place}{self._paint(problem.severity, color)}: {clean_name(problem.message)}{code}"

    def _named(self, name: str, text: str, color: str) -> str:
        return f"{self._paint(clean_name(name), BOLD)} {self._paint(text, color)}"

    def _line(self, text: str) -> None:
        self._sink.put(text + "\n")

    def _paint(self, text: str, color: str) -> str:
        return f"\x1b[{color}m{text}\x1b[0m" if self._colored else text


def how_ended(event: events.StepFinished) -> str:
    """How a step that did not pass has ended, in words."""
    match event.status:
        case "skipped":
            return "skipped: a step that it needs has not passed"
        case "timeout":
            return "timed out"
        case _ if event.signal is not None:
            return f"killed by {event.signal}"
        case _ if event.exit_code is not None:
            return f"failed (exit {event.exit_code})"
        case _:
            return "failed to start"
