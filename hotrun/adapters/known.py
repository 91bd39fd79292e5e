"""What is known of the files of one folder, and what a new look at one of them means."""

from __future__ import annotations

from typing import Literal

from hotrun.adapters.contents import digest
from hotrun.adapters.signature import Signature

Finding = Literal["same", "touched", "added", "modified"]


class Files:
    """The files by name: a signature each, and a digest where their bytes have been read.

    A file is racy while its signature is so young that another write could leave it as it is. Then only its bytes tell,
    and they are read at each look, before anybody is told of the file: what is written later differs from them.
    """

    __slots__ = ("digests", "racy", "signatures")

    def __init__(self) -> None:
        self.signatures: dict[str, Signature] = {}
        self.digests: dict[str, bytes] = {}
        self.racy: set[str] = set()

    def look(self, name: str, path: str, found: Signature, looked_ns: int, *, skip_unchanged: bool) -> Finding:
        """Take in what a look that began at `looked_ns` has found at `path`; `skip_unchanged`: bytes tell a touch."""
        known = self.signatures.get(name)
        if known == found and name not in self.racy:
            return "same"
        is_racy = found.is_racy(looked_ns)
        (self.racy.add if is_racy else self.racy.discard)(name)
        before = self.digests.pop(name, None)
        has_reason = is_racy or known == found or (before is not None and skip_unchanged)
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
        self.digests.pop(name, None)
        self.racy.discard(name)
        return self.signatures.pop(name, None) is not None
