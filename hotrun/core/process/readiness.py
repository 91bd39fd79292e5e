"""Whether one run is ready, and by when it has to be.

waiting   a probe's answer, READY=1, a matching line: ready      deadline: late, which is a failure
late      the same: ready after all                              -
ready     it stays so

Without a word of the configuration a run is ready when it listens, or has stayed up for a while; a process that has
listened before is given time to do so again.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from hotrun.core.model.commands import StartProbe, StopProbe
from hotrun.core.model.inputs import Input, Notified, ProbeFailed, ProbePassed
from hotrun.core.model.project import PORT, Ready
from hotrun.core.model.text import duration
from hotrun.core.run import Effect

UP_MS = 2000  # a server listens sooner, and who waits for a worker that never listens waits for this long

Turn = Literal["ready", "late"]


class Readiness:
    """What is known of one run. `via` says how it became ready; None: it is not."""

    def __init__(self, run: int, ready: Ready, listens: bool) -> None:
        """`listens`: an earlier run of the process listened by itself, so this one is expected to."""
        self.via: str | None = None
        self.is_late = False
        self.listens = listens
        self._run = run
        self._ready = ready
        self._why = ""
        self._is_probed = False
        self._due_ms: int | None = None
        self._last_look_ms = 0

    def begin(self, port: int | None, now_ms: int, out: list[Effect]) -> None:
        """The program runs from now on; `port` stands for {port}."""
        self._last_look_ms = now_ms + self._ready.timeout_ms
        is_open = self._ready.by == "auto" and not self.listens
        self._due_ms = min(now_ms + UP_MS, self._last_look_ms) if is_open else self._last_look_ms
        if self._ready.by not in ("log", "notify"):
            self._is_probed = True
            out.append(StartProbe(self._run, with_port(self._ready, port)))

    def end(self, out: list[Effect]) -> None:
        """The run is about to end, or has ended: it is not looked at any more."""
        self._due_ms = None
        if self._is_probed:
            self._is_probed = False
            out.append(StopProbe(self._run))

    def take(self, input: Input, now_ms: int) -> Turn | None:
        """Take an input about the run; "ready" if it makes the difference."""
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
        """What the time that has passed makes of it."""
        if self._due_ms is None or now_ms < self._due_ms:
            return None
        self._due_ms = None
        if self.via is not None:
            self.end(out)
            return None
        if self._ready.by == "auto":
            turn = self._become("up")
            # It may still begin to listen, and then the next run is expected to.
            self._due_ms = max(self._last_look_ms, now_ms + 1) if self._is_probed else None
            return turn
        self.is_late = True
        return "late"

    @property
    def deadline_ms(self) -> int | None:
        """When `check` has something to say."""
        return self._due_ms

    @property
    def what_is_missing(self) -> str:
        """What was waited for in vain, in words."""
        ready, after = self._ready, f" within {duration(self._ready.timeout_ms)}"
        match ready.by:
            case "log":
                return f"printed no line that matches {ready.target!r}{after}"
            case "notify":
                return f"did not say READY=1{after}"
            case _:
                why = f": {self._why}" if self._why else ""
                what = f"{ready.target} gave no answer" if ready.target else "its ready command did not succeed"
                return f"is not ready{after}: {what}{why}"

    def _become(self, via: str) -> Turn | None:
        if self.via is not None:
            return None
        self.via, self.is_late, self._due_ms = via, False, None
        return "ready"


def with_port(ready: Ready, port: int | None) -> Ready:
    """`ready` with the port of one run in the place of {port}."""
    if port is None:
        return ready
    program = None if ready.program is None else ready.program.with_port(port)
    return msgspec.structs.replace(ready, target=ready.target.replace(PORT, str(port)), program=program)
