"""The readiness of one run, and its deadline.

waiting   a probe passes, READY=1, a matching line: ready        deadline: late, which is a failure
late      the same: ready after all                              -
ready     it stays ready

By default, a run is ready when it listens on a port, or has stayed up for a while. If an earlier run of the process
has listened, the next one gets the full timeout to do so.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from hotrun.core.model.commands import StartProbe, StopProbe
from hotrun.core.model.inputs import Input, Notified, ProbeFailed, ProbePassed
from hotrun.core.model.project import PORT, Ready
from hotrun.core.model.text import duration
from hotrun.core.run import Effect

UP_MS = 2000  # most servers listen sooner, and a worker that never listens is ready after this time

Turn = Literal["ready", "late"]


class Readiness:
    """The readiness of one run. `via`: how it became ready, None if it is not."""

    def __init__(self, run: int, ready: Ready, listens: bool) -> None:
        """`listens`: an earlier run of the process listened, so this one should, too."""
        self.via: str | None = None
        self.is_late = False
        self.listens = listens
        self._run = run
        self._ready = ready
        self._why = ""
        self._is_probed = False
        self._due_ms: int | None = None
        self._timeout_at_ms = 0

    def begin(self, port: int | None, now_ms: int, out: list[Effect]) -> None:
        """The program has started. `port`: the value of {port}."""
        self._timeout_at_ms = now_ms + self._ready.timeout_ms
        is_open = self._ready.by == "auto" and not self.listens
        self._due_ms = min(now_ms + UP_MS, self._timeout_at_ms) if is_open else self._timeout_at_ms
        if self._ready.by not in ("log", "notify"):
            self._is_probed = True
            out.append(StartProbe(self._run, with_port(self._ready, port)))

    def end(self, out: list[Effect]) -> None:
        """The run is stopping, or is over: stop the probe and the deadline."""
        self._due_ms = None
        if self._is_probed:
            self._is_probed = False
            out.append(StopProbe(self._run))

    def handle(self, input: Input, now_ms: int) -> Turn | None:
        """Handle an input about the run. Returns "ready" if it makes the run ready."""
        match input:
            case ProbePassed():
                self._is_probed = False
                self.listens = self.listens or input.via == "listen"
                return self._become(input.via)
            case ProbeFailed():
                self._why = input.why
            case Notified():
                if input.extend_ms is not None and self._due_ms is not None:
                    self._due_ms = max(self._due_ms, now_ms + input.extend_ms)
                if input.ready and self._ready.by == "notify":
                    return self._become("notify")
            case _:
                pass
        return None

    def check(self, now_ms: int, out: list[Effect]) -> Turn | None:
        """Handle a passed deadline: "ready" if the run has stayed up long enough, "late" if it is not ready in time."""
        if self._due_ms is None or now_ms < self._due_ms:
            return None
        self._due_ms = None
        if self.via is not None:
            self.end(out)
            return None
        if self._ready.by == "auto":
            turn = self._become("up")
            # It may still start to listen. Then the next run should, too.
            self._due_ms = max(self._timeout_at_ms, now_ms + 1) if self._is_probed else None
            return turn
        self.is_late = True
        return "late"

    @property
    def deadline_ms(self) -> int | None:
        """When to call `check` next."""
        return self._due_ms

    @property
    def missing(self) -> str:
        """Why the run is late, in words."""
        match self._ready.by:
            case "log":
                missing = f"no output line matched {self._ready.target!r}"
            case "notify":
                missing = "it did not send READY=1"
            case _:
                target = self._ready.target
                missing = f"no answer from {target}" if target else "its ready command failed"
        why = f" ({self._why})" if self._why else ""
        return f"is not ready after {duration(self._ready.timeout_ms)}: {missing}{why}"

    def _become(self, via: str) -> Turn | None:
        if self.via is not None:
            return None
        self.via, self.is_late, self._due_ms = via, False, None
        return "ready"


def with_port(ready: Ready, port: int | None) -> Ready:
    """`ready` with {port} replaced by the port of one run."""
    if port is None:
        return ready
    program = None if ready.program is None else ready.program.with_port(port)
    return msgspec.structs.replace(ready, target=ready.target.replace(PORT, str(port)), program=program)
