"""A world with somebody at work in it: a step that takes its time and may write, and edits at their own moments."""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from hotrun.core.model import commands, events, inputs
from hotrun.core.model.project import Project
from tests.core.simulated_session import World

Act = Callable[[], object]


class Workshop(World):
    """Runs a project as adapters would. A step takes `takes_ms` and writes what `writes` says: when, from its start.

    "-a.o" removes a.o, which nobody hears of where there is none. A process runs, or crashes after `crashes_ms`.
    Changes are told `latency_ms` late, as a watcher does.
    """

    def __init__(
        self,
        project: Project,
        *,
        takes_ms: Callable[[], int],
        writes: Callable[[], Iterable[tuple[int, str]]] = lambda: (),
        latency_ms: Callable[[], int] = lambda: 3,
        crashes_ms: int | None = None,
    ) -> None:
        super().__init__(project)
        self.starts = 0
        self.edits = 0
        self.unbuilt: set[str] = set()  # changed, and no step has been started since
        self._takes_ms = takes_ms
        self._writes = writes
        self._latency_ms = latency_ms
        self._crashes_ms = crashes_ms
        self._removable: set[str] = set()
        self._queue: list[tuple[int, int, Act]] = []
        self._count = 0
        self._done = 0
        self._counted = 0
        self._counts: Counter[type[events.Event]] = Counter()
        self._living: set[int] = set()  # runs of steps

    def at(self, ms: int, act: Act) -> None:
        """Do `act` at this time."""
        self._count += 1
        heapq.heappush(self._queue, (ms, self._count, act))

    def edit(self, path: str) -> None:
        """Somebody saves the file now."""
        self.edits += 1
        self._write(path)

    @property
    def next_ms(self) -> int:
        """When something happens next; there always is something."""
        times = [self.engine.deadline_ms, self._queue[0][0] if self._queue else None]
        return min(at for at in times if at is not None)

    def run_until(self, end_ms: int) -> None:
        """Let everything happen that is due."""
        while (self._queue or self.engine.deadline_ms is not None) and self.next_ms <= end_ms:
            self.now_ms = max(self.now_ms, self.next_ms)
            if self._queue and self._queue[0][0] <= self.now_ms:
                heapq.heappop(self._queue)[2]()
            else:
                self.send(inputs.Tick())
        self.now_ms = end_ms

    def count(self, kind: type[events.Event]) -> int:
        """How many events of that type there were."""
        while self._counted < len(self.events):
            self._counts[type(self.events[self._counted])] += 1
            self._counted += 1
        return self._counts[kind]

    def send(self, *facts: inputs.Input) -> World:
        super().send(*facts)
        for command in self.commands[self._done :]:
            self._carry_out(command)
        self._done = len(self.commands)
        return self

    def _carry_out(self, command: commands.Command) -> None:
        now = self.now_ms
        match command:
            case commands.Spawn(kind="step"):
                self._start_step(command.run)
            case commands.Spawn():
                self.at(now, lambda: self.send(inputs.Spawned(command.run, command.run)))
                if self._crashes_ms is not None:
                    self.at(now + self._crashes_ms, lambda: self._crash(command.run))
            case commands.Signal() | commands.Kill():
                self.at(now + 1, lambda: self._end(command.run, "SIGTERM"))
            case commands.Rescan():
                self.at(now + 20, lambda: self.send(inputs.Rescanned(0)))
            case _:
                pass

    def _start_step(self, run: int) -> None:
        self.starts += 1
        self.unbuilt.clear()
        self._living.add(run)
        now, takes = self.now_ms, self._takes_ms()
        self.at(now, lambda: self.send(inputs.Spawned(run, run)))
        for offset, path in self._writes():
            if offset <= takes:
                self.at(now + offset, lambda path=path: self._write(path) if run in self._living else None)  # type: ignore[misc]
        self.at(now + takes, lambda: self._end(run, None))

    def _end(self, run: int, signal: str | None) -> None:
        if run in self._living or self.names[run] not in self.engine.project.steps:
            self._living.discard(run)
            self.send(inputs.Exited(run, None if signal else 0, signal), inputs.Emptied(run))

    def _crash(self, run: int) -> None:
        self.send(inputs.Exited(run, 1, None), inputs.Emptied(run))

    def _write(self, path: str) -> None:
        self.unbuilt.add(path)
        told_ms = self.now_ms + self._latency_ms()
        if not path.startswith("-"):
            self._removable.add(path)
            self.at(told_ms, lambda: self.change(path))
        elif path[1:] in self._removable:
            self._removable.discard(path[1:])
            self.at(told_ms, lambda: self.send(inputs.FilesChanged((inputs.Change(path[1:], "deleted"),))))

    def warnings(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, events.Message) and event.level == "warning"]


def between(rng: random.Random, least: int, most: int) -> Callable[[], int]:
    return lambda: rng.randint(least, most)


def paces(rng: random.Random, least: int, most: int, start_ms: int, number: int) -> Iterator[int]:
    """Times of edits, so far from each other."""
    now = start_ms
    for _ in range(number):
        now += rng.randint(least, most)
        yield now
