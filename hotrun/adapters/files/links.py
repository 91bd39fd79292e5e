"""Tracks which watched paths lead to the same folder.

The kernel reports a folder under one of its names only, and a walk that enters the same folder again has no end.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from hotrun.adapters.files.signature import Identity

MAX_LINKED = 10_000  # folders behind links: links to "/", or folders full of links to each other, have far more


class LinkNames:
    """The paths of walked folders, by folder identity."""

    def __init__(self) -> None:
        self._identities: dict[str, Identity] = {}
        self._names: dict[Identity, dict[str, bool]] = {}  # each with: is behind a link
        self._linked = 0

    @property
    def is_full(self) -> bool:
        """Whether no more folders behind links are accepted."""
        return self._linked >= MAX_LINKED

    def add(self, path: str, identity: Identity, *, linked: bool) -> list[str]:
        """Remember that `path` is this folder; `linked`: it is behind a link. Returns the paths that need a watch now.

        That is the path, if it is new or was another folder, and then another name of that one.
        """
        is_known = self._identities.get(path) == identity
        other = None if is_known else self.drop(path)
        self._identities[path] = identity
        names = self._names.setdefault(identity, {})
        self._linked += linked - names.get(path, False)
        names[path] = linked
        return [] if is_known else [path] if other is None else [path, other]

    def drop(self, path: str) -> str | None:
        """Forget a path; returns another one of the same folder, which may need a watch now."""
        identity = self._identities.pop(path, None)
        if identity is None:
            return None
        names = self._names[identity]
        self._linked -= names.pop(path)
        if not names:
            del self._names[identity]
        return _first(names) if names else None

    def loops(self, path: str, identity: Identity) -> bool:
        """Return whether the folder at `path`, with this identity, is also one of its own ancestors."""
        above = os.path.dirname(path)
        while above != path and above in self._identities:
            if self._identities[above] == identity:
                return True
            path, above = above, os.path.dirname(above)
        return False

    def __contains__(self, identity: Identity) -> bool:
        return identity in self._names

    def one_each(self) -> list[str]:
        """Return one path for each folder, the real one if known."""
        return [_first(names) for names in self._names.values()]

    def of(self, identity: Identity) -> list[str]:
        """Return all paths of a folder, the real one first."""
        names = self._names.get(identity, {})
        return sorted(names, key=lambda name: names[name])

    def with_others(self, paths: Iterable[str]) -> Iterator[str]:
        """Yield the paths, each with the other paths of the same file or folder."""
        for path in paths:
            yield path
            yield from self._others(path)
            above, name = os.path.split(path)
            yield from (os.path.join(other, name) for other in self._others(above))

    def _others(self, path: str) -> list[str]:
        identity = self._identities.get(path)
        names = self._names[identity] if identity is not None else {}
        return [name for name in names if name != path] if len(names) > 1 else []


def _first(names: dict[str, bool]) -> str:
    return next((name for name, linked in names.items() if not linked), next(iter(names)))
