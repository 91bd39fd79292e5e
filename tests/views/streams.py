"""One example of every event, and a sink that keeps what it gets."""

from __future__ import annotations

from hotrun.core.model import events
from hotrun.views.lines.sink import Sink

STAMP = "2026-03-04T05:06:07.089Z"


class Kept(Sink):
    """A sink that leads nowhere."""

    def __init__(self) -> None:
        super().__init__(lambda data: None)
        self.text = ""

    def flush(self) -> None:
        self.text += "".join(self._parts)
        self._parts.clear()


def diagnostic(message: str = "bad", **fields: object) -> events.Diagnostic:
    """A diagnostic of step app; `fields` replace what it would have."""
    values: dict[str, object] = {
        "build": 1,
        "step": "app",
        "process": None,
        "severity": "error",
        "file": "/p/src/a.c",
        "path": "src/a.c",
        "line": 3,
        "column": 7,
        "end_line": None,
        "end_column": None,
        "code": None,
        "tool": "gcc",
        "message": message,
        "detail": (),
        "related": (),
        "count": 1,
        "new": True,
    }
    return events.Diagnostic(**{**values, **fields})  # type: ignore[arg-type]


EXAMPLES: list[events.Event] = [
    events.SessionStarted("0.1.0", 4711, "/p", "hotrun.toml", ("app",), ("web",), None),
    events.Watching(3, 12, 2, "watchfiles", 15),
    events.ChangesDetected(
        2, (events.ChangedPath("src/a.c", "modified"), events.ChangedPath("b", "deleted")), 1, "files"
    ),
    events.BuildStarted(2, ("app",), ("web",)),
    events.StepStarted(2, "app", ("sh", "-c", "make")),
    events.Output("step:app", "stdout", "one\ntwo"),
    diagnostic(
        end_line=3,
        end_column=9,
        code="E1",
        detail=("int x", "    ^"),
        related=(events.Related("src/b.h", "/p/src/b.h", 1, None, "declared here"),),
        source=events.SourceExcerpt(2, ("{", "\tint x", "}")),
    ),
    diagnostic("it failed", file=None, path=None, line=None, column=None, step=None, process="web", severity="warning"),
    events.StepFinished(2, "app", "failed", 1, None, 1234),
    events.BuildFinished(
        *(2, "failed", 1, 1, 1240, ("app",), ("test",)),
        new=1,
        fixed=1,
        fixed_problems=(events.Fixed("app", "error", "/p/src/a.c", "src/a.c", 3, 7, "E1", "bad"),),
    ),
    events.UpToDate(2),
    events.ProcessStarting("web", 3, 2),
    events.ProcessStarted("web", 3, 2, 4720),
    events.ProcessStopping("web", 3, 2, "SIGTERM"),
    events.ProcessExited("web", 3, 2, None, "SIGTERM", True, 5000),
    events.ProcessReady("web", 2, 1, "listen", 84),
    events.ProcessStatus("web", 2, "ready to serve"),
    events.ProcessPrompt("web", 2, "(Pdb) "),
    events.ProcessReloaded("web", 2, 1, "SIGHUP"),
    events.InputAttached("web"),
    events.ProcessStale("web", 3, 2),
    events.StepCached(4, "app", 2),
    events.ProcessUpToDate("web", 3, 4),
    events.StateChanged("building", ""),
    events.ConfigReloaded("hotrun.toml", ("app",), ()),
    events.ConfigError(("hotrun.toml:3: build.app: expected a table",)),
    events.Message("warning", "mind the gap"),
    events.SessionEnded("SIGINT", 0),
]
