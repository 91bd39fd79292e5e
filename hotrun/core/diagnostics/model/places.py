"""Resolve printed paths. The caller looks at the disk. The result is always an existing file."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from hotrun.core.model.finding import Finding, Place

_MODULE = "go.mod"
_MAX_LOCATED = 10_000


def resolve(file: str, cwd: str, root: str, directories: Sequence[str] = ()) -> tuple[str, str]:
    """The absolute path of a printed `file`, and its path relative to `root` ("../" if it is outside).

    `cwd` and `root` are absolute. `directories`: those that the tool entered (`Finding.directories`), outermost first,
    each relative to the one before. `file` is relative to the last one. Links are not followed.
    """
    absolute = posixpath.normpath(posixpath.join(cwd, *directories, file))
    return absolute, posixpath.relpath(absolute, root)


class PlaceFinder:
    """Finds the files of the findings of one run."""

    def __init__(self, root: str, exists: Callable[[str], bool], watched: Callable[[], Iterable[str]]) -> None:
        """`root`: absolute. `exists`: whether a file with this absolute path exists. `watched`: returns the watched
        files, relative to the root, and is only called to search for a file.
        """
        self._root = root
        self._exists = exists
        self._watched = watched
        self._by_name: dict[str, list[str]] | None = None
        self._located: dict[object, str | None] = {}

    def find(self, finding: Finding, cwd: str) -> Finding:
        """The `finding` of a run in `cwd` with absolute paths of existing files. Other paths stay as printed.

        `is_lost` is set if the finding's own file was not found.
        """
        if finding.file is None:
            return finding
        found = self.locate(finding.file, cwd, finding)
        related = tuple(self._find_place(place, cwd, finding) for place in finding.related)
        return msgspec.structs.replace(
            finding, file=found or finding.file, is_lost=found is None, related=related, directories=()
        )

    def locate(self, file: str, cwd: str, finding: Finding) -> str | None:
        """The absolute path of a `file` in `finding`. None if there is no such file, or more than one.

        Searches in this order: the directories that the tool entered, its working folder, the packages that it worked
        on, the root, and then the only watched file with this end of the path.
        """
        known = (file, cwd, finding.directories, finding.near, finding.is_partial)
        if known not in self._located:
            if len(self._located) >= _MAX_LOCATED:
                self._located.clear()
            self._located[known] = self._locate(file, cwd, finding)
        return self._located[known]

    def _locate(self, file: str, cwd: str, finding: Finding) -> str | None:
        for candidate in self._candidates(file, cwd, finding):
            path = posixpath.normpath(candidate)
            if self._exists(path):
                return path
        found = self._search(file, finding.near)
        return posixpath.join(self._root, found) if found is not None else None

    def _find_place(self, place: Place, cwd: str, finding: Finding) -> Place:
        found = self.locate(place.file, cwd, finding)
        return place if found is None else msgspec.structs.replace(place, file=found)

    def _candidates(self, file: str, cwd: str, finding: Finding) -> Iterator[str]:
        if posixpath.isabs(file):
            yield file
            # Bundlers, and tools in containers, may use "/" for the root.
            yield posixpath.join(cwd, file.lstrip("/"))
            return
        if finding.is_partial:
            return  # a file of this name in the working folder may be another one
        if finding.directories:
            yield posixpath.join(cwd, *finding.directories, file)
        yield posixpath.join(cwd, file)
        for near in finding.near:
            if posixpath.isabs(near):
                yield posixpath.join(workspace(near, file), file)
                yield posixpath.join(near, file)
        yield posixpath.join(self._root, file)

    def _search(self, file: str, near: Sequence[str]) -> str | None:
        """The watched file whose path ends with `file`: the only one, or the nearest to `near`."""
        tail = "/".join(part for part in posixpath.normpath(file).split("/") if part not in ("", "..", "."))
        if self._by_name is None:
            self._by_name = {}
            for path in self._watched():
                self._by_name.setdefault(posixpath.basename(path), []).append(path)
        named = self._by_name.get(posixpath.basename(tail), ())
        matching = [path for path in named if path == tail or path.endswith("/" + tail)]
        if len(matching) <= 1:
            return matching[0] if matching else None
        for package in near:
            if (best := self._nearest(matching, tail, package)) is not None:
                return best
        return None

    def _nearest(self, paths: Sequence[str], tail: str, package: str) -> str | None:
        """The path, out of `paths`, whose folder has the longest common end with `package`, if there is exactly one."""
        wanted = package.strip("/").split("/")
        scores = [_common_end(self._folder_of(path, tail).split("/"), wanted) for path in paths]
        best = max(scores)
        nearest = [path for path, score in zip(paths, scores, strict=True) if score == best]
        if best == 0:
            # The package may be a whole module, whose folder may have any name.
            modules = [posixpath.dirname(module) for module in (self._by_name or {}).get(_MODULE, ())]
            nearest = [path for path in paths if posixpath.dirname(path) in modules]
        return nearest[0] if len(nearest) == 1 else None

    def _folder_of(self, path: str, tail: str) -> str:
        return posixpath.join(self._root, path).removesuffix(tail).rstrip("/")


def workspace(package: str, file: str) -> str:
    """The folder of the workspace of the folder `package`, derived from the printed name of a `file` in it.

    Paths are printed relative to the workspace: "crates/a/src/lib.rs" is in the package /w/crates/a of /w.
    """
    folders, parts = package.rstrip("/").split("/"), file.split("/")
    for depth in range(min(len(folders), len(parts)) - 1, 0, -1):
        if folders[-depth:] == parts[:depth]:
            return "/".join(folders[:-depth]) or "/"
    return package


def _common_end(one: Sequence[str], other: Sequence[str]) -> int:
    common = 0
    for mine, theirs in zip(reversed(one), reversed(other), strict=False):
        if mine != theirs:
            break
        common += 1
    return common
