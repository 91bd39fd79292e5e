"""When the steps of one build ran, and which of them determined its duration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile

import msgspec


class Ran(msgspec.Struct):
    """One run of a step. Times are milliseconds since the start of its build.

    `waited_ms`: how long it waited for a free job. `over_ms`: when all its processes had exited and its outputs were
    known. None while it runs.
    """

    step: str
    start_ms: int
    waited_ms: int
    over_ms: int | None = None


class Timing:
    """The times of one build. A step starts as soon as the steps that it needs are over and a job is free."""

    def __init__(self, needs: Mapping[str, Sequence[str]], now_ms: int) -> None:
        """`needs`: the steps that each step needs. `now_ms`: the start of the build."""
        self.saved_ms = 0  # the duration of the steps that did not need to run
        self._needs = needs
        self._origin_ms = now_ms
        self._ran: dict[str, Ran] = {}  # in the order in which they started

    def started(self, step: str, now_ms: int) -> None:
        """A run of the step starts."""
        start_ms = now_ms - self._origin_ms
        due_ms = max((ran.over_ms or 0 for ran in self._ran_before(step)), default=0)
        self._ran[step] = Ran(step, start_ms, start_ms - due_ms)

    def over(self, step: str, now_ms: int) -> Ran:
        """The run of the step is over. Returns its times."""
        ran = self._ran[step]
        ran.over_ms = now_ms - self._origin_ms
        return ran

    def critical_path(self) -> tuple[str, ...]:
        """The chain of steps that determined the duration, in the order in which they ran.

        Each of them waited for the previous one: for its outputs or its job. The build only gets faster if one of these
        steps does.
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
        """The runs, in this build, of steps that the step needs, also through steps that did not run."""
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
    """The run that was over last."""
    return max(runs, key=lambda ran: ran.over_ms or 0, default=None)
