"""Finds the file that our own runs change each time, so that each change makes the next run. Suppresses it, by name.

Nothing tells who wrote a file, so it is found by experiments, and carefully, because a person's edit must not be lost:

    round     a build that only this file has caused, and it changed while a build was under way (or right after its
              end, or soon after the start of a process).
    linger    after two rounds, the next build is told to have ended LINGER_MS late, and what it starts waits as long:
              who waits for that before the next edit is too late, a step is not.
    pause     after FEW rounds at about the same distance from a start (MANY at any): nothing is started for longer than
              lay between the changes. An edit comes in the pause -> somebody who edits at a pace of his own.
    confirm   after the pause it changes at that distance once more: who keeps a pace does not shift it with our start.
    suppress  after CONFIRMATIONS of that.

That a file is removed is compared with other removals, and never counts against what was found: a compiler removes its
output before it writes it, each at a distance of its own.

Who turns out to be a person is asked for twice as many rounds the next time. Starts of processes are told at once and
scripts wait for them, so those take MANY rounds; what changes on its own in the pause then, while a process is up, is
a log. A suppressed file counts again when it changes after QUIET_MS without a change and without a start. And its
last change is built in any case, after QUIET_MS and later each time: nothing is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from hotrun.core.changes.impact import PendingChange
    from hotrun.core.changes.pending import Activity


FEW = 3
MANY = 12
CONFIRMATIONS = 2
PROCESS_CONFIRMATIONS = 5  # a quick pace fits again by chance, each time one in two
LINGER_MS = 100  # the watcher tells what a step wrote at its very end within 50, where it does not poll
TAIL_MS = 250  # how long after a build without that a change is put down to it
AFTER_START_MS = 2000  # how long a change is put down to the process that was started
PAUSE_MS = 1000
PAUSE_MOST_MS = 10_000
PAUSE_STEP = 0.37  # by how much each pause for a process is longer than the one before: no pace fits all of them
PAUSE_FACTOR = 1.5  # of the longest time between two changes; not a whole number, or a steady pace would fit again
QUIET_MS = 5000
QUIET_MOST_MS = 600_000
NOISE = 4  # changes within the first PAUSE_MS of a pause: nobody saves so fast
MOST_SUSPECTS = 10_000  # a checkout changes more, and is no loop
MOST_TRUST = 64
GAP_MS = 30  # an editor that saves in several writes makes several builds at once, but that is one round
NEAR_MS, NEAR_PART = 50, 0.25  # what counts as about the same distance

Decision = Literal["go", "pause", "suppress"]


class _Round(NamedTuple):
    """A change that one of our runs may have made: how long after the latest start, and after the change before it.

    `is_early`: nobody had been told of a result then. `is_removal`: the file was removed.
    """

    by: Literal["step", "process"]
    offset_ms: int
    gap_ms: int
    is_early: bool
    is_removal: bool


class _Suspect:
    """What is known of one path."""

    def __init__(self) -> None:
        self.latest: _Round | None = None  # of its latest change; None: nothing of ours can have made it
        self.changed_ms = 0
        self.rounds: list[_Round] = []  # of the builds in a row that it caused
        self.round_ms = 0
        self.trust = 1  # how many times more rounds it takes
        self.in_pause = 0
        self.noise = 0
        self.confirmations = 0
        self.is_late = False  # suppressed, and changed since

    @property
    def is_removed(self) -> bool:
        """Whether its latest round is that."""
        return bool(self.rounds) and self.rounds[-1].is_removal

    def alike(self, is_removal: bool) -> list[_Round]:
        """Its rounds that can be compared with each other."""
        return [r for r in self.rounds if r.is_removal == is_removal]

    def forget(self) -> None:
        """Begin from nothing."""
        self.rounds.clear()
        self.confirmations = 0


class RebuildLoops:
    """Watches changes and starts of runs; `decide` says what a build that is due may do."""

    def __init__(self) -> None:
        self._suspects: dict[str, _Suspect] = {}
        self._in_question: list[_Suspect] = []  # those with rounds: few, while a checkout makes thousands of the others
        # The files whose changes start nothing for now, and how long each must be quiet before its last one is built.
        self.suppressed: dict[str, int] = {}
        self._step_started_ms: int | None = None
        self._process_started_ms: int | None = None
        self._build_ended_ms: int | None = None  # None: a step has been started since, or all is settled
        self._delay_ms = 0  # how much later than by the kernel's events changes are reported
        self._near_ms = NEAR_MS
        self.pause_until_ms: int | None = None
        self._pause_began_ms = 0  # what polling tells until `_delay_ms` later was written before it

    def started(self, kind: Literal["step", "process"], now_ms: int) -> None:
        """A step or a process was started."""
        if kind == "step":
            self._step_started_ms, self._build_ended_ms = now_ms, None
        else:
            self._process_started_ms = now_ms

    def build_ended(self, now_ms: int) -> None:
        """The steps of a build have ended, and that is told."""
        self._build_ended_ms = now_ms

    def up_to_date(self) -> None:
        """All changes so far are built."""
        self._build_ended_ms = None

    @property
    def linger_ms(self) -> int:
        """How long the end of a build must not be told, to see what its steps have changed."""
        for suspect in self._in_question:
            number = FEW * suspect.trust - 1
            if len(suspect.rounds) < number:
                continue
            for is_removal in (False, True):
                if _is_by_step(suspect.alike(is_removal), number, self._near_ms):
                    return LINGER_MS + self._delay_ms
        return 0

    def expect_late_reports(self, delay_ms: int) -> None:
        """Changes are reported up to `delay_ms` later than by the kernel's events from now on: they are polled for."""
        self._delay_ms, self._near_ms = delay_ms, NEAR_MS + delay_ms

    def sift(self, changes: Iterable[PendingChange], activity: Activity, now_ms: int) -> list[PendingChange]:
        """Record changes; returns those of files that are not suppressed."""
        return [change for change in changes if self._counts(change, activity, now_ms)]

    def decide(self, paths: Sequence[str], activity: Activity, now_ms: int) -> tuple[Decision, list[str]]:
        """Whether a build that these paths cause may go, must pause, or which paths must be suppressed first."""
        if self.pause_until_ms is not None and now_ms < self.pause_until_ms:
            return "pause", []
        after_pause, self.pause_until_ms = self.pause_until_ms is not None, None
        known = list(filter(None, map(self._suspects.get, paths)))
        if len(known) < len(paths):
            self._forget()
            return "go", []
        if after_pause:
            return self._after_pause(paths, known, activity, now_ms)
        was_lingering, is_loop = self.linger_ms > 0, True
        for suspect in known:
            if suspect.latest is None:
                self._forget()
                return "go", []
        for suspect in known:
            self._count(suspect, was_lingering, now_ms)
            is_loop = is_loop and _is_suspicious(suspect, self._near_ms)
        if not is_loop:
            for suspect in known:
                if suspect.confirmations and not suspect.is_removed:  # a start later on was no reason to write later on
                    suspect.confirmations, suspect.trust = 0, min(2 * suspect.trust, MOST_TRUST)
            return "go", []
        if all(suspect.confirmations >= _needed(suspect) for suspect in known):
            return self._suppress(list(paths), now_ms)
        self._pause(known, now_ms)
        return "pause", []

    def late(self, now_ms: int) -> list[str]:
        """The suppressed files whose last change is due, because they have been quiet since."""
        if not self.suppressed:
            return []
        due = [path for path, at_ms in self._late().items() if at_ms <= now_ms]
        for path in due:
            self.suppressed[path] = min(2 * self.suppressed[path], QUIET_MOST_MS)
            self._suspects[path].is_late, self._suspects[path].latest = False, None
        return due

    @property
    def late_at_ms(self) -> int | None:
        """When `late` has something."""
        return min(self._late().values(), default=None) if self.suppressed else None

    def _late(self) -> dict[str, int]:
        suspects = ((path, self._suspects.get(path)) for path in self.suppressed)
        return {path: s.changed_ms + self.suppressed[path] for path, s in suspects if s is not None and s.is_late}

    # --- changes -------------------------------------------------------------------------------------------------

    def _counts(self, change: PendingChange, activity: Activity, now_ms: int) -> bool:
        path = change.path
        if len(self._suspects) > MOST_SUSPECTS:
            self._suspects = {name: self._suspects[name] for name in self.suppressed}
        suspect = self._suspects.get(path)
        if suspect is None:
            suspect = self._suspects[path] = _Suspect()
        gap_ms = now_ms - suspect.changed_ms
        suspect.latest = self._round(change, activity.is_building, gap_ms, now_ms)
        suspect.changed_ms = now_ms
        began_ms = self._pause_began_ms + self._delay_ms
        # What is told sooner is the rest of what began the pause: a shell truncates a file, and then writes it.
        if self.pause_until_ms is not None and now_ms > began_ms + LINGER_MS:
            suspect.in_pause += 1
            suspect.noise += now_ms <= began_ms + PAUSE_MS
            if not activity.is_process_up:  # then it was somebody else, and waits no longer
                self.pause_until_ms = now_ms
        if path in self.suppressed and gap_ms >= QUIET_MS and suspect.latest is None:
            del self.suppressed[path]
            self._forget()
        suspect.is_late = path in self.suppressed
        return path not in self.suppressed

    def _round(self, change: PendingChange, is_building: bool, gap_ms: int, now_ms: int) -> _Round | None:
        """Which of our runs may have made a change that is reported now."""
        is_removal = change.kind == "deleted"
        step_ms, process_ms, ended_ms = self._step_started_ms, self._process_started_ms, self._build_ended_ms
        is_tail = ended_ms is not None and now_ms - ended_ms <= TAIL_MS + self._delay_ms
        if step_ms is not None and (is_building or is_tail):
            return _Round("step", now_ms - step_ms, gap_ms, is_early=is_building, is_removal=is_removal)
        if process_ms is not None and now_ms - process_ms <= AFTER_START_MS + self._delay_ms:
            return _Round("process", now_ms - process_ms, gap_ms, is_early=False, is_removal=is_removal)
        return None

    def _count(self, suspect: _Suspect, was_lingering: bool, now_ms: int) -> None:
        latest = suspect.latest
        if latest is None or now_ms - suspect.round_ms < GAP_MS:
            return
        suspect.round_ms = now_ms
        if was_lingering and latest.by == "step" and not (latest.is_early or latest.is_removal):
            _trust(suspect)  # it waited until it was told
        suspect.rounds.append(latest)
        del suspect.rounds[: -2 * MANY * suspect.trust]  # each of them may be one of two
        if suspect not in self._in_question:
            self._in_question.append(suspect)

    # --- the pause -------------------------------------------------------------------------------------------------

    def _pause(self, known: list[_Suspect], now_ms: int) -> None:
        longest_ms = max(max(r.gap_ms for r in s.rounds[1:]) for s in known)
        by_step = all(suspect.rounds[-1].by == "step" for suspect in known)
        pause_ms = PAUSE_FACTOR * longest_ms if by_step else PAUSE_MS * (1 + PAUSE_STEP * known[0].confirmations)
        self._pause_began_ms = now_ms
        self.pause_until_ms = now_ms + self._delay_ms + int(min(max(pause_ms, PAUSE_MS), PAUSE_MOST_MS))
        for suspect in self._suspects.values():
            suspect.in_pause = suspect.noise = 0

    def _after_pause(
        self, paths: Sequence[str], known: list[_Suspect], activity: Activity, now_ms: int
    ) -> tuple[Decision, list[str]]:
        noisy = [path for path in paths if activity.is_process_up and _is_noise(self._suspects[path])]
        if noisy:
            return self._suppress(noisy, now_ms)
        edited = [suspect for suspect in known if suspect.in_pause]
        if edited and not activity.is_process_up:
            for suspect in edited:
                _trust(suspect)
            self._forget()
            return "go", []
        for suspect in known:
            if suspect.rounds:  # what a process writes all the time comes in the pause, too
                is_edited = suspect.in_pause and suspect.rounds[-1].by == "step"
                suspect.confirmations = 0 if is_edited else suspect.confirmations + 1
        return "go", []

    def _suppress(self, paths: list[str], now_ms: int) -> tuple[Decision, list[str]]:
        for path in paths:
            self.suppressed[path] = QUIET_MS
            self._suspects[path].is_late = True
            self._suspects[path].changed_ms = now_ms
        self._forget()
        return "suppress", paths

    def _forget(self) -> None:
        for suspect in self._in_question:
            suspect.forget()
        self._in_question.clear()


def _is_noise(suspect: _Suspect) -> bool:
    return suspect.noise >= NOISE and len(suspect.rounds) >= MANY * suspect.trust


def _needed(suspect: _Suspect) -> int:
    return CONFIRMATIONS if suspect.rounds[-1].by == "step" else PROCESS_CONFIRMATIONS


def _trust(suspect: _Suspect) -> None:
    """It was a person, or acts as one."""
    suspect.forget()
    suspect.trust = min(2 * suspect.trust, MOST_TRUST)


def _is_suspicious(suspect: _Suspect, near_ms: int) -> bool:
    """Whether the last rounds look like a machine's: a few early ones that are near to each other, or many."""
    if len(suspect.rounds) < min(FEW * suspect.trust, MANY):
        return False
    alike = suspect.alike(suspect.is_removed)
    if alike[-1].is_early and _is_by_step(alike, FEW * suspect.trust, near_ms):
        return True
    many, more = suspect.rounds[-MANY:], alike[-MANY * suspect.trust :]
    if len(many) == MANY and all(r.is_early for r in many):
        return True
    return len(more) == MANY * suspect.trust and _is_near(more, near_ms)


def _is_by_step(rounds: list[_Round], number: int, near_ms: int) -> bool:
    """Whether steps may have made the last `number` of these changes, each as long after its start."""
    last = rounds[-number:]
    return len(last) == number > 0 and all(r.by == "step" for r in last) and _is_near(last, near_ms)


def _is_near(rounds: list[_Round], near_ms: int) -> bool:
    most = max(r.offset_ms for r in rounds)
    return most - min(r.offset_ms for r in rounds) <= max(near_ms, NEAR_PART * most)


def loop_text(path: str, config: str | None) -> str:
    """What to say of a file that is suppressed from now on; `config` is the configuration file, None without one."""
    where = "hotrun.toml" if config is None else config.rpartition("/")[2]
    return (
        f"{path} changes on every build or start: suppressed as a rebuild loop until you edit it."
        f' To ignore it for good, in {where}: [watch] exclude = ["{path}"]'
    )
