"""When the steps of one build have run, and which of them decided how long it took."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile

import msgspec


class Ran(msgspec.Struct):
    """One run of a step; times are milliseconds since the start of its build.

    `waited_ms`: how long it could have run and did not, as every job was taken. `over_ms`: nothing of it was left, and
    what it has made was known; None while it runs.
    """

    step: str
    start_ms: int
    waited_ms: int
    over_ms: int | None = None


class Timing:
    """The clock of one build. A step starts as soon as all that it needs is over and a job is free."""

    def __init__(self, needs: Mapping[str, Sequence[str]], now_ms: int) -> None:
        """`needs`: the names of the steps that each step needs; `now_ms`: the start of the build."""
        self.saved_ms = 0  # the time that the steps would have taken which had no need to run
        self._needs = needs
        self._origin_ms = now_ms
        self._ran: dict[str, Ran] = {}  # in the order of their starts

    def started(self, step: str, now_ms: int) -> None:
        """A run of it begins."""
        start_ms = now_ms - self._origin_ms
        due_ms = max((ran.over_ms or 0 for ran in self._ran_before(step)), default=0)
        self._ran[step] = Ran(step, start_ms, start_ms - due_ms)

    def over(self, step: str, now_ms: int) -> Ran:
        """Its run is over; returns what is known of it then."""
        ran = self._ran[step]
        ran.over_ms = now_ms - self._origin_ms
        return ran

    def critical_path(self) -> tuple[str, ...]:
        """The chain of steps that decided the duration, from the first to the last one that was over.

        Each of them has waited for the one before it: for what that makes, or for its job. Were one of them quicker, so
        would the build be, until another chain is the longest.
        """
        path: list[str] = []
        ran = _latest(ran for ran in self._ran.values() if ran.over_ms is not None)
        while ran is not None:
            path.append(ran.step)
            ran = self._decided_start_of(ran)
        return tuple(reversed(path))

    def _decided_start_of(self, ran: Ran) -> Ran | None:
        if ran.waited_ms:
            earlier = takewhile(lambda other: other is not ran, self._ran.values())
            return _latest(other for other in earlier if other.over_ms is not None and other.over_ms <= ran.start_ms)
        return _latest(self._ran_before(ran.step))

    def _ran_before(self, step: str) -> list[Ran]:
        """The runs in this build of what the step needs, also through steps that did not run."""
        found: dict[str, Ran] = {}
        todo = list(self._needs[step])
        seen = set(todo)
        while todo:
            name = todo.pop()
            if name in self._ran:
                found[name] = self._ran[name]
                continue
            todo.extend(need for need in self._needs[name] if need not in seen)
            seen.update(self._needs[name])
        return list(found.values())


def _latest(runs: Iterable[Ran]) -> Ran | None:
    """The one that was over last."""
    return max(runs, key=lambda ran: ran.over_ms or 0, default=None)
