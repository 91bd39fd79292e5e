"""What is known of one folder and its files, and what a new look at one of them means."""

from __future__ import annotations

from typing import Literal, NamedTuple

from hotrun.adapters.files.contents import digest
from hotrun.adapters.files.ignore import IgnoreRules
from hotrun.adapters.files.signature import Signature

MOST_GONE = 1000  # names of files in a folder that are remembered when they go; an editor's come back at once

Finding = Literal["same", "touched", "added", "modified"]


class KnownFiles:
    """The files by name: a signature each, and a digest where their bytes have been read.

    A file is racy while its signature is so young that another write could leave it as it is. Then only its bytes tell,
    and they are read at each look, before anybody is told of the file: what is written later differs from them.
    What was known before it went is read at once when it comes back: an editor may save like that.
    """

    __slots__ = ("digests", "gone", "racy", "signatures")

    def __init__(self) -> None:
        self.signatures: dict[str, Signature] = {}
        self.digests: dict[str, bytes] = {}
        self.racy: set[str] = set()
        self.gone: set[str] = set()

    def look(self, name: str, path: str, found: Signature, looked_ns: int, *, skip_unchanged: bool) -> Finding:
        """Take in what a look that began at `looked_ns` has found at `path`; `skip_unchanged`: bytes tell a touch."""
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
        if self.digests.pop(name, None) is not None and len(self.gone) < MOST_GONE:
            self.gone.add(name)
        self.racy.discard(name)
        return self.signatures.pop(name, None) is not None


class KnownPlace(NamedTuple):
    """A folder to be walked: with the rules of the one above it, and whether a link has led there."""

    path: str
    rules: IgnoreRules
    relative: str
    linked: bool


class KnownFolder:
    """One existing folder: its rules, its files, the names of the folders in it, and of what the rules leave out."""

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
        """Ask the rules, unless they were asked before: what is known is not ignored as long as they are the same."""
        if name in (self.folders if is_folder else self.files.signatures):
            return False
        return (name + "/" if is_folder else name) in self.ignored or self.asks_rules(name, is_folder)

    def asks_rules(self, name: str, is_folder: bool) -> bool:
        """What the rules say of something in here."""
        return self.rules.ignores(f"{self.relative}/{name}" if self.relative else name, is_folder)
