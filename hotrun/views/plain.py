"""Lines for a person, a pipe or a log: prefixed output, a rule line for each build, a verdict line with its time."""

from __future__ import annotations

import re
import time
from typing import NamedTuple

from hotrun.core import events
from hotrun.core.snapshot import Snapshot
from hotrun.core.times import worded
from hotrun.core.words import count, duration, listed
from hotrun.views.clean import clean_lines, clean_name
from hotrun.views.sink import Sink

MOST_ERRORS = 20  # listed under a verdict; the count says how many there are
RULE_WIDTH = 72

RED, GREEN, YELLOW, CYAN, DIM, BOLD = "31", "32", "33", "36", "2", "1"
_PREFIX_COLORS = ("36", "35", "34", "33", "32", "96", "95", "94")


_ASKS = re.compile(r"[]>)?:$#%]\s*$")  # how a question ends; what has only stopped (a dot for each file) is none


class Marks(NamedTuple):
    """The signs in front of our own lines."""

    rule: str
    bar: str
    good: str
    bad: str
    dot: str
    warn: str


UNICODE = Marks("─", "│", "✔", "✗", "·", "▲")
ASCII = Marks("-", "|", "ok:", "FAILED:", "-", "!")


class Plain:
    """The view for `--ui plain`."""

    def __init__(self, sink: Sink, colored: bool, marks: Marks = UNICODE, with_timing: bool = False) -> None:
        """`with_timing`: say under each verdict where the time of the build went."""
        self._sink = sink
        self._colored = colored
        self._marks = marks
        self._with_timing = with_timing
        self._prefixes: dict[str, str] = {}
        self._snapshot = Snapshot()

    def show(self, event: events.Event, seq: int, stamp: str) -> None:
        """Put the lines for one event, if it has any."""
        self._snapshot.apply(event)
        match event:
            case events.Output():
                self._output(event)
            case events.Changed():
                self._rule(event)
            case events.BuildFinished():
                self._verdict(event)
            case _:
                text = self._told(event)
                if text is not None:
                    self._line(text)

    def flush(self) -> None:
        """Write what was shown."""
        self._sink.flush()

    # --- lines -------------------------------------------------------------------------------------------------

    def _told(self, event: events.Event) -> str | None:
        """The line for an event that has one."""
        dot, dim = f" {self._marks.dot} ", DIM
        match event:
            case events.Hello():
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
                how = f"ready after {duration(event.ms)} ({event.via})"
                return self._named(event.process, how, GREEN) if event.via != "up" else None
            case events.ProcessStopping():
                return self._named(event.process, f"stopping ({event.signal})", dim)
            case events.ProcessExited():
                return self._exit_line(event)
            case events.ProcessStale():
                return self._named(event.process, f"is stale: it still runs build #{event.build}", YELLOW)
            case events.ProcessFresh():
                return self._named(event.process, f"is what build #{event.build} would start: it serves on", GREEN)
            case events.ProcessReloaded():
                return self._named(event.process, f"reloads ({event.signal})", CYAN)
            case events.ProcessStatus():
                return self._named(event.process, f"says: {clean_name(event.text)}", dim)
            case events.ProcessPrompt():
                if self._snapshot.keyboard != event.process and not _ASKS.search(event.text):
                    return None
                return self._prefix(f"run:{event.process}") + clean_lines(event.text, self._colored)
            case events.Diagnostic():
                return self._problem_line(event) if event.process is not None else None
            case events.Keyboard():
                whose = f"goes to {event.process}, Ctrl-] takes it back" if event.process else "is hotrun's again"
                return self._paint(f"what is typed {whose}", CYAN)
            case events.ConfigReloaded():
                names = listed([*event.steps, *event.processes]) or "nothing that runs"
                return self._paint(f"configuration reloaded{dot}changed: {clean_name(names)}", CYAN)
            case events.ConfigError():
                text = "\n".join(clean_name(problem) for problem in event.problems)
                return self._paint(f"{self._marks.bad} configuration not taken, the last good one stays:\n{text}", RED)
            case events.Message():
                color = {"error": RED, "warning": YELLOW}.get(event.level, CYAN)
                return self._paint(f"{event.level}: {clean_name(event.text)}", color)
            case events.StateChanged(state="watching", pending=pending) if pending:
                return self._paint(clean_name(event.why), dim)
            case events.StateChanged(state="stopping"):
                return self._paint("stopping" + (f": {clean_name(event.why)}" if event.why else ""), dim)
            case _:
                return None

    def _output(self, event: events.Output) -> None:
        prefix = self._prefix(event.source)
        self._sink.put(prefix)
        self._sink.put(clean_lines(event.text, self._colored).replace("\n", f"\n{prefix}"))
        self._sink.put("\n")

    def _prefix(self, source: str) -> str:
        prefix = self._prefixes.get(source)
        if prefix is None:
            color = _PREFIX_COLORS[len(self._prefixes) % len(_PREFIX_COLORS)]
            # Spaces around the bar: an editor's terminal finds `path:line` only after a space or a line's start.
            prefix = f"{self._paint(source.partition(':')[2], color)} {self._paint(self._marks.bar, DIM)} "
            self._prefixes[source] = prefix
        return prefix

    def _rule(self, event: events.Changed) -> None:
        names = [path.path for path in event.paths]
        total = len(names) + event.more
        what = listed(names) if total <= 3 else f"{names[0]} and {total - 1} more"
        title = f"build #{event.build} {self._marks.dot} {clean_name(what or event.trigger)}"
        rule = self._marks.rule
        text = f"{time.strftime('%H:%M:%S')} {rule * 2} {title} "
        self._line(self._paint(text + rule * max(2, RULE_WIDTH - len(text)), BOLD))

    def _step_line(self, event: events.StepFinished) -> str | None:
        if event.unchanged:
            return self._named(event.step, "unchanged", DIM)
        if event.status in ("ok", "canceled"):
            return None
        how = {"skipped": "skipped: what it needs is not green", "timeout": "timed out"}.get(event.status, "")
        if not how:
            how = f"killed by {event.signal}" if event.signal else f"failed (exit {event.exit_code})"
            how = "could not be started" if event.signal is None and event.exit_code is None else how
        return self._named(event.step, how, RED if event.status != "skipped" else DIM)

    def _exit_line(self, event: events.ProcessExited) -> str | None:
        after = f"after {duration(event.uptime_ms)}"
        if event.expected:
            return self._named(event.process, "had to be killed", YELLOW) if event.signal == "SIGKILL" else None
        if event.signal is not None:
            return self._named(event.process, f"killed by {event.signal} {after}", RED)
        if event.exit_code is None:
            return self._named(event.process, "could not be started", RED)
        return self._named(event.process, f"exited with {event.exit_code} {after}", RED if event.exit_code else YELLOW)

    def _verdict(self, event: events.BuildFinished) -> None:
        good = event.status == "ok"
        mark = self._marks.good if good else self._marks.bad
        counts = [count(n, noun) for n, noun in ((event.errors, "error"), (event.warnings, "warning")) if n]
        tail = f": {', '.join(counts)}" if counts else ""
        text = f"{mark} build #{event.build} {event.status} in {duration(event.duration_ms)}{tail}"
        color = GREEN if good else DIM if event.status == "canceled" else RED
        self._line(self._paint(text, color))
        if event.status != "canceled":
            self._problems()
            self._timing()

    def _timing(self) -> None:
        """Where the time of the build went."""
        if self._with_timing and self._snapshot.timing is not None:
            for line in worded(self._snapshot.timing):
                self._line(self._paint(clean_name(line), DIM))

    def _problems(self) -> None:
        """What is wrong with the build; what is wrong with a process was said when it happened."""
        problems = [problem for problem in self._snapshot.problems() if problem.step is not None]
        for problem in problems[:MOST_ERRORS]:
            self._line(self._problem_line(problem))
        if len(problems) > MOST_ERRORS:
            self._line(f"  and {len(problems) - MOST_ERRORS} more")

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
        return f"{self._paint(name, BOLD)} {self._paint(text, color)}"

    def _line(self, text: str) -> None:
        self._sink.put(text + "\n")

    def _paint(self, text: str, color: str) -> str:
        return f"\x1b[{color}m{text}\x1b[0m" if self._colored else text
