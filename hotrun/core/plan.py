"""What a set of changed paths means for the steps and processes of a project. Knows the graph, remembers nothing."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from hotrun.core.filter import Patterns
from hotrun.core.spec import Process, Project, Step


class _Inputs:
    """The paths that touch one step or process: its patterns, all when there are none, and its env files."""

    def __init__(self, root: str, part: Step | Process) -> None:
        self._patterns = None if part.paths is None else Patterns(part.paths)
        self._env_files = {posixpath.relpath(path, root) for path in part.program.env_files}

    def touched_by(self, path: str) -> bool:
        return path in self._env_files or self._patterns is None or self._patterns.matches(path)


class Plan:
    """The graph of one project."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._outputs = Patterns(pattern for step in project.steps.values() for pattern in step.outputs)
        self._parts = project.parts
        self._inputs = {name: _Inputs(project.root, part) for name, part in self._parts.items()}
        self.needed_steps = {name: frozenset(self._closure(name) & project.steps.keys()) for name in self._parts}

    def _closure(self, name: str) -> set[str]:
        found: set[str] = set()
        todo = [name]
        while todo:
            part = self._parts[todo.pop()]
            todo.extend(need for need in part.needs if need not in found)
            found.update(part.needs)
        return found

    def is_output(self, path: str) -> bool:
        """Whether a step makes this path, so that its change is nobody's edit."""
        return self._outputs.matches(path)

    def steps_touched(self, paths: Iterable[str]) -> set[str]:
        """The steps that these changed paths make dirty, and all that depend on them."""
        touched = {name for name in self.project.steps if self._touched(name, paths)}
        return self.with_dependents(touched)

    def processes_touched(self, paths: Iterable[str]) -> set[str]:
        """The processes that these changed paths restart by themselves, without a build."""
        return {name for name in self.project.processes if self._touched(name, paths)}

    def with_dependents(self, steps: Iterable[str]) -> set[str]:
        """These steps and every step that needs one of them."""
        steps = set(steps)
        return steps | {name for name in self.project.steps if self.needed_steps[name] & steps}

    def processes_behind(self, steps: Iterable[str]) -> set[str]:
        """The processes that need one of these steps."""
        steps = set(steps)
        return {name for name in self.project.processes if self.needed_steps[name] & steps}

    def _touched(self, name: str, paths: Iterable[str]) -> bool:
        return any(self._inputs[name].touched_by(path) for path in paths)
