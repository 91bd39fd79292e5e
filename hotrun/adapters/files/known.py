"""The snapshot of one folder and its files, and how a file differs from it."""

from __future__ import annotations

from typing import Literal, NamedTuple

from hotrun.adapters.files.contents import digest
from hotrun.adapters.files.ignore import IgnoreRules
from hotrun.adapters.files.signature import Signature

MAX_GONE = 1000  # names of deleted files that are remembered for each folder; an editor's come back at once

Finding = Literal["same", "touched", "added", "modified"]


class KnownFiles:
    """The files of one folder: a signature for each name, and a digest if its bytes have been read.

    A file is racy while its signature is so young that another write could leave it unchanged. Then only its bytes
    tell, and they are read at each comparison, before the file is reported: what is written later differs from them. If
    a file whose bytes were known is deleted and comes back, its bytes are read at once: some editors save like that.
    """

    __slots__ = ("digests", "gone", "racy", "signatures")

    def __init__(self) -> None:
        self.signatures: dict[str, Signature] = {}
        self.digests: dict[str, bytes] = {}
        self.racy: set[str] = set()
        self.gone: set[str] = set()

    def compare(self, name: str, path: str, found: Signature, looked_ns: int, *, skip_unchanged: bool) -> Finding:
        """Compare a file with its `found` signature, of a stat that began at `looked_ns`, and remember that one.

        `skip_unchanged`: a file with the same bytes is only "touched".
        """
        known = self.signatures.get(name)
        if known == found and name not in self.racy:
            return "same"
        is_racy = found.is_racy(looked_ns)
        (self.racy.add if is_racy else self.racy.discard)(name)
        before = self.digests.pop(name, None)
        was_read = before is not None or name in self.gone
        self.gone.discard(name)
        has_reason = is_racy or known == found or (was_read and skip_unchanged)
        after = digest(path, found.size) if has_reason else None
        if after is not None:
            self.digests[name] = after
        if known == found:
            return "same" if before is None or after is None or before == after else "modified"
        self.signatures[name] = found
        if known is None:
            return "added"
        return "touched" if skip_unchanged and before is not None and before == after else "modified"

    def drop(self, name: str) -> bool:
        """Forget a file; True if it was known."""
        if self.digests.pop(name, None) is not None and len(self.gone) < MAX_GONE:
            self.gone.add(name)
        self.racy.discard(name)
        return self.signatures.pop(name, None) is not None


class KnownPlace(NamedTuple):
    """A folder to walk, with the rules of its parent, and whether the path leads through a link."""

    path: str
    rules: IgnoreRules
    relative: str
    linked: bool


class KnownFolder:
    """One existing folder: its rules, its files, the names of its folders, and the names that the rules ignore."""

    def __init__(self, place: KnownPlace) -> None:
        self.path = place.path
        self.rules = place.rules
        self.relative = place.relative
        self.linked = place.linked
        self.files = KnownFiles()
        self.folders: set[str] = set()
        self.ignored: set[str] = set()  # folders with a slash at the end
        self.pruned = 0

    def ignores(self, name: str, is_folder: bool) -> bool:
        """Return whether a name is ignored.

        Asks the rules only once: what is known is not ignored as long as they are the same.
        """
        if name in (self.folders if is_folder else self.files.signatures):
            return False
        return (name + "/" if is_folder else name) in self.ignored or self.rules_ignore(name, is_folder)

    def rules_ignore(self, name: str, is_folder: bool) -> bool:
        """Return what the rules say about a name in this folder."""
        return self.rules.ignores(f"{self.relative}/{name}" if self.relative else name, is_folder)
