"""Compares the outputs of a step: whether they were written, and whether their content changed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from hotrun.adapters.files.contents import blake2b_of
from hotrun.adapters.processes.stamp import stamp
from hotrun.core.build.last_good import plain_paths
from hotrun.core.changes.patterns import Patterns

# Beyond these limits the content is not compared and counts as changed: reading 256 MiB takes a quarter of a second.
MAX_BYTES = 256 << 20
MAX_FILES = 20_000
_SKIPPED = frozenset((".git", ".hg", ".svn", ".jj", ".hotrun", "node_modules", "__pycache__", ".venv"))
_MAGIC = "*?[\\"


class Artifacts(NamedTuple):
    """`stamp` differs after every write, `content` when the bytes are others; None: not known."""

    stamp: str | None
    content: str | None


def fingerprint(root: str, outputs: Sequence[str]) -> Artifacts:
    """Return the fingerprint of the files that these patterns match, relative to `root`. Blocks while it reads them."""
    if not outputs:
        return Artifacts(None, None)
    plain = plain_paths(outputs)
    if plain is not None and any(os.path.isdir(os.path.join(root, path)) for path in plain):
        plain = None
    files = tuple(plain) if plain is not None else _matching(root, outputs)
    before = stamp(os.path.join(root, path) for path in plain) if plain is not None else None
    return Artifacts(before, None if files is None else _content(root, files))


def _content(root: str, files: Sequence[str]) -> str | None:
    left, parts = MAX_BYTES, []
    for path in files:
        full = os.path.join(root, path)
        try:
            status = os.stat(full)
            if not stat.S_ISREG(status.st_mode) or status.st_size > left:
                return None
            left -= status.st_size
            parts.append(f"{path}\0{blake2b_of(full)}")
        except FileNotFoundError:
            parts.append(f"{path}\0")
        except OSError:
            return None
    return "\0".join(parts)


def _matching(root: str, outputs: Sequence[str]) -> tuple[str, ...] | None:
    """The files that match the patterns, sorted; None: too many to look for."""
    patterns, found, seen = Patterns(outputs), [], 0
    for start in _starts(outputs):
        for folder, folders, names in os.walk(os.path.join(root, start)):
            folders[:] = sorted(name for name in folders if name not in _SKIPPED)
            seen += len(names) + len(folders)
            if seen > MAX_FILES:
                return None
            paths = (os.path.relpath(os.path.join(folder, name), root) for name in names)
            found += [path for path in paths if patterns.matches(path)]
    return tuple(sorted(set(found)))


def _starts(outputs: Sequence[str]) -> Iterator[str]:
    """The folders below which the patterns can match something, as far as their text tells."""
    for pattern in outputs:
        if pattern.startswith("!"):
            continue
        parts = pattern.strip("/").split("/")
        fixed = []
        for part in parts[:-1] if not pattern.endswith("/") else parts:
            if any(char in part for char in _MAGIC):
                break
            fixed.append(part)
        anchored = "/" in pattern[:-1]
        yield "/".join(fixed) if anchored and fixed else "."
