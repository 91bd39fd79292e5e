"""The watched files as a snapshot of signatures. Events are hints; what the disk says when looked at is the truth.

Each reported path is looked at: a file is compared, a folder walked, what is gone is dropped with all below it. Raw
events alone miss what was in a new folder before its watch was there.
"""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from hotrun.adapters.contents import digest
from hotrun.adapters.ignore import IGNORE_FILES, Rules, is_below, rules_of
from hotrun.core.inputs import Change, ChangeKind
from hotrun.core.spec import Watch


class Signature(NamedTuple):
    """What differs after every kind of change: ctime sees a write whose mtime was put back, ino an atomic save."""

    mtime_ns: int
    ctime_ns: int
    size: int
    ino: int


class _Folder:
    """One existing folder: its rules, its files, and the names of the folders in it."""

    def __init__(self, rules: Rules, relative: str) -> None:
        self.rules = rules
        self.relative = relative
        self.files: dict[str, Signature] = {}
        self.digests: dict[str, bytes] = {}
        self.folders: set[str] = set()
        self.pruned = 0


class Tree:
    """The snapshot of all watched roots of a project, and of single files that are watched wherever they are."""

    def __init__(self, root: str, watch: Watch, single_files: Iterable[str]) -> None:
        """`root`: what paths in changes are relative to. `single_files`: absolute; no ignore rule hides them."""
        self._root = root
        self._watch = watch
        self._folders: dict[str, _Folder] = {}
        self._single: dict[str, Signature | None] = {path: _look(path) for path in single_files}
        self._top = tuple(path for path in watch.roots if os.path.isdir(path))
        self._single.update({path: _look(path) for path in watch.roots if not os.path.isdir(path)})
        self.unwatched: list[str] = []  # since somebody emptied it: what cannot be watched, and why
        self.new_folders: list[str] = []  # since somebody emptied it: these have no watch yet
        self.lost_folders = False
        self.touched: list[str] = []  # since somebody emptied it: another signature, but the same bytes
        self._unread: deque[tuple[str, str]] = deque()  # folder and name of files without a digest

    # --- what is known -----------------------------------------------------------------------------------------

    def folders(self) -> list[str]:
        """Every folder that needs a watch, absolute; for a single file or a root that has gone, the one it lies in."""
        gone = [path for path in self._top if path not in self._folders]
        beside = {os.path.dirname(path) for path in (*self._single, *gone)}
        return [*self._folders, *(path for path in beside if path not in self._folders and os.path.isdir(path))]

    def files(self) -> list[str]:
        """Every watched file, as changes name it; also from another thread."""
        folders = list(self._folders.items())
        return [self._name(os.path.join(path, name)) for path, folder in folders for name in list(folder.files)]

    def count_files(self) -> int:
        """How many files are watched."""
        return sum(len(folder.files) for folder in self._folders.values())

    def count_pruned(self) -> int:
        """How many folders are left out, each with all below it."""
        return sum(folder.pruned for folder in self._folders.values())

    def changed_since(self, ctime_ns: int) -> list[Change]:
        """The files whose last change is newer than `ctime_ns` (nanoseconds since 1970)."""
        changed = [
            os.path.join(path, name)
            for path, folder in self._folders.items()
            for name, signature in folder.files.items()
            if signature.ctime_ns > ctime_ns
        ]
        changed += [path for path, known in self._single.items() if known is not None and known.ctime_ns > ctime_ns]
        return [Change(self._name(path), "modified") for path in dict.fromkeys(changed)]

    def read_contents(self) -> Iterator[None]:
        """Read what has not been read yet, a file at a time: only what is known can be found unchanged later."""
        while self._unread:
            path, name = self._unread.popleft()
            folder = self._folders.get(path)
            known = folder.files.get(name) if folder is not None else None
            if folder is None or known is None or name in folder.digests:
                continue
            full = os.path.join(path, name)
            found = digest(full, known.size)
            # Bytes that were read beside a write belong to neither signature.
            if found is not None and _look(full) == known and folder.files.get(name) == known:
                folder.digests[name] = found
            yield

    # --- looking -----------------------------------------------------------------------------------------------

    def verify(self) -> list[Change]:
        """Walk everything and compare; the first time, everything is new."""
        changes: list[Change] = []
        for _ in self.verify_by_folder(changes):
            pass
        return changes

    def verify_by_folder(self, changes: list[Change]) -> Iterator[None]:
        """The same, a folder at a time: between two of them, others may examine."""
        for path in self._top:
            rules, relative = rules_of(path, self._root, self._watch)
            stack = [(path, rules, relative)]
            while stack:
                folder = stack.pop()
                if folder[0] == path or os.path.dirname(folder[0]) in self._folders:
                    stack.extend(self._walk_one(*folder, changes))
                    yield
        for path in self._single:
            self._compare_single(path, changes)

    def examine(self, paths: Collection[str], removed: Iterable[str] = ()) -> list[Change]:
        """Look at what was reported (absolute paths) and return what differs from before.

        `removed`: what was not there at some time since the last look. If it is a folder now, it is another one than
        the one that had a watch.
        """
        changes: list[Change] = []
        if any(os.path.basename(path) in IGNORE_FILES and self._has_rules(os.path.dirname(path)) for path in paths):
            changes = self.verify()
        else:
            self._examine_all(paths, changes)
            for path in self._single:
                self._compare_single(path, changes)
        replaced = tuple(path + os.sep for path in removed if path in self._folders)
        if replaced:
            self.new_folders += [path for path in self._folders if (path + os.sep).startswith(replaced)]
        return changes

    def _has_rules(self, folder: str) -> bool:
        """Whether an ignore file in `folder` counts: that of a watched one, or above a root."""
        return folder in self._folders or any(is_below(path, folder) for path in self._top)

    def _examine_all(self, paths: Collection[str], changes: list[Change]) -> None:
        walked = ""
        inner_roots = {top for top in self._top for path in paths if is_below(top, path)}
        for path in sorted({*paths, *inner_roots}):
            if path in self._top or not (walked and path.startswith(walked)):
                walked = path + os.sep if self._examine(path, changes) else walked

    def _examine(self, path: str, changes: list[Change]) -> bool:
        """Look at one path; True if it is a folder that was walked."""
        if path in self._top:
            self._walk_top(path, changes)
            return True
        parent_path, name = os.path.split(path)
        parent = self._folders.get(parent_path)
        if parent is None:
            return False
        found = _look(path)
        relative = f"{parent.relative}/{name}" if parent.relative else name
        is_folder = found is None and _is_real_folder(path)
        if not is_folder and path in self._folders:
            self._drop_folder(path, changes)
        if is_folder or found is None:
            self._drop_file(parent, path, changes)
        if parent.rules.ignores(relative, is_folder) or (is_folder and not _is_text(name)):
            return False
        if is_folder:
            parent.folders.add(name)
            self._walk(path, parent.rules, relative, changes)
        elif found is not None:
            self._compare(parent, path, name, found, changes)
        return is_folder

    def _walk_top(self, path: str, changes: list[Change]) -> None:
        rules, relative = rules_of(path, self._root, self._watch)
        self._walk(path, rules, relative, changes)

    def _walk(self, path: str, rules: Rules, relative: str, changes: list[Change]) -> None:
        stack = [(path, rules, relative)]
        while stack:
            stack.extend(self._walk_one(*stack.pop(), changes))

    def _walk_one(
        self, path: str, outer: Rules, relative: str, changes: list[Change]
    ) -> Iterator[tuple[str, Rules, str]]:
        """Compare one folder with the disk; yields the folders in it."""
        try:
            entries = list(os.scandir(path))
        except OSError as error:
            if not isinstance(error, (FileNotFoundError, NotADirectoryError)):
                self.unwatched.append(f"{self._name(path)} cannot be read: {error.strerror}")
            self._drop_folder(path, changes)
            return
        folder = self._folders.get(path)
        if folder is None:
            folder = self._folders[path] = _Folder(outer, relative)
            self.new_folders.append(path)
        folder.rules = rules = outer.inside(path, relative)
        files, folders = set(), set()
        folder.pruned = 0
        for entry in entries:
            inner = f"{relative}/{entry.name}" if relative else entry.name
            is_folder = _entry_is_folder(entry)
            if is_folder and entry.path in self._top:  # a root inside of another is walked for itself
                continue
            if rules.ignores(inner, is_folder):
                folder.pruned += is_folder
            elif is_folder and not _is_text(entry.name):
                folder.pruned += 1
                self.unwatched.append(f"{self._name(entry.path)}: its name is not UTF-8")
            elif is_folder:
                folders.add(entry.name)
                yield entry.path, rules, inner
            elif (found := _look(entry.path)) is not None:
                files.add(entry.name)
                self._compare(folder, entry.path, entry.name, found, changes)
        for name in folder.files.keys() - files:
            self._drop_file(folder, os.path.join(path, name), changes)
        for name in folder.folders - folders:
            self._drop_folder(os.path.join(path, name), changes)
        folder.folders = folders

    def _compare(self, folder: _Folder, path: str, name: str, found: Signature, changes: list[Change]) -> None:
        known = folder.files.get(name)
        if known == found:
            return
        folder.files[name] = found
        before = folder.digests.pop(name, None)
        after = self._digest_after(before, folder, path, name, found)
        if before is not None and before == after:
            self.touched.append(self._name(path))
        else:
            changes.append(Change(self._name(path), "added" if known is None else "modified", after, before))
        if name not in folder.digests:
            self._unread.append((os.path.dirname(path), name))

    def _digest_after(
        self, before: bytes | None, folder: _Folder, path: str, name: str, found: Signature
    ) -> bytes | None:
        if before is None or not self._watch.skip_unchanged:
            return None
        after = digest(path, found.size)
        if after is not None:
            folder.digests[name] = after
        return after

    def _compare_single(self, path: str, changes: list[Change]) -> None:
        known, found = self._single[path], _look(path)
        if known != found:
            self._single[path] = found
            kind: ChangeKind = "added" if known is None else "deleted" if found is None else "modified"
            changes.append(Change(self._name(path), kind))

    def _drop_file(self, folder: _Folder, path: str, changes: list[Change]) -> None:
        folder.digests.pop(os.path.basename(path), None)
        if folder.files.pop(os.path.basename(path), None) is not None:
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
                stack.extend(os.path.join(gone, name) for name in folder.folders)
                changes.extend(Change(self._name(os.path.join(gone, name)), "deleted") for name in folder.files)

    def _name(self, path: str) -> str:
        """An absolute path as changes name it: relative to the root; never with bytes that are no text."""
        name = (
            path[len(self._root) + 1 :] if path.startswith(self._root + os.sep) else os.path.relpath(path, self._root)
        )
        return name if _is_text(name) else os.fsencode(name).decode("utf-8", "replace")


def _look(path: str) -> Signature | None:
    """The signature of a regular file, through a link; of a broken link its own. None: gone, or no file."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        try:
            found = os.lstat(path)
        except OSError:
            return None
    except OSError:
        return None
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISLNK(found.st_mode)):
        return None
    return Signature(found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)


def _is_text(name: str) -> bool:
    """Whether the name is UTF-8; the sensor can watch no folder whose name is not."""
    if name.isascii():
        return True
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_real_folder(path: str) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except OSError:
        return False


def _entry_is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False
