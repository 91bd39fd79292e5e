"""The dependency graph of steps and processes, from their `needs`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hotrun.core.model.project import Project


class Graph:
    """The dependency graph of a project. It has no cycle, because a configuration with one is refused."""

    def __init__(self, project: Project) -> None:
        parts = project.parts
        self.needs: Mapping[str, tuple[str, ...]] = {name: step.needs for name, step in project.steps.items()}
        closures = {name: _closure(name, {part: parts[part].waits_for for part in parts}) for name in parts}
        # The steps that each step or process needs, directly or through others.
        self.needed_steps: Mapping[str, frozenset[str]] = {
            name: frozenset(found & project.steps.keys()) for name, found in closures.items()
        }
        self._dependents = {
            step: {step, *(name for name in project.steps if step in self.needed_steps[name])} for step in project.steps
        }
        self._processes = {
            step: {name for name in project.processes if step in self.needed_steps[name]} for step in project.steps
        }

    def with_dependents(self, steps: Iterable[str]) -> set[str]:
        """These steps and every step that needs one of them."""
        return set[str]().union(*map(self._dependents.__getitem__, steps))

    def dependent_processes(self, steps: Iterable[str]) -> set[str]:
        """The processes that need one of these steps."""
        return set[str]().union(*map(self._processes.__getitem__, steps))


def _closure(name: str, needs: Mapping[str, Iterable[str]]) -> set[str]:
    found: set[str] = set()
    todo = [name]
    while todo:
        new = set(needs[todo.pop()]) - found
        found |= new
        todo.extend(new)
    return found
