"""What a set of changed paths means for the steps and processes of a project. Knows the graph, remembers nothing."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import Literal

import msgspec

from hotrun.core.changes.patterns import Patterns
from hotrun.core.changes.step_inputs import InputListings
from hotrun.core.model.project import Export, Process, Project, Step
from hotrun.core.model.text import listed


class Link(msgspec.Struct, frozen=True):
    """Why a path belongs to the step or process `part`: by which `key` of it, and by which element of that key.

    With "exports", `part` is an export, and the path the file that it is. `number` counts from 0; None: the key is left
    out, so every watched file belongs to it. `by`: what brings in a file that was listed; None with the key `inputs`:
    not all is known, so it counts.
    """

    part: str
    key: Literal["paths", "inputs", "outputs", "env_files", "reload.paths", "exports"]
    number: int | None = None
    pattern: str | None = None
    by: str | None = None


class Consequence(msgspec.Struct, frozen=True):
    """What changes do to one step or process: `link` is why, for most of the `files` changed paths that concern it.

    Without a link, it follows the steps in `after` alone; a process with both waits for them.
    """

    part: str
    link: Link | None
    files: int
    after: tuple[str, ...]


class _Inputs:
    """The paths that touch one step or process: what is listed, its patterns, all without both, and its env files.

    But not those that it takes by itself on a signal.
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
        return not self.reloaded_by(path) and (self._patterns is None or self._patterns.matches(path))

    def reloaded_by(self, path: str) -> bool:
        return self._reload is not None and self._reload.matches(path)


class Plan:
    """The graph of one project; `listings` says what the `inputs` of its steps are, nothing is known without."""

    def __init__(self, project: Project, listings: InputListings | None = None) -> None:
        self.project = project
        self._listings = InputListings(project) if listings is None else listings
        self._outputs = Patterns(pattern for step in project.steps.values() for pattern in step.outputs)
        self._exported = {
            posixpath.relpath(path, project.root): export for export in project.exports for path in files_of(export)
        }
        self._parts = project.parts
        self._inputs = {name: _Inputs(project.root, part, self._listings) for name, part in self._parts.items()}
        self.needed_steps = {name: frozenset(self._closure(name) & project.steps.keys()) for name in self._parts}

    def _closure(self, name: str) -> set[str]:
        found: set[str] = set()
        todo = [name]
        while todo:
            part = self._parts[todo.pop()]
            todo.extend(need for need in part.waits_for if need not in found)
            found.update(part.waits_for)
        return found

    def is_output(self, path: str) -> bool:
        """Whether a step or hotrun itself makes this path, so that its change is nobody's edit."""
        return path in self._exported or self._outputs.matches(path)

    def touches(self, name: str, path: str) -> bool:
        """Whether a change of this path touches this step or process itself."""
        return self._inputs[name].touched_by(path)

    def steps_touched(self, paths: Iterable[str]) -> set[str]:
        """The steps that these changed paths make dirty, and all that depend on them."""
        return self.with_dependents(self.steps_edited(paths))

    def steps_edited(self, paths: Iterable[str]) -> set[str]:
        """The steps whose own inputs these changed paths are."""
        return {name for name in self.project.steps if self._touched(name, paths)}

    def processes_touched(self, paths: Iterable[str]) -> set[str]:
        """The processes that these changed paths restart by themselves, without a build."""
        return {name for name in self.project.processes if self._touched(name, paths)}

    def processes_reloaded(self, paths: Iterable[str]) -> set[str]:
        """The processes that take these changed paths by themselves, told by a signal."""
        return {name for name in self.project.processes if any(map(self._inputs[name].reloaded_by, paths))}

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

    # --- explanations: slower, and say why -----------------------------------------------------------------------

    def effect_of(self, path: str, without: Collection[str] = ()) -> str | None:
        """What a change of this path starts, in words; None where that is only what is `without` effect."""
        touched, processes = self.steps_touched([path]), self.processes_touched([path])
        steps = touched.difference(without)
        told = self.processes_reloaded([path]) - processes
        if touched and not steps and not processes and not told:
            return None
        behind = processes | self.processes_behind(steps)
        said = [f"builds {listed(sorted(steps))}"] if steps else []
        said += [f"restarts {listed(sorted(behind))}"] if behind else []
        said += [f"tells {name} by {self._reload_signal(name)}" for name in sorted(told - behind)]
        return ", ".join(said) or "no step and no process has a pattern for it"

    def _reload_signal(self, name: str) -> str:
        reload = self.project.processes[name].reload
        assert reload is not None
        return reload.signal

    def link_to(self, name: str, path: str) -> Link | None:
        """Why a change of `path` touches this step or process itself; None where it does not."""
        part = self._parts[name]
        for number, file in enumerate(part.program.env_files):
            if posixpath.relpath(file, self.project.root) == path:
                return Link(name, "env_files", number, path)
        if isinstance(part, Process) and part.reload is not None:
            own = _deciding(part.reload.paths, path)
            if own is not None:
                return Link(name, "reload.paths", own, part.reload.paths[own])
        if isinstance(part, Step) and part.inputs:
            return self._listed_link(part, path) or self._pattern_link(part, path)
        return Link(name, "paths") if part.paths is None else self._pattern_link(part, path)

    def _listed_link(self, step: Step, path: str) -> Link | None:
        listing = self._listings.of(step.name)
        if listing is None or not listing.touches(path):
            return None
        known = (listing.files or {}).get(path)
        if known is None:
            return Link(step.name, "inputs", 0, step.inputs[0])
        return Link(step.name, "inputs", known.number, step.inputs[known.number], known.by)

    def _pattern_link(self, part: Step | Process, path: str) -> Link | None:
        name, paths = part.name, part.paths or ()
        decisive = _deciding(paths, path)
        return None if decisive is None else Link(name, "paths", decisive, paths[decisive])

    def consequences(self, paths: Iterable[str]) -> tuple[Consequence, ...]:
        """What these changed paths do to each step and process that they concern, in the project's order."""
        edited = [path for path in paths if not self.is_output(path)]
        steps = self.steps_touched(edited)
        found = []
        for name in self._parts:
            links = [link for link in (self.link_to(name, path) for path in edited) if link is not None]
            after = tuple(step for step in self.project.steps if step in self.needed_steps[name] & steps)
            if after:  # a restart makes a reload needless
                links = [link for link in links if link.key != "reload.paths"]
            if links or after:
                found.append(Consequence(name, _most_frequent(links), len(links), after))
        return tuple(found)

    def output_of(self, path: str) -> Link | None:
        """What makes this path, a step by which pattern or an export; None where `is_output` says no."""
        if path in self._exported:
            return Link(self._exported[path].name, "exports", 0, path)
        places = [(name, number) for name, step in self.project.steps.items() for number in range(len(step.outputs))]
        lines = tuple(self.project.steps[name].outputs[number] for name, number in places)
        found = _deciding(lines, path)
        return None if found is None else Link(places[found][0], "outputs", places[found][1], lines[found])


def files_of(export: Export) -> tuple[str, str]:
    """The file that is exported, and the one beside it which becomes it when it is complete."""
    folder, name = posixpath.split(export.path)
    return export.path, posixpath.join(folder, f".{name}.hotrun-new")


def idle_patterns(project: Project, paths: Iterable[str]) -> tuple[Link, ...]:
    """The patterns in `paths` and `reload.paths` of steps and processes that match none of these watched paths.

    "!x" never counts, nor what names outputs: those may still have to be made.
    """
    known = tuple(paths)
    outputs = Patterns(pattern for step in project.steps.values() for pattern in step.outputs)
    return tuple(
        link
        for link, pattern in _patterns(project)
        if not pattern.startswith("!")
        and not any(map(Patterns((pattern,)).matches, known))
        and not outputs.matches(_example(pattern))
    )


def _patterns(project: Project) -> Iterator[tuple[Link, str]]:
    """All patterns of all parts, each with its place."""
    for name, part in project.parts.items():
        for number, pattern in enumerate(part.paths or ()):
            yield Link(name, "paths", number, pattern), pattern
        reload = part.reload if isinstance(part, Process) else None
        for number, pattern in enumerate(() if reload is None else reload.paths):
            yield Link(name, "reload.paths", number, pattern), pattern


def _example(pattern: str) -> str:
    """A path that the pattern names: "gen/**/*.go" names "gen/x.go"."""
    return pattern.strip("/").replace("**/", "").replace("*", "x").replace("?", "x")


def _most_frequent(links: list[Link]) -> Link | None:
    if not links:
        return None
    best = Counter(msgspec.structs.replace(link, by=None) for link in links).most_common(1)[0][0]
    by = Counter(link.by for link in links if link.by and link.key == best.key and link.number == best.number)
    if not by:
        return best
    first = by.most_common(1)[0][0]
    return msgspec.structs.replace(best, by=first if len(by) == 1 else f"{first} and {len(by) - 1} more")


def _deciding(lines: tuple[str, ...], path: str) -> int | None:
    """Which of the patterns is the reason that they name `path`; None where they do not."""
    return Patterns(lines).reason(path)
