"""Detects whether an edit of a source changes the file list of its package: by its header, the part before the code."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from itertools import islice

from hotrun.go.read.listing import head

MAX_BYTES = 1 << 20
MAX_CHANGED = 200  # that are compared before a listing, which should not wait: a checkout changes more
MAX_SOURCES = 5000  # that no package uses; reading one takes 50 us
_CLOCK_NS = 50_000_000  # file times may lag that far behind (10 ms before Linux 6.13), and more on other file systems

_SOURCES = (".go", ".c", ".cc", ".cpp", ".cxx", ".m", ".h", ".hh", ".hpp", ".hxx", ".s", ".S")
_SKIPPED = ("vendor", "testdata", "node_modules")

_Signature = tuple[int, int, int, int]


class SourceHeaders:
    """The headers of the sources of one step at the latest listing."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._known: dict[str, tuple[_Signature, str]] = {}
        self._before: dict[str, tuple[_Signature, str]] = {}
        self._begun_ns = 0

    def are_same(self, paths: Iterable[str]) -> bool:
        """Return whether all these are sources whose headers are as listed. Reads them."""
        for path in paths:
            now, known = self._read(path), self._known.get(path)
            if now is None or known is None or known[1] != now[1]:
                return False
            self._known[path] = now
        return True

    def begin(self, changed: Iterable[str]) -> None:
        """Read the changed sources before a listing, to know afterwards whether the tool has read the same."""
        self._begun_ns = time.time_ns()
        found = ((path, self._read(path)) for path in islice(changed, MAX_CHANGED))
        self._before = {path: now for path, now in found if now is not None}

    def learn(self, paths: Iterable[str]) -> None:
        """Remember the headers of these sources, which the listing that has ended may have read.

        Sources that changed during the listing or just before it are forgotten: the tool may have read another version.
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
        if signature is None or signature[1] > MAX_BYTES:
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
    """Return the Go sources below `root`, relative to it, except in folders of tools and dependencies."""
    found: list[str] = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in _SKIPPED and not name.startswith((".", "_"))]
        below = os.path.relpath(folder, root)
        found += [os.path.normpath(os.path.join(below, name)) for name in names if name.endswith(".go")]
        if len(found) > MAX_SOURCES:
            return found[:MAX_SOURCES]
    return found
