"""The impact of a changed path on steps and processes. It is computed once, and stored with the change."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection
from typing import NamedTuple

from hotrun.core.changes.patterns import Patterns
from hotrun.core.changes.step_inputs import InputListings
from hotrun.core.model.events import ChangeKind
from hotrun.core.model.graph import Graph
from hotrun.core.model.project import Process, Project, Step
from hotrun.core.model.text import listed

_NONE: frozenset[str] = frozenset()


class Impact(NamedTuple):
    """The impact of one changed path. `is_output`: a step or hotrun itself writes it, so the change triggers nothing.

    `steps`: the steps that have it as an input. `processes`: those that it restarts without a build. `reloads`: those
    that get their reload signal.
    """

    is_output: bool = False
    steps: frozenset[str] = _NONE
    processes: frozenset[str] = _NONE
    reloads: frozenset[str] = _NONE

    @property
    def is_any(self) -> bool:
        """Whether the change triggers any step or process."""
        return bool(self.steps or self.processes or self.reloads)


OUTPUT = Impact(is_output=True)


class PendingChange(NamedTuple):
    """A changed path that is not built yet. `path` as in Change."""

    path: str
    kind: ChangeKind
    impact: Impact


class Impacts:
    """Computes the impact of paths for one project."""

    def __init__(
        self,
        project: Project,
        listings: InputListings,
        named_in_crash: Callable[[str], frozenset[str]] = lambda path: _NONE,
    ) -> None:
        """`listings`: the `inputs` of steps. `named_in_crash` returns the failed processes whose trace names a path."""
        self._outputs = Patterns(pattern for step in project.steps.values() for pattern in step.outputs)
        self._exported = {posixpath.relpath(file, project.root) for one in project.exports for file in one.files}
        self._steps = [(name, _Inputs(project.root, step, listings)) for name, step in project.steps.items()]
        self._processes = [(name, _Inputs(project.root, one, listings)) for name, one in project.processes.items()]
        self._named_in_crash = named_in_crash

    def is_output(self, path: str) -> bool:
        """Whether a step or hotrun itself writes this path."""
        return path in self._exported or self._outputs.matches(path)

    def of(self, path: str) -> Impact:
        """The impact of a change of this path, which must not be an output."""
        steps, processes, reloads = set[str](), set(self._named_in_crash(path)), set[str]()
        for name, inputs in self._steps:
            if inputs.triggered_by(path):
                steps.add(name)
        for name, inputs in self._processes:
            if inputs.triggered_by(path):
                processes.add(name)
            elif inputs.reloaded_by(path):
                reloads.add(name)
        return Impact(False, frozenset(steps), frozenset(processes), frozenset(reloads - processes))


class _Inputs:
    """The paths that trigger one step or process: its listed inputs, its patterns and its env files.

    Without listed inputs and patterns, every path triggers it. Paths that it reloads on a signal do not.
    """

    def __init__(self, root: str, part: Step | Process, listings: InputListings) -> None:
        self._name = part.name
        self._listings = listings if isinstance(part, Step) and part.inputs else None
        self._patterns = None if part.paths is None and self._listings is None else Patterns(part.paths or ())
        self._env_files = {posixpath.relpath(path, root) for path in part.program.env_files}
        reload = part.reload if isinstance(part, Process) else None
        self._reload = None if reload is None else Patterns(reload.paths)

    def triggered_by(self, path: str) -> bool:
        if path in self._env_files:
            return True
        if self._listings is not None and self._listings.is_trigger(self._name, path):
            return True
        if self._reload is not None and self._reload.matches(path):
            return False
        return self._patterns is None or self._patterns.matches(path)

    def reloaded_by(self, path: str) -> bool:
        return self._reload is not None and self._reload.matches(path)


def effect_text(impact: Impact, project: Project, graph: Graph, cached: Collection[str] = ()) -> str | None:
    """What a change with this impact starts, in words. None if all of its steps are `cached`."""
    touched = graph.with_dependents(impact.steps)
    steps = touched.difference(cached)
    if touched and not (steps or impact.processes or impact.reloads):
        return None
    restarted = impact.processes | graph.dependent_processes(steps)
    effects = [f"builds {listed(sorted(steps))}"] if steps else []
    effects += [f"restarts {listed(sorted(restarted))}"] if restarted else []
    effects += [f"signals {name} ({_reload_signal(project, name)})" for name in sorted(impact.reloads - restarted)]
    return ", ".join(effects) or "matches no step or process"


def _reload_signal(project: Project, name: str) -> str:
    reload = project.processes[name].reload
    assert reload is not None
    return reload.signal
