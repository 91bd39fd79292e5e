"""From reported files to a build request: what each change means, how long it waits, and what was decided about it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

from hotrun.core.changes.history import ChangeDecision, ChangeHistory
from hotrun.core.changes.impact import OUTPUT, Impact, Impacts, PendingChange, effect_text
from hotrun.core.changes.pending import Activity, PendingChanges
from hotrun.core.changes.rebuild_loops import loop_text
from hotrun.core.changes.request import BuildRequest
from hotrun.core.changes.step_inputs import InputListing, InputListings
from hotrun.core.model import events
from hotrun.core.model.commands import ListInputs
from hotrun.core.model.graph import Graph
from hotrun.core.model.inputs import Change, InputsListed
from hotrun.core.model.project import Project
from hotrun.core.model.text import listed
from hotrun.core.run import Effect

MAX_PATHS = 100  # of one report or build, what is recorded for `why`

Edit = tuple[Change, Impact]  # a changed file that no step writes, and what that means


class ListedEdits(NamedTuple):
    """What an answer about the inputs of a step has settled.

    `edits`: changes that were in doubt and count. `is_other`: the step is made of other files than were known.
    """

    edits: list[Edit]
    is_other: bool


class ChangeQueue:
    """The pending changes of a session, and the request that they and other reasons make for the next build."""

    def __init__(self, project: Project, named_in_crash: Callable[[str], frozenset[str]], is_postponed: bool) -> None:
        """`named_in_crash` as in Impacts. `is_postponed`: the first build waits for the first change or request."""
        self._named_in_crash = named_in_crash
        self.is_postponed = is_postponed
        self._pending = PendingChanges(project.watch.debounce_ms)
        self._request = BuildRequest()
        self._history = ChangeHistory()
        self._listings = InputListings(project)
        self._is_stopped = False  # paused, or the session ends: changes come in and none goes out
        self._is_released = False  # in manual mode: somebody has asked for the build of what is pending
        self._basis = (0, 0)  # of the impacts: the revision of the listings and that of the crashes
        self.adopt(project)

    def adopt(self, project: Project) -> None:
        """Work for this project from now on."""
        self._project = project
        self._listings.adopt(project)
        self._impacts = Impacts(project, self._listings, self._named_in_crash)
        self._pending.burst.quiet_ms = project.watch.debounce_ms
        self._pending.reassess(self.impact_of)

    # --- what is known -----------------------------------------------------------------------------------------

    @property
    def awaiting_request(self) -> int:
        """In manual mode: how many changed files wait until somebody asks for a build."""
        return 0 if self._project.watch.auto or self._is_released else self._pending.relevant

    @property
    def is_empty(self) -> bool:
        """Nothing is pending, nothing is asked for, and no answer is due that may show that a change counts."""
        return self._pending.is_empty and self._request.reason is None and not self._listings.is_open

    @property
    def is_burst(self) -> bool:
        """A burst that concerns a step or process is not over."""
        return not self._is_closed and self._pending.burst.due_ms is not None and self._pending.relevant > 0

    @property
    def linger_ms(self) -> int:
        """How long the end of a build must not be reported, as RebuildLoops needs it."""
        return self._pending.loops.linger_ms

    def deadline_ms(self, is_building: bool) -> int | None:
        """When to look again."""
        return None if self._is_closed else self._pending.deadline_ms(is_building)

    def deferred_by(self, now_ms: int) -> str | None:
        """Why pending changes wait that would be due, in words."""
        return None if self.awaiting_request else self._pending.deferred_by(now_ms)

    def impact_of(self, path: str) -> Impact:
        """What a change of this path would mean now."""
        return OUTPUT if self._impacts.is_output(path) else self._impacts.of(path)

    def history_of(self, path: str) -> tuple[ChangeDecision, ...]:
        """What was decided about this path lately, the oldest first."""
        return self._history.about(path)

    def listing_of(self, step: str) -> InputListing | None:
        """What is known of the files that a step is made of; None: it has no `inputs`."""
        return self._listings.of(step)

    @property
    def _is_closed(self) -> bool:
        return self._is_stopped or self.awaiting_request > 0

    # --- what comes in -----------------------------------------------------------------------------------------

    def add(self, changes: Sequence[Change], activity: Activity, now_ms: int) -> list[Edit]:
        """Add reported changes; returns those that are edits, with what they mean. Outputs are recorded only."""
        edits, outputs = [], []
        for change in changes:
            path = change.path
            is_output = self._impacts.is_output(path)
            self._listings.note(change, is_output)
            if is_output:
                outputs.append(path)
            else:
                edits.append((change, self._impacts.of(path)))
        self._add(edits, outputs, activity, now_ms)
        return edits

    def add_touched(self, paths: Sequence[str], activity: Activity, now_ms: int, out: list[Effect]) -> list[Edit]:
        """Add files that were touched and hold the same bytes; returns those that no step writes.

        They build nothing. But a step that runs may have read such a file while it was half written: then it is built
        again, and a step that writes a file again and again with the same bytes is a rebuild loop like any other.
        """
        outputs = [path for path in paths if self._impacts.is_output(path)]
        edits = [(Change(path, "modified"), self._impacts.of(path)) for path in paths if path not in outputs]
        if activity.is_building:
            self._add(edits, outputs, activity, now_ms)
            return edits
        names = [change.path for change, impact in edits if impact.is_any]
        if names:
            out.append(events.Message("info", f"{listed(names)}: saved without changes"))
            self._history.note(names[:MAX_PATHS], "saved without changes", now_ms)
        return edits

    def add_listed(self, answer: InputsListed, now_ms: int, out: list[Effect]) -> ListedEdits:
        """Add the changes that count after all, now that it is known what a step is made of."""
        delta = self._listings.take(answer)
        edits = [(change, self._impacts.of(change.path)) for change in delta.counting]
        suppressed = self._pending.loops.suppressed
        due = [PendingChange(one.path, one.kind, impact) for one, impact in edits if one.path not in suppressed]
        self._pending.add_at_once(due, now_ms)
        for path in delta.dropped[:MAX_PATHS]:
            if not self._impacts.of(path).is_any:
                self._history.note([path], self._nothing_text(path), now_ms)
        news = self._listings.news(answer.step)
        if news is not None:
            out.append(events.Message("warning", news))
        return ListedEdits(edits, delta.is_other)

    def _add(self, edits: Sequence[Edit], outputs: Sequence[str], activity: Activity, now_ms: int) -> None:
        pending = [PendingChange(change.path, change.kind, impact) for change, impact in edits]
        self._pending.add(pending, activity, now_ms)
        if outputs:
            self._history.note(outputs[:MAX_PATHS], "build output, ignored", now_ms)
        if self._pending.loops.suppressed:
            suppressed = [one.path for one in pending if one.path in self._pending.loops.suppressed]
            self._history.note(suppressed, "suppressed as a rebuild loop until it stops changing", now_ms)
        if not self._project.watch.auto:
            waiting = [one.path for one in pending[:MAX_PATHS] if one.impact.is_any]
            self._history.note(waiting, "pending until a build is requested", now_ms)

    def defer(self, operations: Sequence[str], now_ms: int) -> None:
        """These version control operations are in progress: changes wait for their end, for some time."""
        self._pending.burst.defer(operations, now_ms)

    def watch_started(self, delay_ms: int) -> None:
        """Changes are reported up to `delay_ms` late from now on: they are polled for."""
        self._pending.loops.expect_late_reports(delay_ms)

    def up_to_date(self) -> None:
        """Every change so far has been reported and is built."""
        self._pending.loops.up_to_date()
        self._listings.up_to_date()

    # --- what runs: listings and rebuild loops follow it ----------------------------------------------------------

    def steps_started(self, steps: Iterable[str], now_ms: int) -> None:
        """Runs of these steps begin: they read every change so far."""
        for step in steps:
            self._listings.started(step)
            self._pending.loops.started("step", now_ms)

    def step_ended(self, step: str, status: events.Status) -> None:
        """A run of this step has ended."""
        self._listings.ended(step, status)

    def process_started(self, now_ms: int) -> None:
        """A process has been started."""
        self._pending.loops.started("process", now_ms)

    def build_ended(self, now_ms: int) -> None:
        """The end of a build is reported."""
        self._pending.loops.build_ended(now_ms)

    def ask_listings(self) -> list[ListInputs]:
        """What to have listed now."""
        return self._listings.ask()

    # --- when it goes out ----------------------------------------------------------------------------------------

    def stop(self) -> None:
        """Let no change out."""
        self._is_stopped = True

    def resume(self) -> None:
        """Let changes out again."""
        self._is_stopped = False

    def release(self) -> bool:
        """In manual mode, let out what is pending; False where nothing is."""
        self._is_released = self._is_released or self.awaiting_request > 0
        return self._is_released

    def ask(self, reason: events.Reason, steps: set[str], processes: set[str]) -> None:
        """Ask for a build of these steps and a restart of these processes."""
        self.postpone_no_longer(reason)
        self._request.ask(reason, steps, processes)

    def ask_for_all(self, reason: events.Reason) -> None:
        """Ask for a build of every step and a start of every process."""
        self._request.ask(reason, set(self._project.steps), set(self._project.processes))

    def postpone_no_longer(self, reason: events.Reason) -> None:
        """Something has happened that the first build may have waited for."""
        if self.is_postponed:
            self.is_postponed = False
            self.ask_for_all(reason)

    def refresh(self, crashes: int, now_ms: int) -> None:
        """Bring the pending changes up to `now_ms`. `crashes` is that of the supervisor."""
        basis = (self._listings.revision, crashes)
        if basis != self._basis:
            self._basis = basis
            self._pending.reassess(self.impact_of)
        self._pending.add_late(self.impact_of, now_ms)

    def interrupts_build(self, now_ms: int) -> bool:
        """Whether a change is due now that concerns a step, so that the build in progress has no use."""
        if self._is_closed:
            return False
        return any([change.impact.steps for change in self._pending.release(now_ms)])

    def take(self, activity: Activity, now_ms: int, out: list[Effect]) -> BuildRequest:
        """Remove and return the request for the next build, with the changes that are due.

        Without a `reason` there is nothing to build.
        """
        changes: tuple[PendingChange, ...] = ()
        if not self._is_closed:
            self._pending.release(now_ms)
            changes, looping = self._pending.take(activity, now_ms)
            if looping:
                self._suppress(looping, now_ms, out)
            if changes:
                self._ask_for(changes, now_ms)
        self._is_released = self._is_released and self._pending.has_changes
        request = self._request
        if request.reason is not None:
            self._request = BuildRequest()
        request.changes = changes
        return request

    def record(self, paths: Sequence[str], text: str, now_ms: int, build: int) -> None:
        """Record what became of these paths, for `why`."""
        self._history.note(paths[:MAX_PATHS], text, now_ms, build)

    def record_build(
        self, build: int, changes: Sequence[PendingChange], cached: Collection[str], graph: Graph, now_ms: int
    ) -> None:
        """Record what each change has started; `cached`: the steps that need not run."""
        for change in changes[:MAX_PATHS]:
            effect = effect_text(change.impact, self._project, graph, cached)
            if effect is not None:
                self._history.note([change.path], f"{change.kind}: {effect}", now_ms, build)

    def _suppress(self, paths: Sequence[str], now_ms: int, out: list[Effect]) -> None:
        out.extend([events.Message("warning", loop_text(path, self._project.config)) for path in paths])
        self._history.note(paths, "suppressed as a rebuild loop: it changes on every build or start", now_ms)
        self._request.ask("files", set(), set())  # what these paths have canceled is still to be done

    def _ask_for(self, changes: tuple[PendingChange, ...], now_ms: int) -> None:
        steps, processes, reloads = set[str](), set[str](), set[str]()
        for _, _, impact in changes:
            steps |= impact.steps
            processes |= impact.processes
            reloads |= impact.reloads
        if steps or processes or reloads:
            reason: events.Reason = "files" if self._project.watch.auto else "request"
            self.postpone_no_longer(reason)
            self._request.ask(reason, steps, processes, reloads - processes)
        elif self._request.reason is None:
            for change in changes[:MAX_PATHS]:
                self._history.note([change.path], self._nothing_text(change.path), now_ms)

    def _nothing_text(self, path: str) -> str:
        doubting = self._listings.doubting(path)
        if doubting:
            return f"waiting for the inputs of {listed(doubting)}"
        return "matches no step or process"
