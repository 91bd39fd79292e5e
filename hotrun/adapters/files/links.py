"""Which watched names lead to the same real folder: the kernel tells of a folder under one of its names only, and a
way down that comes by a folder for the second time has no end."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from hotrun.adapters.files.signature import Identity

MOST_LINKED = 10_000  # folders behind links: each link to "/", or folders full of links to each other, are far more


class LinkNames:
    """The names of the folders that are walked, by what they are."""

    def __init__(self) -> None:
        self._identities: dict[str, Identity] = {}
        self._names: dict[Identity, dict[str, bool]] = {}  # each with: lies behind a link
        self._linked = 0

    @property
    def is_full(self) -> bool:
        """Whether no more folders behind links are taken."""
        return self._linked >= MOST_LINKED

    def add(self, path: str, identity: Identity, *, linked: bool) -> list[str]:
        """Note that `path` is this folder; `linked`: it lies behind a link. Returns what needs a watch now.

        That is the path, if it was none or another folder, and then what else that one is called.
        """
        is_known = self._identities.get(path) == identity
        other = None if is_known else self.drop(path)
        self._identities[path] = identity
        names = self._names.setdefault(identity, {})
        self._linked += linked - names.get(path, False)
        names[path] = linked
        return [] if is_known else [path] if other is None else [path, other]

    def drop(self, path: str) -> str | None:
        """Forget a name; returns another one of the same folder, which the kernel may have to be told of now."""
        identity = self._identities.pop(path, None)
        if identity is None:
            return None
        names = self._names[identity]
        self._linked -= names.pop(path)
        if not names:
            del self._names[identity]
        return _first(names) if names else None

    def loops(self, path: str, identity: Identity) -> bool:
        """Whether the folder at `path`, which is this one, is one of those above it, too."""
        above = os.path.dirname(path)
        while above != path and above in self._identities:
            if self._identities[above] == identity:
                return True
            path, above = above, os.path.dirname(above)
        return False

    def __contains__(self, identity: Identity) -> bool:
        return identity in self._names

    def one_each(self) -> list[str]:
        """One name for each folder, the real one where that is known."""
        return [_first(names) for names in self._names.values()]

    def of(self, identity: Identity) -> list[str]:
        """All names of a folder, the real one first."""
        names = self._names.get(identity, {})
        return sorted(names, key=lambda name: names[name])

    def with_others(self, paths: Iterable[str]) -> Iterator[str]:
        """The paths, and those that are the same files and folders by the other names of their folders."""
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
