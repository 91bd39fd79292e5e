"""One execution of a program, from Spawn to Emptied, and the ladder that stops it: signal, grace period, SIGKILL.

phase     Spawned        SpawnFailed  Exited               Emptied  stop()            deadline
spawning  up, or signal  gone         -                    gone     remembered        -
up        -              -            exited (ladder, if   gone     signal: stopping  -
                                      processes are left)
stopping  -              -            stopping             gone     -                 Kill
exited    -              -            -                    gone     -                 Kill
gone      nothing happens to a run that is gone
"""

from __future__ import annotations

from collections import deque
from typing import Literal

from hotrun.core.model.commands import Command, Kill, Signal
from hotrun.core.model.events import Event
from hotrun.core.model.inputs import Emptied, Exited, Input, OutputRead, Spawned, SpawnFailed

Effect = Command | Event
Phase = Literal["spawning", "up", "stopping", "exited", "gone"]
TAIL_LINES = 20
TAIL_WIDTH = 4000  # characters of a line that are kept, more than parsers need
LEFTOVER_GRACE_MS = 1000  # for the processes that a program leaves in its group when it exits


class Run:
    """The state of one run. Its owner passes on the inputs with its id, and calls `check` when time has passed."""

    def __init__(self, id: int, build: int, now_ms: int, tail_lines: int = TAIL_LINES) -> None:
        """`tail_lines`: how many of the last lines of its output to keep."""
        self.id = id
        self.build = build
        self.started_ms = now_ms
        self.phase: Phase = "spawning"
        self.pid: int | None = None
        self.exit_code: int | None = None
        self.signal: str | None = None
        self.failure: str | None = None
        self.ended_ms: int | None = None
        self.stamp: str | None = None  # of its outputs, when it was over
        self.content: str | None = None
        self.asked_to_stop = False
        self.port: int | None = None
        self.tail: deque[str] = deque(maxlen=tail_lines)
        self.kill_at_ms: int | None = None
        self._stop: tuple[str, int] | None = None

    def handle(self, input: Input, now_ms: int, out: list[Effect]) -> None:
        """Handle one input about this run."""
        match input:
            case Spawned():
                self.pid, self.port = input.pid, input.port
                self.phase = "up"
                if self._stop is not None:
                    self._begin_ladder(*self._stop, now_ms, out)
            case SpawnFailed():
                self.failure = input.message
                self.ended_ms = now_ms
                self.phase = "gone"
            case OutputRead():
                self._keep(input.lines)
            case Exited():
                self.exit_code, self.signal, self.ended_ms = input.exit_code, input.signal, now_ms
                if self.phase == "up":
                    self.phase = "exited"
                    if input.left:
                        self._begin_ladder("SIGTERM", LEFTOVER_GRACE_MS, now_ms, out)
            case Emptied():
                self.ended_ms = now_ms if self.ended_ms is None else self.ended_ms
                self.phase = "gone"
                self.stamp, self.content = input.stamp, input.content
                self.kill_at_ms = None
            case _:
                raise AssertionError(f"not about a run: {input}")

    def _keep(self, lines: tuple[str, ...]) -> None:
        last = lines[-(self.tail.maxlen or 0) :]
        self.tail.extend(line if len(line) <= TAIL_WIDTH else line[:TAIL_WIDTH] for line in last)

    def stop(self, signal: str, grace_ms: int, now_ms: int, out: list[Effect]) -> None:
        """Begin the ladder. A second call changes nothing."""
        if self.asked_to_stop or not self.stoppable:
            return
        self.asked_to_stop = True
        if self.phase == "spawning":
            self._stop = (signal, grace_ms)
        else:
            self._begin_ladder(signal, grace_ms, now_ms, out)

    def kill(self, out: list[Effect]) -> None:
        """Go to the last step of the ladder at once: SIGKILL."""
        self.asked_to_stop = self.asked_to_stop or self.stoppable
        if self.phase == "spawning":
            self._stop = ("SIGKILL", 0)
        elif self.phase != "gone":
            self.kill_at_ms = None
            out.append(Kill(self.id))

    def check(self, now_ms: int, out: list[Effect]) -> None:
        """Kill the run when its grace period is over."""
        if self.kill_at_ms is not None and now_ms >= self.kill_at_ms:
            self.kill(out)

    def _begin_ladder(self, signal: str, grace_ms: int, now_ms: int, out: list[Effect]) -> None:
        if self.asked_to_stop:
            self.phase = "stopping"
        if signal == "SIGKILL" or grace_ms <= 0:
            out.append(Kill(self.id))
            return
        out.append(Signal(self.id, signal))
        self.kill_at_ms = now_ms + grace_ms

    @staticmethod
    def takes(input: Input) -> bool:
        """Whether `handle` accepts this kind of input."""
        return isinstance(input, Spawned | SpawnFailed | OutputRead | Exited | Emptied)

    @property
    def failed(self) -> bool:
        """Whether it failed without being asked to stop, or could not start."""
        return not self.asked_to_stop and (self.failure is not None or self.exit_code != 0)

    @property
    def stoppable(self) -> bool:
        """Whether its program has not exited."""
        return self.phase in ("spawning", "up")

    @property
    def gone(self) -> bool:
        """Whether all its processes are gone."""
        return self.phase == "gone"

    @property
    def serving(self) -> bool:
        """Whether its program is running and was not asked to stop."""
        return self.phase == "up" and not self.asked_to_stop

    def uptime_ms(self, now_ms: int) -> int:
        """Milliseconds from its start to its end, or to now."""
        return (now_ms if self.ended_ms is None else self.ended_ms) - self.started_ms
