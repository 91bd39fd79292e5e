"""What a changed path means for the steps and processes of a project. Worked out once, and carried with the change."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection
from typing import NamedTuple

from hotrun.core.changes.patterns import Patterns
from hotrun.core.changes.step_inputs import InputListings
from hotrun.core.model.graph import Graph
from hotrun.core.model.inputs import ChangeKind
from hotrun.core.model.project import Process, Project, Step
from hotrun.core.model.text import listed

_NONE: frozenset[str] = frozenset()


class Impact(NamedTuple):
    """What one changed path means: an output that a step or hotrun writes, or an edit.

    `steps`: those whose own input it is. `processes`: those that it restarts without a build. `reloads`: those that get
    their reload signal for it.
    """

    is_output: bool = False
    steps: frozenset[str] = _NONE
    processes: frozenset[str] = _NONE
    reloads: frozenset[str] = _NONE

    @property
    def is_any(self) -> bool:
        """Whether a step or process is concerned at all."""
        return bool(self.steps or self.processes or self.reloads)


OUTPUT = Impact(is_output=True)


class PendingChange(NamedTuple):
    """A changed path on its way to a build; `path` as in Change."""

    path: str
    kind: ChangeKind
    impact: Impact


class Impacts:
    """Works out the impact of paths, for one project."""

    def __init__(
        self,
        project: Project,
        listings: InputListings,
        named_in_crash: Callable[[str], frozenset[str]] = lambda path: _NONE,
    ) -> None:
        """`listings` knows the `inputs` of steps. `named_in_crash` gives the failed processes that name a path."""
        self._outputs = Patterns(pattern for step in project.steps.values() for pattern in step.outputs)
        self._exported = {posixpath.relpath(file, project.root) for one in project.exports for file in one.files}
        self._steps = [(name, _Inputs(project.root, step, listings)) for name, step in project.steps.items()]
        self._processes = [(name, _Inputs(project.root, one, listings)) for name, one in project.processes.items()]
        self._named_in_crash = named_in_crash

    def is_output(self, path: str) -> bool:
        """Whether a step or hotrun itself writes this path, so that its change is no edit."""
        return path in self._exported or self._outputs.matches(path)

    def of(self, path: str) -> Impact:
        """The impact of an edit of this path; `is_output` must have said no."""
        steps, processes, reloads = set[str](), set(self._named_in_crash(path)), set[str]()
        for name, inputs in self._steps:
            if inputs.touched_by(path):
                steps.add(name)
        for name, inputs in self._processes:
            if inputs.touched_by(path):
                processes.add(name)
            elif inputs.reloaded_by(path):
                reloads.add(name)
        return Impact(False, frozenset(steps), frozenset(processes), frozenset(reloads - processes))


class _Inputs:
    """The paths that touch one step or process: its listed inputs, its patterns, all without both, and its env files.

    Without those that it handles itself on a signal.
    """

    def __init__(self, root: str, part: Step | Process, listings: InputListings) -> None:
        self._name = part.name
        self._listings = listings if isinstance(part, Step) and part.inputs else None
        self._patterns = None if part.paths is None and self._listings is None else Patterns(part.paths or ())
        self._env_files = {posixpath.relpath(path, root) for path in part.program.env_files}
        reload = part.reload if isinstance(part, Process) else None
        self._reload = None if reload is None else Patterns(reload.paths)

    def touched_by(self, path: str) -> bool:
        if path in self._env_files:
            return True
        if self._listings is not None and self._listings.touches(self._name, path):
            return True
        if self._reload is not None and self._reload.matches(path):
            return False
        return self._patterns is None or self._patterns.matches(path)

    def reloaded_by(self, path: str) -> bool:
        return self._reload is not None and self._reload.matches(path)


def effect_text(impact: Impact, project: Project, graph: Graph, cached: Collection[str] = ()) -> str | None:
    """What a change with this impact starts, in words; None where that is only what is `cached`."""
    touched = graph.with_dependents(impact.steps)
    steps = touched.difference(cached)
    if touched and not (steps or impact.processes or impact.reloads):
        return None
    restarted = impact.processes | graph.processes_behind(steps)
    said = [f"builds {listed(sorted(steps))}"] if steps else []
    said += [f"restarts {listed(sorted(restarted))}"] if restarted else []
    said += [f"signals {name} ({_reload_signal(project, name)})" for name in sorted(impact.reloads - restarted)]
    return ", ".join(said) or "matches no step or process"


def _reload_signal(project: Project, name: str) -> str:
    reload = project.processes[name].reload
    assert reload is not None
    return reload.signal
