"""From changed files to what is to be done: what counts, what it touches, what is wanted, what need not be built."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hotrun.core.build.builder import MOST_PATHS, Builder
from hotrun.core.build.last_good import Baseline, restored_text
from hotrun.core.changes.history import ChangeHistory
from hotrun.core.changes.pending import PendingChanges
from hotrun.core.changes.plan import Plan
from hotrun.core.changes.rebuild_loops import loop_text
from hotrun.core.changes.request import BuildRequest
from hotrun.core.changes.step_inputs import InputListings
from hotrun.core.model import events
from hotrun.core.model.inputs import Change, InputsListed
from hotrun.core.model.project import Project
from hotrun.core.model.text import count, listed
from hotrun.core.process.supervisor import Supervisor
from hotrun.core.run import Effect


class ChangeQueue:
    """What has been changed, and what follows from it for the steps and processes of a project."""

    def __init__(self, project: Project, builder: Builder, supervisor: Supervisor) -> None:
        self.decisions = ChangeHistory()
        self.intake = PendingChanges(project.watch.debounce_ms)
        self.wanted = BuildRequest()
        self.is_postponed = False  # nothing has been started, and nothing is before the first change
        self._is_told = False
        self._waiting = (-1, 0)  # of which revision of the intake, and how many
        self._meaning: dict[str, bool] = {}  # of the paths that wait; a burst of thousands is not matched at each input
        self.listings = InputListings(project)
        self._builder = builder
        self._supervisor = supervisor
        self.adopt(project)

    def adopt(self, project: Project) -> None:
        """Work for this project from now on; builder and supervisor have taken it already."""
        self._project = project
        self.listings.adopt(project)
        self.plan = Plan(project, self.listings)
        self._supervisor.needed_steps = self.plan.needed_steps
        self.intake.burst.quiet_ms = project.watch.debounce_ms
        self._waiting = (-1, 0)
        self._meaning.clear()

    # --- when it goes out ----------------------------------------------------------------------------------------

    @property
    def pending(self) -> int:
        """How many changed files wait until somebody asks for a build, where changes alone start none."""
        return 0 if self._project.watch.auto or self._is_told else self.waiting

    @property
    def waiting(self) -> int:
        """How many of the changed files that wait for a build mean anything to a step or process."""
        revision, found = self._waiting
        if revision != self.intake.revision:
            paths = self.intake.paths()
            if not paths:
                self._meaning.clear()
            for path in paths - self._meaning.keys():
                self._meaning[path] = self.touch_anything([path])
            found = sum(self._meaning[path] for path in paths)
            self._waiting = (self.intake.revision, found)
        return found

    def tell(self) -> bool:
        """Somebody asks for a build: let go what is pending; False where nothing is."""
        self._is_told = self._is_told or self.pending > 0
        return self._is_told

    def start_all(self, trigger: events.Trigger) -> None:
        """Build every step and start every process: the first build of all."""
        self.wanted.ask(trigger, set(self._project.steps), set(self._project.processes))

    def postpone_no_longer(self, trigger: events.Trigger) -> None:
        """Something has happened that the first build may have waited for."""
        if self.is_postponed:
            self.is_postponed = False
            self.start_all(trigger)

    def to_be_known(self) -> str:
        """What a person should know while nothing happens."""
        errors, down = self._builder.count("error"), self._supervisor.down
        found = [count(errors, "error")] if errors else []
        found += [f"{listed(down)} failed"] if down else []
        if self.pending:
            found.append(f"{count(self.pending, 'file')} changed, waiting to be told")
        elif self.is_postponed:
            found.append("waiting for the first change")
        return ", ".join(found)

    # --- what comes in -----------------------------------------------------------------------------------------

    def note(self, changes: Sequence[Change], now_ms: int) -> None:
        """Take changes in, but not those of what a step makes."""
        edits = [change for change in changes if not self.plan.is_output(change.path)]
        for change in changes:
            self.listings.note(change, self.plan.is_output(change.path))
        self._builder.last_good.note(edits, self.plan.touches)
        self._take_in(changes, edits, now_ms)

    def _take_in(self, changes: Sequence[Change], edits: Sequence[Change], now_ms: int) -> None:
        """Let `edits`, which are those of `changes` that no step makes, wait for a build."""
        self.intake.note(edits, self._builder.build is not None, now_ms)
        outputs = [change.path for change in changes[:MOST_PATHS] if self.plan.is_output(change.path)]
        self.decisions.note(outputs, "an output: nothing", now_ms)
        held = [change.path for change in edits if self.intake.loops.is_held(change.path)]
        self.decisions.note(held, "held off: built when it has been quiet", now_ms)
        if not self._project.watch.auto:
            waiting = [change.path for change in edits[:MOST_PATHS] if self.touch_anything([change.path])]
            self.decisions.note(waiting, "waits until hotrun is told to build", now_ms)

    def touched(self, paths: Sequence[str], now_ms: int, out: list[Effect]) -> None:
        """Same bytes as before: nothing, and said so.

        But a step that runs may have read the file while it was half or otherwise for a moment: it is built again.
        That a step rewrites it each time with the same bytes is a loop as any other. What it passed with before is
        still known: a look in the middle of a write may find the old times and the new bytes, and the next one a touch.
        """
        edits = [path for path in paths if not self.plan.is_output(path)]
        self._builder.last_good.doubt(edits, self.plan.touches)
        if self._builder.build is not None:
            self._take_in(_modified(paths), _modified(edits), now_ms)
            return
        names = [path for path in edits if self.touch_anything([path])]
        if names:
            out.append(events.Message("info", f"{listed(names)}: saved without a change"))
            self.decisions.note(names[:MOST_PATHS], "saved without a change", now_ms)

    def listed(self, answer: InputsListed, now_ms: int, out: list[Effect]) -> None:
        """It is known what a step is made of: changes that were in doubt may count after all."""
        taken = self.listings.take(answer)
        if taken.is_other:  # what changed of a file that was not listed then is not known
            self._builder.last_good.drop({answer.step})
        self._builder.last_good.note(taken.counting, self.plan.touches)
        due = [change for change in taken.counting if not self.intake.loops.is_held(change.path)]
        self.intake.burst.add(due, now_ms, may_forget=False)
        for path in taken.dropped[:MOST_PATHS]:
            if not self.touch_anything([path]):
                self.decisions.note([path], self._nothing_text(path), now_ms)
        news = self.listings.news(answer.step)
        if news is not None:
            out.append(events.Message("warning", news))

    def touch_anything(self, paths: Sequence[str]) -> bool:
        """Whether these paths, when they change, mean anything to a step or process."""
        plan = self.plan
        return bool(plan.steps_touched(paths) or self._processes_touched(paths) or plan.processes_reloaded(paths))

    def _processes_touched(self, paths: Sequence[str]) -> set[str]:
        """Those that these changed paths restart without a build: also by being named in a crash."""
        return self.plan.processes_touched(paths) | self._supervisor.named_in_crash(paths)

    # --- what goes out -----------------------------------------------------------------------------------------

    def begin_build(self, number: int, now_ms: int, out: list[Effect]) -> bool:
        """Begin build `number` for what has settled and what is wanted besides; False where there is none to begin."""
        self.intake.collect(now_ms)
        changes = self._take_settled(now_ms, out)
        self._is_told = self._is_told and bool(self.intake.paths())
        if self.wanted.trigger is None:
            return False
        wanted, self.wanted = self.wanted, BuildRequest()
        restored = self._restorable(wanted)
        if self._is_nothing_new(wanted, restored):
            self._say_restored(changes, restored, number - 1, True, now_ms, out)
            return False
        self._start(number, wanted, changes, restored, now_ms, out)
        return True

    def _take_settled(self, now_ms: int, out: list[Effect]) -> tuple[Change, ...]:
        """The changes that the next build is for, if it may begin; what they touch is wanted then."""
        changes, looping = self.intake.take(self.touch_anything, now_ms)
        out.extend(events.Message("warning", loop_text(path, self._project.config)) for path in looping)
        self.decisions.note(looping, "held off: it changes each time something is built or started", now_ms)
        if looping:  # what it has canceled is still to be done, and deserves a result
            self.wanted.ask("fs", set(), set())
        self._want([change.path for change in changes])
        if self.wanted.trigger is None:
            for change in changes[:MOST_PATHS]:
                self.decisions.note([change.path], self._nothing_text(change.path), now_ms)
        return changes

    def _nothing_text(self, path: str) -> str:
        doubting = self.listings.doubting(path)
        if doubting:
            return f"waits for the list of what {listed(doubting)} {'is' if len(doubting) == 1 else 'are'} made of"
        return "no step and no process has a pattern for it"

    def _want(self, paths: list[str]) -> None:
        if paths:
            self._supervisor.forgive()
        steps, processes = self.plan.steps_edited(paths), self._processes_touched(paths)
        reloads = frozenset(self.plan.processes_reloaded(paths) - processes)
        if steps or processes or reloads:
            trigger: events.Trigger = "fs" if self._project.watch.auto else "request"
            self.postpone_no_longer(trigger)
            self.wanted.ask(trigger, steps, processes, reloads)

    def _restorable(self, wanted: BuildRequest) -> dict[str, Baseline]:
        """The steps that are due and whose inputs are those with which they passed."""
        if not self._project.watch.skip_unchanged:
            return {}
        return self._builder.last_good.restorable(self._due(wanted), self.plan.needed_steps)

    def _due(self, wanted: BuildRequest) -> set[str]:
        """The steps that have to run, and all that need one of them."""
        return self.plan.with_dependents((wanted.steps & self._builder.steps.keys()) | self._builder.unfinished())

    def _is_nothing_new(self, wanted: BuildRequest, restored: Mapping[str, Baseline]) -> bool:
        """Changed and put back before anything was built: no build result has been in question."""
        todo = self._due(wanted) - restored.keys()
        others = wanted.processes or wanted.reloads
        return bool(restored) and not todo and not others and self._builder.passed(restored)

    def _start(
        self,
        number: int,
        wanted: BuildRequest,
        changes: tuple[Change, ...],
        restored: Mapping[str, Baseline],
        now_ms: int,
        out: list[Effect],
    ) -> None:
        builder, supervisor = self._builder, self._supervisor
        steps = (wanted.steps & builder.steps.keys()) - restored.keys()
        todo = self.plan.with_dependents(steps | (builder.unfinished() - restored.keys())) - restored.keys()
        unverified = todo - steps - builder.unfinished()
        known = supervisor.states.keys()
        supervisor.touch(self.plan.processes_behind(todo) & known, by_steps=True)
        supervisor.touch(wanted.processes & known)
        supervisor.reload(wanted.reloads & known)
        builder.restore(number, restored)
        fresh = supervisor.calm(number) if restored else []
        assert wanted.trigger is not None
        builder.start(number, wanted.trigger, changes, steps, unverified, supervisor.waiting, restored, now_ms, out)
        if restored:
            self._say_restored(changes, restored, number, not todo, now_ms, out)
        out.extend(fresh)
        for change in changes[:MOST_PATHS]:
            effect = self.plan.effect_of(change.path, without=restored)
            if effect is not None:
                self.decisions.note([change.path], f"{change.kind}: {effect}", now_ms, number)

    def _say_restored(
        self,
        changes: Sequence[Change],
        restored: Mapping[str, Baseline],
        build: int,
        is_all: bool,
        now_ms: int,
        out: list[Effect],
    ) -> None:
        names = [c.path for c in changes if any(self.plan.touches(name, c.path) for name in restored)]
        text = restored_text(restored, is_all)
        out.append(events.Message("info", f"{listed(names or sorted(restored))}: {text}"))
        self.decisions.note(names[:MOST_PATHS], text, now_ms, build)


def _modified(paths: Sequence[str]) -> list[Change]:
    return [Change(path, "modified") for path in paths]
