"""Whether a source that was changed says anything else about what belongs to its package than when it was listed."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from itertools import islice

from hotrun.go.read.listing import head

MOST_BYTES = 1 << 20
MOST_CHANGED = 200  # that are looked at before a listing, which should not wait: a checkout changes more
MOST_SOURCES = 5000  # that no list names; reading one takes 50 us
_CLOCK_NS = 50_000_000  # file times may lag that far behind (10 ms before Linux 6.13), and more on other file systems

_SOURCES = (".go", ".c", ".cc", ".cpp", ".cxx", ".m", ".h", ".hh", ".hpp", ".hxx", ".s", ".S")
_SKIPPED = ("vendor", "testdata", "node_modules")

_Signature = tuple[int, int, int, int]


class SourceHeaders:
    """The heads of the sources of one step, as they were listed."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._known: dict[str, tuple[_Signature, str]] = {}
        self._before: dict[str, tuple[_Signature, str]] = {}
        self._begun_ns = 0

    def are_same(self, paths: Iterable[str]) -> bool:
        """Whether all these are sources with the heads that they were listed with. Reads them."""
        for path in paths:
            now, known = self._read(path), self._known.get(path)
            if now is None or known is None or known[1] != now[1]:
                return False
            self._known[path] = now
        return True

    def begin(self, changed: Iterable[str]) -> None:
        """A listing is about to begin: look at what has changed, to see afterwards whether that is what it has read."""
        self._begun_ns = time.time_ns()
        found = ((path, self._read(path)) for path in islice(changed, MOST_CHANGED))
        self._before = {path: now for path, now in found if now is not None}

    def learn(self, paths: Iterable[str]) -> None:
        """The listing has ended, and these are sources that it may have read.

        What was changed meanwhile, or too shortly before it to tell, may have been read otherwise, and is forgotten.
        """
        for path in {*paths, *self._known, *self._before}:
            signature = self._signature(path)
            known, before = self._known.pop(path, None), self._before.get(path)
            if signature is None:
                continue
            if before is not None and before[0] == signature:
                self._known[path] = before
            elif signature[3] <= self._begun_ns - _CLOCK_NS:
                now = known if known is not None and known[0] == signature else self._read(path)
                if now is not None and now[0] == signature:
                    self._known[path] = now

    def _read(self, path: str) -> tuple[_Signature, str] | None:
        signature = self._signature(path)
        if signature is None or signature[1] > MOST_BYTES:
            return None
        try:
            with open(os.path.join(self._root, path), encoding="utf-8", errors="surrogateescape") as file:
                return signature, head(file.read(), path.endswith(".go"))
        except OSError:
            return None

    def _signature(self, path: str) -> _Signature | None:
        if not path.endswith(_SOURCES):
            return None
        try:
            status = os.stat(os.path.join(self._root, path))
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino, status.st_ctime_ns


def sources_below(root: str) -> list[str]:
    """The Go sources in a folder, relative to it, without those that hardly belong to anybody's own packages."""
    found: list[str] = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in _SKIPPED and not name.startswith((".", "_"))]
        below = os.path.relpath(folder, root)
        found += [os.path.normpath(os.path.join(below, name)) for name in names if name.endswith(".go")]
        if len(found) > MOST_SOURCES:
            return found[:MOST_SOURCES]
    return found
