"""Events and screens for the tests of the whole screen."""

from __future__ import annotations

from hotrun.core.model import events
from hotrun.core.model.requests import Action
from hotrun.core.state.snapshot import Snapshot
from hotrun.keys.actions import DEFAULT_KEYS
from hotrun.views.dashboard.cells import Row
from hotrun.views.dashboard.colored import width
from hotrun.views.dashboard.screen.layout import ScreenLayout
from hotrun.views.dashboard.screen.record import ScreenRecord
from hotrun.views.dashboard.status import ASCII_SIGNS, UNICODE_SIGNS
from hotrun.views.text.clean import uncolored

STAMP = "2026-01-02T03:04:05.678Z"
HEAD: Row = (("* watching", ""),)


def problem(
    message: str,
    path: str | None = "src/app.py",
    line: int | None = 3,
    column: int | None = 9,
    severity: events.Severity = "error",
    *,
    new: bool = True,
    detail: tuple[str, ...] = (),
    related: tuple[events.Related, ...] = (),
    step: str = "app",
    source: events.SourceExcerpt | None = None,
) -> events.Diagnostic:
    return events.Diagnostic(
        build=1, step=step, process=None, severity=severity, file=f"/p/{path}" if path else None, path=path, line=line,
        column=column, end_line=None, end_column=None, code="E1", tool="lint", message=message, detail=detail,
        related=related, count=1, new=new, source=source,
    )  # fmt: skip


class Shown:
    """A screen and what a person reads on it."""

    def __init__(self, columns: int = 80, height: int = 20, *, unicode: bool = False) -> None:
        self.size = (columns, height)
        self.snapshot = Snapshot()
        self.record = ScreenRecord()
        self.full = ScreenLayout(self.record, DEFAULT_KEYS, UNICODE_SIGNS if unicode else ASCII_SIGNS, colored=True)
        self.now_ms = 0

    def tell(self, *told: events.Event) -> None:
        for event in told:
            self.snapshot.apply(event)
            self.record.apply(event, STAMP)
        self.record.see(self.now_ms)

    def start(self, *processes: str) -> None:
        self.tell(events.SessionStarted("1", 1, "/p", None, ("app",), processes, None))

    def builds(self, number: int, *paths: str, reason: events.Reason = "files", more: int = 0) -> None:
        listed = tuple(events.ChangedPath(path, "modified") for path in paths)
        self.tell(events.ChangesDetected(number, listed, more, reason), events.BuildStarted(number, ("app",), ()))

    def ends(
        self,
        number: int,
        status: events.Status = "passed",
        errors: int = 0,
        ms: int = 100,
        fixed: tuple[events.Fixed, ...] = (),
    ) -> None:
        self.tell(
            events.BuildFinished(
                build=number, status=status, errors=errors, warnings=0, duration_ms=ms, steps=("app",), skipped=(),
                fixed=len(fixed), fixed_problems=fixed,
            )
        )  # fmt: skip

    def has(self, *problems: events.Diagnostic, fixed: tuple[events.Fixed, ...] = ()) -> None:
        self.builds(1, "src/app.py")
        self.tell(events.StepStarted(1, "app", ("make",)), *problems)
        self.ends(1, "failed", errors=len(problems), fixed=fixed)

    def starts(self, name: str, run: int = 1, build: int = 1, pid: int = 77) -> None:
        self.tell(events.ProcessStarting(name, run, build), events.ProcessStarted(name, run, build, pid))

    def press(self, *actions: Action) -> list[bool]:
        return [self.full.press(action, self.snapshot, self.size[1]) for action in actions]

    def type(self, text: str, *keys: str) -> None:
        for key in (*text, *keys):
            self.full.type(key)

    def rows(self) -> list[str]:
        rows = self.full.rows(self.snapshot, HEAD, self.size, self.now_ms)
        texts = ["".join(text for text, _ in row) if isinstance(row, tuple) else row for row in rows]
        assert all(width(text) <= self.size[0] for text in texts), [t for t in texts if width(t) > self.size[0]]
        assert not any("\n" in text for text in texts)
        return [uncolored(text).rstrip() for text in texts]

    def body(self) -> list[str]:
        """Without the rows of state and panes, and without the keys."""
        return self.rows()[2:-1]


def fixed(message: str, path: str = "src/c.py", line: int = 1) -> events.Fixed:
    return events.Fixed("app", "error", f"/p/{path}", path, line, None, None, message)
