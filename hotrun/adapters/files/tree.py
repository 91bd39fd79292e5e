"""The snapshot of the watched files. Events are hints; what the disk shows is the truth.

Each reported path is checked: a file is compared, a folder walked, and what is gone is dropped with all below it. Raw
events alone miss files in a new folder that were written before it was watched.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator

from hotrun.adapters.files.contents import digest
from hotrun.adapters.files.ignore import IGNORE_FILES, RootRules, is_below
from hotrun.adapters.files.known import KnownFiles, KnownFolder, KnownPlace
from hotrun.adapters.files.links import MAX_LINKED, LinkNames
from hotrun.adapters.files.signature import (
    Signature,
    entry_is_folder,
    identity_of,
    is_folder,
    is_text,
    signature_of,
    stat_of,
)
from hotrun.core.model.inputs import Change
from hotrun.core.model.project import Watch


class Tree:
    """The snapshot of all watched roots of a project, and of single files that are watched wherever they are."""

    def __init__(
        self,
        root: str,
        watch: Watch,
        single_files: Iterable[str],
        *,
        sign: Callable[[os.stat_result], Signature | None] = signature_of,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        """`root`: what paths in changes are relative to. `single_files`: absolute; no rule ignores them.

        `sign` and `now_ns` (since 1970) replace the file system and the clock in tests.
        """
        self._root = root
        self._watch = watch
        self._sign = sign
        self._now_ns = now_ns
        self._folders: dict[str, KnownFolder] = {}
        self._names = LinkNames()
        self._top = {path: RootRules(path, root, watch) for path in watch.roots if os.path.isdir(path)}
        self._singles = (*single_files, *(path for path in watch.roots if path not in self._top))
        self._single = KnownFiles()
        self.unwatched: list[str] = []  # since the list was emptied: what cannot be watched, and why
        self.new_folders: list[str] = []  # since the list was emptied: folders that have no watch yet
        self.lost_folders = False
        self.touched: list[str] = []  # since the list was emptied: files with another signature, but the same bytes
        self._unread: deque[tuple[str, str]] = deque()  # folder and name of files without a digest
        self._compare_singles([])

    # contents

    def folders(self) -> list[str]:
        """Return every folder that needs a watch, absolute; for a single file or a missing root, its parent.

        Of a folder with several names only one: the kernel would report it under the last one that it was given.
        """
        gone = [path for path in self._top if path not in self._folders]
        parents = {os.path.dirname(path) for path in (*self._singles, *gone)}
        more = (path for path in parents if (found := identity_of(path)) is not None and found not in self._names)
        return [*self._names.one_each(), *more]

    def names_of(self, path: str) -> list[str]:
        """Return the watched names of the folder at `path`."""
        identity = identity_of(path)
        return self._names.of(identity) if identity is not None else []

    def files(self) -> list[str]:
        """Return every watched file, as changes name it. Safe in another thread."""
        folders = list(self._folders.items())
        return [
            self._name(os.path.join(path, name)) for path, folder in folders for name in list(folder.files.signatures)
        ]

    def count_files(self) -> int:
        """Return how many files are watched."""
        return sum(len(folder.files.signatures) for folder in self._folders.values())

    def count_pruned(self) -> int:
        """Return how many folders are ignored, each with all below it."""
        return sum(folder.pruned for folder in self._folders.values())

    def changed_since(self, ctime_ns: int) -> list[Change]:
        """Return the files whose last change is after `ctime_ns` (nanoseconds since 1970)."""
        changed = [
            os.path.join(path, name)
            for path, files in (*((path, folder.files) for path, folder in self._folders.items()), ("", self._single))
            for name, signature in files.signatures.items()
            if signature.ctime_ns > ctime_ns
        ]
        return [Change(self._name(path), "modified") for path in dict.fromkeys(changed)]

    def read_contents(self) -> Iterator[None]:
        """Read what has not been read yet, a file at a time: only known bytes can be found unchanged later."""
        while self._unread:
            path, name = self._unread.popleft()
            folder = self._folders.get(path)
            known = folder.files.signatures.get(name) if folder is not None else None
            if folder is None or known is None or name in folder.files.digests:
                continue
            full = os.path.join(path, name)
            found = digest(full, known.size)
            # Bytes that were read during a write belong to neither signature.
            if found is not None and self._signature_of(full) == known and folder.files.signatures.get(name) == known:
                folder.files.digests[name] = found
            yield

    # comparing with the disk

    def rescan(self) -> list[Change]:
        """Walk everything and compare; the first time, everything is new."""
        changes: list[Change] = []
        for _ in self.rescan_by_folder(changes):
            pass
        return changes

    def rescan_by_folder(self, changes: list[Change]) -> Iterator[None]:
        """Do the same, a folder at a time: between two of them, others may call `examine`."""
        for path in self._top:
            stack = [self._top_place(path)]
            while stack:
                place = stack.pop()
                if place.path != path:
                    above = self._folders.get(os.path.dirname(place.path))
                    if above is None:
                        continue
                    place = place._replace(rules=above.rules)  # it may have new rules by now
                stack.extend(self._walk_one(place, changes))
                yield
        self._compare_singles(changes)

    def examine(self, paths: Collection[str], removed: Iterable[str] = ()) -> list[Change]:
        """Check the reported paths (absolute) and return what differs.

        `removed`: paths that did not exist at some time since the last call. A folder there has no watch any more, even
        if it looks the same.
        """
        changes: list[Change] = []
        paths, removed = set(self._names.with_others(paths)), set(self._names.with_others(removed))
        if any(os.path.basename(path) in IGNORE_FILES and self._has_rules(os.path.dirname(path)) for path in paths):
            changes = self.rescan()
        else:
            self._examine_all(paths, changes)
            self._compare_singles(changes)
        replaced = tuple(path + os.sep for path in removed if path in self._folders)
        if replaced:
            self.new_folders += [path for path in self._folders if (path + os.sep).startswith(replaced)]
        return changes

    def _has_rules(self, folder: str) -> bool:
        """Whether an ignore file in `folder` counts: it is a watched folder, or above a root."""
        return folder in self._folders or any(is_below(path, folder) for path in self._top)

    def _examine_all(self, paths: Collection[str], changes: list[Change]) -> None:
        walked = ""
        inner_roots = {top for top in self._top for path in paths if is_below(top, path)}
        for path in sorted({*paths, *inner_roots}):
            if path in self._top or not (walked and path.startswith(walked)):
                walked = path + os.sep if self._examine(path, changes) else walked

    def _examine(self, path: str, changes: list[Change]) -> bool:
        """Check one path; True if it is a folder that was walked."""
        if path in self._top:
            self._walk(self._top_place(path), changes)
            return True
        parent_path, name = os.path.split(path)
        parent = self._folders.get(parent_path)
        if parent is None:
            return False
        looked_ns = self._now_ns()
        found = self._signature_of(path)
        is_ours = found is None and is_folder(path, follow=self._watch.follow_symlinks)
        is_ours = is_ours and (not self._is_behind_link(parent, path) or self._may_follow(path))
        if not is_ours and path in self._folders:
            self._drop_folder(path, changes)
        if is_ours or found is None:
            self._drop_file(parent, path, changes)
        if parent.ignores(name, is_ours) or (is_ours and not is_text(name)):
            return False
        if is_ours:
            parent.folders.add(name)
            self._walk(self._place_in(parent, path, name), changes)
        elif found is not None:
            self._compare(parent, path, name, found, looked_ns, changes)
        return is_ours

    def _signature_of(self, path: str | os.DirEntry[str]) -> Signature | None:
        found = stat_of(path)
        return None if found is None else self._sign(found)

    def _top_place(self, path: str) -> KnownPlace:
        return KnownPlace(path, *self._top[path].read(), linked=False)

    def _place_in(self, folder: KnownFolder, path: str, name: str) -> KnownPlace:
        relative = f"{folder.relative}/{name}" if folder.relative else name
        return KnownPlace(path, folder.rules, relative, self._is_behind_link(folder, path))

    def _is_behind_link(self, above: KnownFolder, path: str) -> bool:
        return self._watch.follow_symlinks and (above.linked or os.path.islink(path))

    def _may_follow(self, path: str) -> bool:
        """Whether to enter a folder behind a link: not if it is one of its own ancestors."""
        identity = identity_of(path)
        return identity is not None and not self._names.loops(path, identity)

    # walking

    def _walk(self, place: KnownPlace, changes: list[Change]) -> None:
        stack = [place]
        while stack:
            stack.extend(self._walk_one(stack.pop(), changes))

    def _walk_one(self, place: KnownPlace, changes: list[Change]) -> list[KnownPlace]:
        """Compare one folder with the disk; returns its folders."""
        looked_ns = self._now_ns()
        entries = self._entries(place, changes)
        if entries is None:
            return []
        folder = self._folders[place.path]
        rules = place.rules.inside(place.path, place.relative, entries)
        ignores = folder.ignores if rules is folder.rules else folder.rules_ignore
        folder.rules, folder.relative, folder.linked = rules, place.relative, place.linked
        known, racy = folder.files.signatures, folder.files.racy
        files, folders, ignored = set[str](), dict[str, KnownPlace](), set[str]()
        folder.pruned = 0
        for name, entry in entries.items():
            if entry_is_folder(entry, follow=self._watch.follow_symlinks):
                if entry.path in self._top:  # a root inside another is walked separately
                    continue
                if ignores(name, True):
                    ignored.add(name + "/")
                elif self._may_enter(folder, entry):
                    folders[name] = self._place_in(folder, entry.path, name)
                folder.pruned += name not in folders
            elif ignores(name, False):
                ignored.add(name)
            elif (found := self._signature_of(entry)) is not None:
                files.add(name)
                if known.get(name) != found or name in racy:
                    self._compare(folder, entry.path, name, found, looked_ns, changes)
        for name in known.keys() - files:
            self._drop_file(folder, os.path.join(place.path, name), changes)
        for name in folder.folders - folders.keys():
            self._drop_folder(os.path.join(place.path, name), changes)
        folder.folders, folder.ignored = set(folders), ignored
        return list(folders.values())

    def _entries(self, place: KnownPlace, changes: list[Change]) -> dict[str, os.DirEntry[str]] | None:
        """The entries of a folder, which is remembered; None: it cannot be read, and is forgotten."""
        path = place.path
        if place.linked and self._names.is_full and path not in self._folders:
            self.unwatched.append(f"more than {MAX_LINKED:,} folders behind links")
            return None
        try:
            found = os.stat(path)
            with os.scandir(path) as listing:
                entries = {entry.name: entry for entry in listing}
        except OSError as error:
            if not isinstance(error, (FileNotFoundError, NotADirectoryError)):
                self.unwatched.append(f"{self._name(path)} cannot be read: {error.strerror}")
            self._drop_folder(path, changes)
            return None
        self.new_folders += self._names.add(path, (found.st_dev, found.st_ino), linked=place.linked)
        if path not in self._folders:
            self._folders[path] = KnownFolder(place)
        return entries

    def _may_enter(self, above: KnownFolder, entry: os.DirEntry[str]) -> bool:
        if not is_text(entry.name):
            self.unwatched.append(f"{self._name(entry.path)}: its name is not UTF-8")
            return False
        return not self._is_behind_link(above, entry.path) or self._may_follow(entry.path)

    # comparing

    def _compare(
        self, folder: KnownFolder, path: str, name: str, found: Signature, looked_ns: int, changes: list[Change]
    ) -> None:
        before = folder.files.digests.get(name)
        finding = folder.files.compare(name, path, found, looked_ns, skip_unchanged=self._watch.skip_unchanged)
        if finding == "touched":
            self.touched.append(self._name(path))
        elif finding != "same":
            changes.append(Change(self._name(path), finding, folder.files.digests.get(name), before))
        if finding != "same" and name not in folder.files.digests:
            self._unread.append((folder.path, name))

    def _compare_singles(self, changes: list[Change]) -> None:
        for path in self._singles:
            looked_ns = self._now_ns()
            found = self._signature_of(path)
            if found is None:
                if self._single.drop(path):
                    changes.append(Change(self._name(path), "deleted"))
                continue
            finding = self._single.compare(path, path, found, looked_ns, skip_unchanged=False)
            if finding == "added" or finding == "modified":
                changes.append(Change(self._name(path), finding))

    def _drop_file(self, folder: KnownFolder, path: str, changes: list[Change]) -> None:
        if folder.files.drop(os.path.basename(path)):
            changes.append(Change(self._name(path), "deleted"))

    def _drop_folder(self, path: str, changes: list[Change]) -> None:
        """Forget a folder that is gone or ignored now, and all below it."""
        parent = self._folders.get(os.path.dirname(path))
        if parent is not None:
            parent.folders.discard(os.path.basename(path))
        stack = [path]
        while stack:
            gone = stack.pop()
            folder = self._folders.pop(gone, None)
            if folder is not None:
                self.lost_folders = True
                if (other := self._names.drop(gone)) is not None:
                    self.new_folders.append(other)  # it may have been watched under the forgotten name
                stack.extend(os.path.join(gone, name) for name in folder.folders)
                names = folder.files.signatures
                changes.extend(Change(self._name(os.path.join(gone, name)), "deleted") for name in names)

    def _name(self, path: str) -> str:
        """Return an absolute path as changes name it: relative to the root, and always valid text."""
        name = (
            path[len(self._root) + 1 :] if path.startswith(self._root + os.sep) else os.path.relpath(path, self._root)
        )
        return name if is_text(name) else os.fsencode(name).decode("utf-8", "replace")
