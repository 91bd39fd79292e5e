"""Finds the file that our own runs change each time, so that each change makes the next run. Holds it off, by name.

Nothing tells who wrote a file, so it is found by its behavior, and carefully, because a person's edit must not be lost:

    twelve builds in a row had no other cause, and it changed at about the same distance from a start each time
    -> pause: nothing is started for PAUSE_MS. It changes on its own, again and again -> held off (a log).
       Somebody saves it once or twice -> a person: forget all this.
    -> run: it changes at that distance once more -> held off (a generator that never ends).

A file that is held off counts again when it changes after QUIET_MS without a change and without a start. And its last
change is built in any case, after QUIET_MS and later each time: nothing is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from hotrun.core.inputs import Change

ROUNDS = 12
PAUSE_MS = 1000
QUIET_MS = 5000
QUIET_MOST_MS = 600_000
MANY = 3  # changes within a pause: nobody saves so fast
MOST_SUSPECTS = 10_000  # a checkout changes more, and is no loop
AFTER_START_MS = 2000  # how long a change is put down to what was started
GAP_MS = 100  # an editor that saves in several writes makes several builds at once, but that is one round
ABOUT_PART = 0.35  # what counts as about the same distance

Decision = Literal["go", "pause", "hold"]


class _Suspect:
    """What is known of one path."""

    def __init__(self) -> None:
        self.offset_ms: int | None = None  # of its latest change from the latest start; None: nothing had been started
        self.changed_ms = 0
        self.rounds: list[tuple[int, bool]] = []  # of the builds in a row that it caused: offset, whether after settled
        self.was_settled = False
        self.round_ms = 0
        self.in_pause = 0
        self.was_paused = False
        self.is_late = False  # held off, and changed since


class Loops:
    """Watches changes and starts of runs; `decide` says what a build that is due may do."""

    def __init__(self) -> None:
        self._suspects: dict[str, _Suspect] = {}
        self._held: dict[str, int] = {}  # path -> how long it must be quiet before its last change is built
        self._started_ms: int | None = None
        self._is_settled = False
        self.pause_until_ms: int | None = None

    def started(self, now_ms: int) -> None:
        """A step or process was started."""
        self._started_ms = now_ms
        self._is_settled = False

    def settled(self) -> None:
        """All that was changed so far is built."""
        self._is_settled = True

    def sift(self, changes: Iterable[Change], now_ms: int) -> list[Change]:
        """Take note of changes; returns those that count."""
        return [change for change in changes if self._counts(change.path, now_ms)]

    def decide(self, paths: Sequence[str], now_ms: int) -> tuple[Decision, list[str]]:
        """Whether a build that these settled paths cause may go, must pause, or which paths must be held off first."""
        if self.pause_until_ms is not None and now_ms < self.pause_until_ms:
            return "pause", []
        after_pause, self.pause_until_ms = self.pause_until_ms is not None, None
        known = [self._suspects[path] for path in paths if path in self._suspects]
        if after_pause:
            return self._after_pause(paths, now_ms)
        if len(known) < len(paths) or any(suspect.offset_ms is None for suspect in known):
            self._forget()
            return "go", []
        for suspect in known:
            if now_ms - suspect.round_ms >= GAP_MS:
                suspect.rounds.append((suspect.offset_ms or 0, suspect.was_settled))
                suspect.round_ms = now_ms
        looping = [path for path in paths if _is_looping(self._suspects[path].rounds)]
        if len(looping) < len(paths):
            return "go", []
        if all(suspect.was_paused for suspect in known):
            return self._hold(looping, now_ms)
        self.pause_until_ms = now_ms + PAUSE_MS
        for suspect in known:
            suspect.in_pause, suspect.was_paused = 0, True
        return "pause", []

    def _counts(self, path: str, now_ms: int) -> bool:
        if len(self._suspects) > MOST_SUSPECTS:
            self._suspects.clear()
        suspect = self._suspects.setdefault(path, _Suspect())
        since_start = None if self._started_ms is None else now_ms - self._started_ms
        is_ours = since_start is not None and since_start <= AFTER_START_MS
        was_quiet = now_ms - suspect.changed_ms >= QUIET_MS
        suspect.offset_ms = since_start if is_ours else None
        suspect.was_settled = self._is_settled
        suspect.changed_ms = now_ms
        suspect.in_pause += self.pause_until_ms is not None
        if path in self._held and was_quiet and not is_ours:
            del self._held[path]
            self._forget()
        suspect.is_late = path in self._held
        return path not in self._held

    def late(self, now_ms: int) -> list[Change]:
        """The last changes of what is held off, due when it has been quiet."""
        due = [path for path, at_ms in self._late().items() if at_ms <= now_ms]
        for path in due:
            self._held[path] = min(2 * self._held[path], QUIET_MOST_MS)
            self._suspects[path].is_late, self._suspects[path].offset_ms = False, None
        return [Change(path, "modified") for path in due]

    @property
    def late_at_ms(self) -> int | None:
        """When `late` has something."""
        return min(self._late().values(), default=None)

    def _late(self) -> dict[str, int]:
        suspects = ((path, self._suspects.get(path)) for path in self._held)
        return {path: s.changed_ms + self._held[path] for path, s in suspects if s is not None and s.is_late}

    def _after_pause(self, paths: Sequence[str], now_ms: int) -> tuple[Decision, list[str]]:
        noisy = [path for path in paths if self._suspects[path].in_pause >= MANY]
        if noisy:
            return self._hold(noisy, now_ms)
        if any(self._suspects[path].in_pause for path in paths):
            self._forget()
        return "go", []

    def _hold(self, paths: list[str], now_ms: int) -> tuple[Decision, list[str]]:
        for path in paths:
            self._held[path] = QUIET_MS
            self._suspects[path].is_late = True
            self._suspects[path].changed_ms = now_ms
        self._forget()
        return "hold", paths

    def _forget(self) -> None:
        for suspect in self._suspects.values():
            suspect.rounds.clear()
            suspect.was_paused = False


def _is_looping(rounds: list[tuple[int, bool]]) -> bool:
    """Whether the last rounds look like a machine's: many in a row at about the same distance."""
    last = rounds[-ROUNDS:]
    return len(last) == ROUNDS and _spread_ms(last) <= ABOUT_PART * _most_ms(last)


def _most_ms(rounds: list[tuple[int, bool]]) -> int:
    return max(offset for offset, _ in rounds)


def _spread_ms(rounds: list[tuple[int, bool]]) -> int:
    return _most_ms(rounds) - min(offset for offset, _ in rounds)
