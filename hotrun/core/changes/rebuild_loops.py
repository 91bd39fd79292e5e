"""Finds rebuild loops: files that our own runs change each time, so that each change starts the next run.

The watcher does not know who wrote a file. So this module experiments, carefully, because a user's edit must not be
lost. When it is sure that a run writes the file, it suppresses the file:

    round     A build that only this file caused. The file changed during a build, right after its end, or soon after
              the start of a process.
    linger    After two rounds, the end of the next build is reported LINGER_MS late, and the processes start late,
              too. A user or script that waits for the end before the next edit then writes later. A step does not.
    pause     After MIN_ROUNDS rounds at a similar time after a start (MIN_ROUNDS_ANY_TIME at any time), nothing starts
              for longer than the time between the changes. A change during the pause is somebody's edit.
    confirm   After the pause, the file changes at a similar time after the start once more. A user who saves at a
              steady pace does not move with our start.
    suppress  After CONFIRMATIONS confirmations.

Removals are only compared with other removals, and never disprove a loop. A compiler removes its output before it
writes it, each at its own time after the start.

A file that turns out to be edited needs twice as many rounds the next time. The start of a process is reported at once,
and scripts wait for it, so there it takes MIN_ROUNDS_ANY_TIME rounds. A file that still changes in the pause, while a
process runs, is a log.

A suppressed file counts again when it changes after QUIET_MS without a change and without a start. Its last change is
built in any case: after QUIET_MS, and later each time. So no edit is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from hotrun.core.changes.impact import PendingChange


MIN_ROUNDS = 3
MIN_ROUNDS_ANY_TIME = 12
CONFIRMATIONS = 2
PROCESS_CONFIRMATIONS = 5  # a quick pace fits again by chance, each time one in two
LINGER_MS = 100  # without polling, a watcher reports the last writes of a step within 50 ms
AFTER_BUILD_MS = 250  # how long after a build that did not linger a change may come from it
AFTER_START_MS = 2000  # how long after the start of a process a change may come from it
PAUSE_MS = 1000
MAX_PAUSE_MS = 10_000
PAUSE_INCREMENT = 0.37  # each pause for a process is longer by this part, so that no pace fits all of them
PAUSE_FACTOR = 1.5  # times the longest gap between changes; not a whole number, or a steady pace would fit again
QUIET_MS = 5000
MAX_QUIET_MS = 600_000
MIN_LOG_CHANGES = 4  # within the first PAUSE_MS of a pause, faster than anyone saves
MAX_SUSPECTS = 10_000  # a checkout changes more files, but is not a loop
MAX_ROUNDS_FACTOR = 64
SAME_ROUND_MS = 30  # an editor that saves in several writes starts several builds at once, in one round
SIMILAR_MS, SIMILAR_RATIO = 50, 0.25  # times after a start that differ by no more are similar

Decision = Literal["go", "pause", "suppress"]


class Activity(NamedTuple):
    """What is running now."""

    is_building: bool
    is_process_up: bool


class _Round(NamedTuple):
    """A change that one of our runs may have made.

    `offset_ms`: the time since the latest start. `gap_ms`: the time since the previous change. `is_before_result`: no
    result of the build had been reported yet. `is_removal`: the file was removed.
    """

    by: Literal["step", "process"]
    offset_ms: int
    gap_ms: int
    is_before_result: bool
    is_removal: bool


class _Suspect:
    """One path that changes."""

    def __init__(self) -> None:
        self.latest: _Round | None = None  # of its latest change, None if none of our runs can have made it
        self.changed_ms = 0
        self.rounds: list[_Round] = []  # of consecutive builds that it caused
        self.round_ms = 0
        self.rounds_factor = 1  # it needs this many times the rounds
        self.pause_changes = 0
        self.early_pause_changes = 0
        self.confirmations = 0
        self.is_unbuilt = False  # suppressed, and changed since

    @property
    def is_removed(self) -> bool:
        """Whether its latest round is a removal."""
        return bool(self.rounds) and self.rounds[-1].is_removal

    def rounds_like(self, is_removal: bool) -> list[_Round]:
        """Its rounds that are removals, or that are not."""
        return [r for r in self.rounds if r.is_removal == is_removal]

    def reset(self) -> None:
        """Forget its rounds and confirmations."""
        self.rounds.clear()
        self.confirmations = 0


class RebuildLoops:
    """Records changes and starts of runs. `decide` tells whether a due build may start."""

    def __init__(self) -> None:
        self._suspects: dict[str, _Suspect] = {}
        self._candidates: list[_Suspect] = []  # those with rounds: few, even if a checkout makes thousands of suspects
        # The suppressed files, and how long each must be quiet before its last change is built.
        self.suppressed: dict[str, int] = {}
        self._step_started_ms: int | None = None
        self._process_started_ms: int | None = None
        self._build_ended_ms: int | None = None  # None if a step has started since, or all is up to date
        self._delay_ms = 0  # how late polling reports changes, compared with kernel events
        self._similar_ms = SIMILAR_MS
        self.pause_until_ms: int | None = None
        self._pause_began_ms = 0  # changes that polling reports within `_delay_ms` were made before the pause

    def started(self, kind: Literal["step", "process"], now_ms: int) -> None:
        """A step or a process has started."""
        if kind == "step":
            self._step_started_ms, self._build_ended_ms = now_ms, None
        else:
            self._process_started_ms = now_ms

    def build_ended(self, now_ms: int) -> None:
        """The end of a build is reported."""
        self._build_ended_ms = now_ms

    def up_to_date(self) -> None:
        """All changes so far are built."""
        self._build_ended_ms = None

    @property
    def linger_ms(self) -> int:
        """How long to delay the report of a build's end, to see which files its steps have changed."""
        for suspect in self._candidates:
            number = MIN_ROUNDS * suspect.rounds_factor - 1
            if len(suspect.rounds) < number:
                continue
            for is_removal in (False, True):
                if _is_by_step(suspect.rounds_like(is_removal), number, self._similar_ms):
                    return LINGER_MS + self._delay_ms
        return 0

    def expect_late_reports(self, delay_ms: int) -> None:
        """Expect reports up to `delay_ms` later than kernel events, because the watch polls."""
        self._delay_ms, self._similar_ms = delay_ms, SIMILAR_MS + delay_ms

    def accept(self, changes: Iterable[PendingChange], activity: Activity, now_ms: int) -> list[PendingChange]:
        """Record changes. Returns those of files that are not suppressed."""
        return [change for change in changes if self._accepts(change, activity, now_ms)]

    def decide(self, paths: Sequence[str], activity: Activity, now_ms: int) -> tuple[Decision, list[str]]:
        """Whether a build for these paths may start or must pause, or which paths to suppress first."""
        if self.pause_until_ms is not None and now_ms < self.pause_until_ms:
            return "pause", []
        after_pause, self.pause_until_ms = self.pause_until_ms is not None, None
        known = list(filter(None, map(self._suspects.get, paths)))
        if len(known) < len(paths):
            self._reset()
            return "go", []
        if after_pause:
            return self._after_pause(paths, known, activity, now_ms)
        was_lingering, is_loop = self.linger_ms > 0, True
        for suspect in known:
            if suspect.latest is None:
                self._reset()
                return "go", []
        for suspect in known:
            self._count(suspect, was_lingering, now_ms)
            is_loop = is_loop and _is_suspicious(suspect, self._similar_ms)
        if not is_loop:
            for suspect in known:
                if suspect.confirmations and not suspect.is_removed:  # its change did not move with our start
                    suspect.confirmations, suspect.rounds_factor = 0, min(2 * suspect.rounds_factor, MAX_ROUNDS_FACTOR)
            return "go", []
        if all(suspect.confirmations >= _needed(suspect) for suspect in known):
            return self._suppress(list(paths), now_ms)
        self._pause(known, now_ms)
        return "pause", []

    def pop_due(self, now_ms: int) -> list[str]:
        """Return the suppressed files whose last change is due, because they have been quiet since."""
        if not self.suppressed:
            return []
        due = [path for path, at_ms in self._due_times().items() if at_ms <= now_ms]
        for path in due:
            self.suppressed[path] = min(2 * self.suppressed[path], MAX_QUIET_MS)
            self._suspects[path].is_unbuilt, self._suspects[path].latest = False, None
        return due

    @property
    def next_due_ms(self) -> int | None:
        """When the last change of a suppressed file is due."""
        return min(self._due_times().values(), default=None) if self.suppressed else None

    def _due_times(self) -> dict[str, int]:
        suspects = ((path, self._suspects.get(path)) for path in self.suppressed)
        return {path: s.changed_ms + self.suppressed[path] for path, s in suspects if s is not None and s.is_unbuilt}

    # --- changes -------------------------------------------------------------------------------------------------

    def _accepts(self, change: PendingChange, activity: Activity, now_ms: int) -> bool:
        path = change.path
        if len(self._suspects) > MAX_SUSPECTS:
            self._suspects = {name: self._suspects[name] for name in self.suppressed}
        suspect = self._suspects.get(path)
        if suspect is None:
            suspect = self._suspects[path] = _Suspect()
        gap_ms = now_ms - suspect.changed_ms
        suspect.latest = self._round(change, activity.is_building, gap_ms, now_ms)
        suspect.changed_ms = now_ms
        began_ms = self._pause_began_ms + self._delay_ms
        # An earlier report belongs to the change before the pause: a shell truncates a file, and then writes it.
        if self.pause_until_ms is not None and now_ms > began_ms + LINGER_MS:
            suspect.pause_changes += 1
            suspect.early_pause_changes += now_ms <= began_ms + PAUSE_MS
            if not activity.is_process_up:  # nothing of ours runs, so this is an edit: end the pause
                self.pause_until_ms = now_ms
        if path in self.suppressed and gap_ms >= QUIET_MS and suspect.latest is None:
            del self.suppressed[path]
            self._reset()
        suspect.is_unbuilt = path in self.suppressed
        return path not in self.suppressed

    def _round(self, change: PendingChange, is_building: bool, gap_ms: int, now_ms: int) -> _Round | None:
        """The round of a change that is reported now. None if none of our runs can have made it."""
        is_removal = change.kind == "deleted"
        step_ms, process_ms, ended_ms = self._step_started_ms, self._process_started_ms, self._build_ended_ms
        is_after_build = ended_ms is not None and now_ms - ended_ms <= AFTER_BUILD_MS + self._delay_ms
        if step_ms is not None and (is_building or is_after_build):
            return _Round("step", now_ms - step_ms, gap_ms, is_before_result=is_building, is_removal=is_removal)
        if process_ms is not None and now_ms - process_ms <= AFTER_START_MS + self._delay_ms:
            return _Round("process", now_ms - process_ms, gap_ms, is_before_result=False, is_removal=is_removal)
        return None

    def _count(self, suspect: _Suspect, was_lingering: bool, now_ms: int) -> None:
        latest = suspect.latest
        if latest is None or now_ms - suspect.round_ms < SAME_ROUND_MS:
            return
        suspect.round_ms = now_ms
        if was_lingering and latest.by == "step" and not (latest.is_before_result or latest.is_removal):
            _require_more_rounds(suspect)  # it waited for the report of the build's end
        suspect.rounds.append(latest)
        del suspect.rounds[: -2 * MIN_ROUNDS_ANY_TIME * suspect.rounds_factor]  # half may be removals
        if suspect not in self._candidates:
            self._candidates.append(suspect)

    # --- the pause -------------------------------------------------------------------------------------------------

    def _pause(self, known: list[_Suspect], now_ms: int) -> None:
        longest_ms = max(max(r.gap_ms for r in s.rounds[1:]) for s in known)
        by_step = all(suspect.rounds[-1].by == "step" for suspect in known)
        pause_ms = PAUSE_FACTOR * longest_ms if by_step else PAUSE_MS * (1 + PAUSE_INCREMENT * known[0].confirmations)
        self._pause_began_ms = now_ms
        self.pause_until_ms = now_ms + self._delay_ms + int(min(max(pause_ms, PAUSE_MS), MAX_PAUSE_MS))
        for suspect in self._suspects.values():
            suspect.pause_changes = suspect.early_pause_changes = 0

    def _after_pause(
        self, paths: Sequence[str], known: list[_Suspect], activity: Activity, now_ms: int
    ) -> tuple[Decision, list[str]]:
        logs = [path for path in paths if activity.is_process_up and _is_log(self._suspects[path])]
        if logs:
            return self._suppress(logs, now_ms)
        edited = [suspect for suspect in known if suspect.pause_changes]
        if edited and not activity.is_process_up:
            for suspect in edited:
                _require_more_rounds(suspect)
            self._reset()
            return "go", []
        for suspect in known:
            if suspect.rounds:  # a process that writes all the time also writes in the pause
                is_edited = suspect.pause_changes and suspect.rounds[-1].by == "step"
                suspect.confirmations = 0 if is_edited else suspect.confirmations + 1
        return "go", []

    def _suppress(self, paths: list[str], now_ms: int) -> tuple[Decision, list[str]]:
        for path in paths:
            self.suppressed[path] = QUIET_MS
            self._suspects[path].is_unbuilt = True
            self._suspects[path].changed_ms = now_ms
        self._reset()
        return "suppress", paths

    def _reset(self) -> None:
        for suspect in self._candidates:
            suspect.reset()
        self._candidates.clear()


def _is_log(suspect: _Suspect) -> bool:
    return (
        suspect.early_pause_changes >= MIN_LOG_CHANGES
        and len(suspect.rounds) >= MIN_ROUNDS_ANY_TIME * suspect.rounds_factor
    )


def _needed(suspect: _Suspect) -> int:
    return CONFIRMATIONS if suspect.rounds[-1].by == "step" else PROCESS_CONFIRMATIONS


def _require_more_rounds(suspect: _Suspect) -> None:
    """The file is edited by somebody, so require twice as many rounds the next time."""
    suspect.reset()
    suspect.rounds_factor = min(2 * suspect.rounds_factor, MAX_ROUNDS_FACTOR)


def _is_suspicious(suspect: _Suspect, similar_ms: int) -> bool:
    """Whether the last rounds look like those of a program: a few at similar times before a result, or many."""
    if len(suspect.rounds) < min(MIN_ROUNDS * suspect.rounds_factor, MIN_ROUNDS_ANY_TIME):
        return False
    comparable = suspect.rounds_like(suspect.is_removed)
    if comparable[-1].is_before_result and _is_by_step(comparable, MIN_ROUNDS * suspect.rounds_factor, similar_ms):
        return True
    many, more = suspect.rounds[-MIN_ROUNDS_ANY_TIME:], comparable[-MIN_ROUNDS_ANY_TIME * suspect.rounds_factor :]
    if len(many) == MIN_ROUNDS_ANY_TIME and all(r.is_before_result for r in many):
        return True
    return len(more) == MIN_ROUNDS_ANY_TIME * suspect.rounds_factor and _is_similar(more, similar_ms)


def _is_by_step(rounds: list[_Round], number: int, similar_ms: int) -> bool:
    """Whether steps may have made the last `number` of these changes, at similar times after their start."""
    last = rounds[-number:]
    return len(last) == number > 0 and all(r.by == "step" for r in last) and _is_similar(last, similar_ms)


def _is_similar(rounds: list[_Round], similar_ms: int) -> bool:
    most = max(r.offset_ms for r in rounds)
    return most - min(r.offset_ms for r in rounds) <= max(similar_ms, SIMILAR_RATIO * most)


def loop_text(path: str, config: str | None) -> str:
    """The warning about a file that is suppressed from now on. `config`: the configuration file, if there is one."""
    where = "hotrun.toml" if config is None else config.rpartition("/")[2]
    return (
        f"{path} changes on every build or start: suppressed as a rebuild loop until you edit it."
        f' To ignore it for good, in {where}: [watch] exclude = ["{path}"]'
    )
