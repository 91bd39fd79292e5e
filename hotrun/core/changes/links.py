"""Explains why a changed path triggers a step or process: by which configuration key, and by which pattern in it."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from hotrun.core.changes.impact import Impacts
from hotrun.core.changes.patterns import Patterns
from hotrun.core.changes.step_inputs import InputListings
from hotrun.core.model.graph import Graph
from hotrun.core.model.project import Process, Project, Step


class Link(msgspec.Struct, frozen=True):
    """Why a path belongs to the step or process `part`: by this `key`, and by this element of it.

    With the key "exports", `part` is an export, and the path is its file. `number` counts from 0. None: the key is
    missing, so every watched file belongs to the part. `by`: what uses a listed file. None with the key `inputs`: the
    listing is incomplete, so the file counts.
    """

    part: str
    key: Literal["paths", "inputs", "outputs", "env_files", "reload.paths", "exports"]
    number: int | None = None
    pattern: str | None = None
    by: str | None = None


class Consequence(msgspec.Struct, frozen=True):
    """A step or process that changes trigger. `link` is the most frequent reason among its `files` changed paths.

    `after`: the changed steps that it needs. Without a link, they are the only reason.
    """

    part: str
    link: Link | None
    files: int
    after: tuple[str, ...]


class Links:
    """Finds links for one project. It is slower than Impacts, but gives the reason."""

    def __init__(self, project: Project, listings: InputListings | None = None) -> None:
        """`listings`: the `inputs` of steps. Without it, none of them are known."""
        self.project = project
        self._listings = InputListings(project) if listings is None else listings
        self._impacts = Impacts(project, self._listings)
        self._graph = Graph(project)
        self._exported = {posixpath.relpath(file, project.root): one for one in project.exports for file in one.files}
        self._parts = project.parts

    def link_to(self, name: str, path: str) -> Link | None:
        """Why a change of `path` triggers this step or process directly. None if it does not."""
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
        if listing is None or not listing.is_trigger(path):
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
        """The steps and processes that these changed paths trigger, in the order of the project."""
        edited = [path for path in paths if not self._impacts.is_output(path)]
        impacts = [self._impacts.of(path) for path in edited]
        steps = self._graph.with_dependents(step for impact in impacts for step in impact.steps)
        found = []
        for name in self._parts:
            links = [link for link in (self.link_to(name, path) for path in edited) if link is not None]
            after = tuple(step for step in self.project.steps if step in self._graph.needed_steps[name] & steps)
            if after:  # a restart replaces a reload
                links = [link for link in links if link.key != "reload.paths"]
            if links or after:
                found.append(Consequence(name, _most_frequent(links), len(links), after))
        return tuple(found)

    def output_of(self, path: str) -> Link | None:
        """The step (and its pattern) or the export that writes this path. None if it is not an output."""
        if path in self._exported:
            return Link(self._exported[path].name, "exports", 0, path)
        places = [(name, number) for name, step in self.project.steps.items() for number in range(len(step.outputs))]
        lines = tuple(self.project.steps[name].outputs[number] for name, number in places)
        found = _deciding(lines, path)
        return None if found is None else Link(places[found][0], "outputs", places[found][1], lines[found])


def unmatched_patterns(project: Project, paths: Iterable[str]) -> tuple[Link, ...]:
    """The patterns in `paths` and `reload.paths` of steps and processes that match none of these watched paths.

    Leaves out "!x", and patterns for outputs, which may not exist yet.
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
    """All patterns of all parts, each with its link."""
    for name, part in project.parts.items():
        for number, pattern in enumerate(part.paths or ()):
            yield Link(name, "paths", number, pattern), pattern
        reload = part.reload if isinstance(part, Process) else None
        for number, pattern in enumerate(() if reload is None else reload.paths):
            yield Link(name, "reload.paths", number, pattern), pattern


def _example(pattern: str) -> str:
    """A path that the pattern matches: "gen/x.go" for "gen/**/*.go"."""
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
    """The number of the pattern that decides that they match `path`. None if they do not."""
    return Patterns(lines).reason(path)
