"""Turns reported changes into build requests. Records the decision about each change."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

from hotrun.core.changes.history import ChangeDecision, ChangeHistory
from hotrun.core.changes.impact import OUTPUT, Impact, Impacts, PendingChange, effect_text
from hotrun.core.changes.pending import PendingChanges
from hotrun.core.changes.rebuild_loops import Activity, loop_text
from hotrun.core.changes.request import BuildRequest
from hotrun.core.changes.step_inputs import InputListing, InputListings
from hotrun.core.model import events
from hotrun.core.model.commands import ListInputs
from hotrun.core.model.graph import Graph
from hotrun.core.model.inputs import Change, InputsListed
from hotrun.core.model.project import Project
from hotrun.core.model.text import listed
from hotrun.core.run import Effect

MAX_PATHS = 100  # of one report or build that are recorded for `hotrun why`

Edit = tuple[Change, Impact]  # a changed file that is not an output, and its impact


class ListedEdits(NamedTuple):
    """The result of a new listing. `edits`: changes that were in doubt and count. `is_other`: the files differ."""

    edits: list[Edit]
    is_other: bool


class ChangeQueue:
    """The pending changes of a session, and the request for the next build."""

    def __init__(self, project: Project, named_in_crash: Callable[[str], frozenset[str]], is_postponed: bool) -> None:
        """`named_in_crash` as in Impacts. `is_postponed`: the first build waits for the first change or request."""
        self._named_in_crash = named_in_crash
        self.is_postponed = is_postponed
        self._pending = PendingChanges(project.watch.debounce_ms)
        self._request = BuildRequest()
        self._history = ChangeHistory()
        self._listings = InputListings(project)
        self._is_stopped = False  # paused or at the end of the session: changes are only collected
        self._is_released = False  # in manual mode: a build of the pending changes was requested
        self._basis = (0, 0)  # the revisions of listings and crashes that the impacts were computed with
        self.adopt(project)

    def adopt(self, project: Project) -> None:
        """Work for this project from now on."""
        self._project = project
        self._listings.adopt(project)
        self._impacts = Impacts(project, self._listings, self._named_in_crash)
        self._pending.burst.quiet_ms = project.watch.debounce_ms
        self._pending.reassess(self.impact_of)

    # --- state -------------------------------------------------------------------------------------------------

    @property
    def awaiting_request(self) -> int:
        """In manual mode: how many changed files wait for a build request."""
        return 0 if self._project.watch.auto or self._is_released else self._pending.relevant

    @property
    def is_empty(self) -> bool:
        """Whether nothing is pending or requested, and no listing is due that may show that a change counts."""
        return self._pending.is_empty and self._request.reason is None and not self._listings.is_open

    @property
    def is_burst(self) -> bool:
        """Whether a burst that triggers a step or process is not over."""
        return not self._is_closed and self._pending.burst.due_ms is not None and self._pending.relevant > 0

    @property
    def linger_ms(self) -> int:
        """How long to delay the report of a build's end, as RebuildLoops needs it."""
        return self._pending.loops.linger_ms

    def deadline_ms(self, is_building: bool) -> int | None:
        """When to check again."""
        return None if self._is_closed else self._pending.deadline_ms(is_building)

    def deferred_by(self, now_ms: int) -> str | None:
        """Why due changes have to wait, in words. None if they do not."""
        return None if self.awaiting_request else self._pending.deferred_by(now_ms)

    def impact_of(self, path: str) -> Impact:
        """The impact that a change of this path would have now."""
        return OUTPUT if self._impacts.is_output(path) else self._impacts.of(path)

    def history_of(self, path: str) -> tuple[ChangeDecision, ...]:
        """The latest decisions about this path, the oldest first."""
        return self._history.of(path)

    def listing_of(self, step: str) -> InputListing | None:
        """The input listing of a step. None if it has no `inputs`."""
        return self._listings.of(step)

    @property
    def _is_closed(self) -> bool:
        return self._is_stopped or self.awaiting_request > 0

    # --- reports of changes --------------------------------------------------------------------------------------

    def add(self, changes: Sequence[Change], activity: Activity, now_ms: int) -> list[Edit]:
        """Add reported changes. Returns those that are not outputs, with their impact."""
        edits, outputs = [], []
        for change in changes:
            path = change.path
            is_output = self._impacts.is_output(path)
            self._listings.record(change, is_output)
            if is_output:
                outputs.append(path)
            else:
                edits.append((change, self._impacts.of(path)))
        self._add(edits, outputs, activity, now_ms)
        return edits

    def add_touched(self, paths: Sequence[str], activity: Activity, now_ms: int, out: list[Effect]) -> list[Edit]:
        """Add files that were touched but hold the same bytes. Returns those that are not outputs.

        They start no build. But a running step may have read such a file while it was half written, so during a build
        they count as changes. They can also make a rebuild loop.
        """
        outputs = [path for path in paths if self._impacts.is_output(path)]
        edits = [(Change(path, "modified"), self._impacts.of(path)) for path in paths if path not in outputs]
        if activity.is_building:
            self._add(edits, outputs, activity, now_ms)
            return edits
        names = [change.path for change, impact in edits if impact.is_any]
        if names:
            out.append(events.Message("info", f"{listed(names)}: saved without changes"))
            self._history.record(names[:MAX_PATHS], "saved without changes", now_ms)
        return edits

    def add_listed(self, answer: InputsListed, now_ms: int, out: list[Effect]) -> ListedEdits:
        """Add the changes that were in doubt and count, according to a new listing."""
        delta = self._listings.handle(answer)
        edits = [(change, self._impacts.of(change.path)) for change in delta.counting]
        suppressed = self._pending.loops.suppressed
        due = [PendingChange(one.path, one.kind, impact) for one, impact in edits if one.path not in suppressed]
        self._pending.add_at_once(due, now_ms)
        for path in delta.dropped[:MAX_PATHS]:
            if not self._impacts.of(path).is_any:
                self._history.record([path], self._nothing_text(path), now_ms)
        error = self._listings.new_error(answer.step)
        if error is not None:
            out.append(events.Message("warning", error))
        return ListedEdits(edits, delta.is_other)

    def _add(self, edits: Sequence[Edit], outputs: Sequence[str], activity: Activity, now_ms: int) -> None:
        pending = [PendingChange(change.path, change.kind, impact) for change, impact in edits]
        self._pending.add(pending, activity, now_ms)
        if outputs:
            self._history.record(outputs[:MAX_PATHS], "build output, ignored", now_ms)
        if self._pending.loops.suppressed:
            suppressed = [one.path for one in pending if one.path in self._pending.loops.suppressed]
            self._history.record(suppressed, "suppressed as a rebuild loop until it stops changing", now_ms)
        if not self._project.watch.auto:
            waiting = [one.path for one in pending[:MAX_PATHS] if one.impact.is_any]
            self._history.record(waiting, "pending until a build is requested", now_ms)

    def defer(self, operations: Sequence[str], now_ms: int) -> None:
        """Defer changes while these version control operations are in progress, up to a limit."""
        self._pending.burst.defer(operations, now_ms)

    def watch_started(self, delay_ms: int) -> None:
        """The watch has started. Its reports are up to `delay_ms` late, because it polls."""
        self._pending.loops.expect_late_reports(delay_ms)

    def up_to_date(self) -> None:
        """Every change so far is reported and built."""
        self._pending.loops.up_to_date()
        self._listings.up_to_date()

    # --- reports of runs, for listings and rebuild loops ------------------------------------------------------------

    def steps_started(self, steps: Iterable[str], now_ms: int) -> None:
        """Runs of these steps start. They read every change so far."""
        for step in steps:
            self._listings.started(step)
            self._pending.loops.started("step", now_ms)

    def step_ended(self, step: str, status: events.Status) -> None:
        """A run of this step is over."""
        self._listings.ended(step, status)

    def process_started(self, now_ms: int) -> None:
        """A process has started."""
        self._pending.loops.started("process", now_ms)

    def build_ended(self, now_ms: int) -> None:
        """The end of a build is reported."""
        self._pending.loops.build_ended(now_ms)

    def listing_requests(self) -> list[ListInputs]:
        """The listings that are needed now."""
        return self._listings.requests()

    # --- build requests ------------------------------------------------------------------------------------------

    def stop(self) -> None:
        """Start no builds for changes. Only collect them."""
        self._is_stopped = True

    def resume(self) -> None:
        """Start builds for changes again."""
        self._is_stopped = False

    def release(self) -> bool:
        """In manual mode, allow a build of the pending changes. Returns False if there are none."""
        self._is_released = self._is_released or self.awaiting_request > 0
        return self._is_released

    def request(self, reason: events.Reason, steps: set[str], processes: set[str]) -> None:
        """Request a build of these steps and a restart of these processes."""
        self.end_postponement(reason)
        self._request.add(reason, steps, processes)

    def request_all(self, reason: events.Reason) -> None:
        """Request a build of every step and a start of every process."""
        self._request.add(reason, set(self._project.steps), set(self._project.processes))

    def end_postponement(self, reason: events.Reason) -> None:
        """End the wait for the first change or request, if the session started with --postpone."""
        if self.is_postponed:
            self.is_postponed = False
            self.request_all(reason)

    def refresh(self, crashes: int, now_ms: int) -> None:
        """Update the pending changes. `crashes`: the revision of the supervisor's crashes."""
        basis = (self._listings.revision, crashes)
        if basis != self._basis:
            self._basis = basis
            self._pending.reassess(self.impact_of)
        self._pending.add_due_suppressed(self.impact_of, now_ms)

    def interrupts_build(self, now_ms: int) -> bool:
        """Whether a change that triggers a step is due, so that the build in progress is obsolete."""
        if self._is_closed:
            return False
        return any([change.impact.steps for change in self._pending.release(now_ms)])

    def next_request(self, activity: Activity, now_ms: int, out: list[Effect]) -> BuildRequest:
        """Remove and return the request for the next build, with the due changes.

        If it has no `reason`, there is nothing to build.
        """
        changes: tuple[PendingChange, ...] = ()
        if not self._is_closed:
            self._pending.release(now_ms)
            changes, looping = self._pending.drain(activity, now_ms)
            if looping:
                self._suppress(looping, now_ms, out)
            if changes:
                self._request_changes(changes, now_ms)
        self._is_released = self._is_released and self._pending.has_changes
        request = self._request
        if request.reason is not None:
            self._request = BuildRequest()
        request.changes = changes
        return request

    def record(self, paths: Sequence[str], text: str, now_ms: int, build: int) -> None:
        """Record a decision about these paths, for `hotrun why`."""
        self._history.record(paths[:MAX_PATHS], text, now_ms, build)

    def record_build(
        self, build: int, changes: Sequence[PendingChange], cached: Collection[str], graph: Graph, now_ms: int
    ) -> None:
        """Record what each change started. `cached`: the steps that do not have to run."""
        for change in changes[:MAX_PATHS]:
            effect = effect_text(change.impact, self._project, graph, cached)
            if effect is not None:
                self._history.record([change.path], f"{change.kind}: {effect}", now_ms, build)

    def _suppress(self, paths: Sequence[str], now_ms: int, out: list[Effect]) -> None:
        out.extend([events.Message("warning", loop_text(path, self._project.config)) for path in paths])
        self._history.record(paths, "suppressed as a rebuild loop: it changes on every build or start", now_ms)
        self._request.add("files", set(), set())  # to build again what these paths have canceled

    def _request_changes(self, changes: tuple[PendingChange, ...], now_ms: int) -> None:
        steps, processes, reloads = set[str](), set[str](), set[str]()
        for _, _, impact in changes:
            steps |= impact.steps
            processes |= impact.processes
            reloads |= impact.reloads
        if steps or processes or reloads:
            reason: events.Reason = "files" if self._project.watch.auto else "request"
            self.end_postponement(reason)
            self._request.add(reason, steps, processes, reloads - processes)
        elif self._request.reason is None:
            for change in changes[:MAX_PATHS]:
                self._history.record([change.path], self._nothing_text(change.path), now_ms)

    def _nothing_text(self, path: str) -> str:
        steps = self._listings.steps_in_doubt(path)
        if steps:
            return f"waiting for the inputs of {listed(steps)}"
        return "matches no step or process"
