"""Lines of source files as a run has seen them, or none: a wrong line misleads more than a missing one.

A run has seen what is in a file now, if that is what it was known to hold before the run began, and no change has been
told since; or, of a file of which nothing is known, if its ctime says that nobody has touched it since.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from hotrun.adapters.files.contents import MAX_BYTES, digest, digest_of
from hotrun.adapters.files.signature import Signature, signature_of
from hotrun.core.model.events import SourceExcerpt
from hotrun.core.model.inputs import Change

AROUND = 2  # lines on each side
MOST_CHARACTERS = 240  # of a line; what is longer was made by a program
MOST_PLACES = 50  # in which one run looks for the sake of errors, and as many for all else
MOST_READ = 20  # files that are read when their change is told, so that their bytes are known
MOST_KNOWN = 10_000  # changed files that are remembered


class _KnownSource(NamedTuple):
    """What is known of a changed file: with which report of changes it was told, and the digest of its bytes then."""

    report: int
    digest: bytes | None


class ReadSources:
    """What is known of the files that change while hotrun runs."""

    def __init__(self, root: str) -> None:
        """`root` is what changes are relative to."""
        self._root = root
        self._known: dict[str, _KnownSource] = {}
        self.reports = 0

    def note(self, changes: Sequence[Change]) -> None:
        """These changes are about to be told; what is built because of them begins after this."""
        self.reports += 1
        for at, change in enumerate(changes):
            path = posixpath.normpath(posixpath.join(self._root, change.path))
            found = change.digest
            if found is None and change.kind != "deleted" and at < MOST_READ:
                found = digest(path, 0)
            self._known.pop(path, None)  # the latest ones stand last
            self._known[path] = _KnownSource(self.reports, found)
        while len(self._known) > MOST_KNOWN:
            del self._known[next(iter(self._known))]

    def known(self, file: str) -> _KnownSource | None:
        """What the latest change of a file says."""
        return self._known.get(file)

    def seen_from(self, now_ns: int) -> SeenSources:
        """For a run that begins at `now_ns` (since 1970)."""
        return SeenSources(self, now_ns)


class SeenSources:
    """The source files as one run sees them. A flood of problems costs no more than 2 * MOST_PLACES looks."""

    def __init__(self, sources: ReadSources, started_ns: int) -> None:
        self._sources = sources
        self._report = sources.reports
        self._started_ns = started_ns
        self._found: dict[tuple[str, int], SourceExcerpt | None] = {}
        self._left = {True: MOST_PLACES, False: MOST_PLACES}
        self._latest: tuple[str, Signature, list[str]] | None = None  # problems come file by file

    def around(self, file: str, line: int, is_error: bool) -> SourceExcerpt | None:
        """The line of an absolute `file` with those around it; None where it is not certain what the run has seen.

        Also where there is no such line, the file is larger than 1 MiB or no text, or too much was asked for.
        """
        place = (file, line)
        if place not in self._found:
            if not self._left[is_error]:
                return None
            self._left[is_error] -= 1
            self._found[place] = _cut(self._lines(file), line)
        return self._found[place]

    def _lines(self, file: str) -> Sequence[str]:
        try:
            # Never wait: it may be a pipe.
            fd = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except (OSError, ValueError):  # a name with a NUL
            return ()
        try:
            return self._read(file, fd)
        except OSError:
            return ()
        finally:
            os.close(fd)

    def _read(self, file: str, fd: int) -> Sequence[str]:
        before = signature_of(os.fstat(fd))  # None: a folder, a pipe, a device
        known = self._sources.known(file)
        is_changed = known is not None and known.report > self._report
        if before is None or is_changed or before.size > MAX_BYTES:
            return ()
        if self._latest is not None and self._latest[:2] == (file, before):
            return self._latest[2]
        data = os.read(fd, MAX_BYTES + 1)
        if known is not None and known.digest is not None:
            is_seen = digest_of(data) == known.digest
        else:
            is_whole = len(data) == before.size and signature_of(os.fstat(fd)) == before
            is_seen = is_whole and before.is_older(self._started_ns)
        if not is_seen or b"\0" in data:
            return ()
        lines = _split(data)
        self._latest = (file, before, lines)
        return lines


def _split(data: bytes) -> list[str]:
    """The lines of a text as compilers count them. What comes behind the last line's end is one, too: tools name it."""
    text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n")
    return (text if "\n" in text else text.replace("\r", "\n")).split("\n")


def _cut(lines: Sequence[str], line: int) -> SourceExcerpt | None:
    if not 1 <= line <= len(lines):
        return None
    last = len(lines) if lines[-1] or line == len(lines) else len(lines) - 1
    first = max(1, line - AROUND)
    return SourceExcerpt(first, tuple(_short(lines[first - 1 : min(last, line + AROUND)])))


def _short(lines: Iterable[str]) -> Iterable[str]:
    return (line[:MOST_CHARACTERS] for line in lines)
