"""Random edits in a folder: all that editors, tools and version control do to files, as fast as the disk allows."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

NOT_OURS = (".git", ".hotrun")
MOST_FILES = 500
TRACKED = 30
MOST_LINKS = 3  # if links are followed: each may double what there is to watch
GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@b.example", "-c", "commit.gpgsign=false")


class Scribbler:
    """Works below `root`; `outside`, on the same disk, is where folders come from and go to.

    With `repository`, the root is a git repository with two commits that differ in TRACKED files. `follow`: who watches
    enters links to folders.
    """

    def __init__(
        self, rng: random.Random, root: Path, outside: Path, repository: bool, *, follow: bool = False
    ) -> None:
        self._rng = rng
        self._root = str(root)
        self._outside = str(outside)
        self._follow = follow
        self._count = 0
        self._commits: tuple[str, ...] = ()
        self.log: list[str] = []
        if repository:
            self._make_repository()

    def scribble(self, deeds: int) -> None:
        """Make so many random edits; one that is impossible at the moment is skipped."""
        common = [self._write, self._write, self._save, self._save, self._write_in_place, self._write_in_place]
        common += [self._append, self._truncate_then_write, self._remove, self._make_folders, self._make_folders]
        common += [self._move_in, self._move_in, self._move_out, self._rename_folder, self._rename_file]
        rare = [self._remove_folder, self._file_to_folder, self._folder_to_file, self._replace_folder]
        rare += [
            self._flip,
            self._flip,
            self._come_and_go,
            self._hard_link,
            self._symlink,
            self._symlink_to_folder,
            self._go_and_come_back,
            self._checkout,
        ]
        if self._follow:
            rare += [self._symlink_to_folder, self._write_through_link, self._write_through_link, self._retarget] * 2
        for _ in range(deeds):
            full = len(list(self._files())) > MOST_FILES
            deed = self._remove_folder if full else self._rng.choice(common * 2 + rare)
            with contextlib.suppress(OSError):
                self.log.append(f"{time.monotonic():.4f} {deed.__name__}")
                deed()

    # existing paths

    def _walk(self) -> Iterator[tuple[str, list[str], list[str]]]:
        for folder, folders, files in os.walk(self._root):
            folders[:] = sorted(name for name in folders if name not in NOT_OURS)
            yield folder, folders, sorted(files)

    def _folders(self) -> list[str]:
        return [folder for folder, _, _ in self._walk()]

    def _files(self) -> Iterator[str]:
        return (os.path.join(folder, name) for folder, _, files in self._walk() for name in files)

    def _any_file(self) -> str:
        files = list(self._files())
        if not files:
            raise FileNotFoundError
        return self._rng.choice(files)

    def _any_folder(self) -> str:
        folders = self._folders()[1:]
        if not folders:
            raise FileNotFoundError
        return self._rng.choice(folders)

    def _new(self, folder: str | None = None) -> str:
        """Return a path that has never existed; mostly in the tree, at any depth."""
        self._count += 1
        return os.path.join(folder or self._rng.choice(self._folders()), f"n{self._count}")

    def _old(self, folder: str) -> str:
        """Return one of few names, so that something that existed comes back as something else."""
        return os.path.join(folder, self._rng.choice("abcdef"))

    def _text(self) -> str:
        """Return a new text, always of the same size."""
        self._count += 1
        return f"{self._count:012}\n"

    def _put(self, path: str) -> None:
        with open(path, "w") as file:
            file.write(self._text())

    def _fill(self, folder: str) -> None:
        """Make a folder with files in several levels, without a pause."""
        for inner in ("", "s", "s/t")[: self._rng.randint(1, 3)]:
            path = os.path.join(folder, inner)
            os.makedirs(path, exist_ok=True)
            for _ in range(self._rng.randint(1, 4)):
                self._put(self._old(path) if self._rng.random() < 0.5 else self._new(path))

    # --- files -------------------------------------------------------------------------------------------------

    def _write(self) -> None:
        folder = self._rng.choice(self._folders())
        self._put(self._old(folder) if self._rng.random() < 0.5 else self._new(folder))

    def _save(self) -> None:
        path = self._any_file()
        self._put(path + ".new")
        os.replace(path + ".new", path)

    def _flip(self) -> None:
        """Write other bytes for a moment, and then the old ones: whoever reads in between must not keep those."""
        path = self._any_file()
        with open(path, "rb") as file:
            before = file.read()
        for content in (self._text().encode(), before):
            with open(path + ".new", "wb") as file:
                file.write(content)
            os.replace(path + ".new", path)
            self._pause()

    def _come_and_go(self) -> None:
        """Make files that exist for a moment."""
        path = self._new()
        for name in "12":
            self._put(path + name)
        self._pause()
        for name in "12":
            os.unlink(path + name)

    def _pause(self) -> None:
        """Pause so long that a walk or a build may begin, but mostly does not end."""
        time.sleep(self._rng.choice((0, 0, 0.001, 0.005, 0.02)))

    def _write_in_place(self) -> None:
        """Write other bytes of the same size, and restore the mtime."""
        path = self._any_file()
        before = os.stat(path)
        with open(path, "r+b") as file:
            file.write(self._text().encode())
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    def _append(self) -> None:
        with open(self._any_file(), "a") as file:
            file.write(self._text())

    def _truncate_then_write(self) -> None:
        with open(self._any_file(), "w") as file:
            file.flush()
            for _ in range(3):
                file.write(self._text())
                file.flush()

    def _remove(self) -> None:
        os.unlink(self._any_file())

    def _rename_file(self) -> None:
        os.rename(self._any_file(), self._new())

    def _hard_link(self) -> None:
        os.link(self._any_file(), self._new())

    def _symlink(self) -> None:
        os.symlink(self._rng.choice((self._any_file(), "nowhere")), self._new())

    def _symlink_to_folder(self) -> None:
        links = [*self._links_to_folders(self._root), *self._links_to_folders(self._outside)]
        if self._follow and len(links) >= MOST_LINKS:
            os.unlink(self._rng.choice(links))
        os.symlink(self._rng.choice((self._root, self._any_folder(), self._outside)), self._new())

    def _links_to_folders(self, top: str) -> list[str]:
        paths = (os.path.join(folder, name) for folder, folders, _ in os.walk(top) for name in sorted(folders))
        return [path for path in paths if os.path.islink(path)]

    def _write_through_link(self) -> None:
        links = self._links_to_folders(self._root)
        if links:
            self._put(self._old(self._rng.choice(links)))

    def _retarget(self) -> None:
        """Make a link lead elsewhere at once."""
        links = self._links_to_folders(self._root)
        if links:
            beside = self._new(self._outside)
            os.symlink(self._any_folder(), beside)
            os.replace(beside, self._rng.choice(links))

    # --- folders -----------------------------------------------------------------------------------------------

    def _make_folders(self) -> None:
        self._fill(os.path.join(self._new(), *"xyz"[: self._rng.randrange(4)]))

    def _move_in(self) -> None:
        ready = [entry.path for entry in os.scandir(self._outside)]
        if ready and self._rng.random() < 0.3:
            folder = self._rng.choice(sorted(ready))
        else:
            folder = self._new(self._outside)
            self._fill(folder)
        os.rename(folder, self._new())

    def _move_out(self) -> None:
        os.rename(self._any_folder(), self._new(self._outside))

    def _rename_folder(self) -> None:
        os.rename(self._any_folder(), self._new())

    def _remove_folder(self) -> None:
        shutil.rmtree(self._any_folder())

    def _file_to_folder(self) -> None:
        path = self._any_file()
        os.unlink(path)
        self._fill(path)

    def _folder_to_file(self) -> None:
        path = self._any_folder()
        shutil.rmtree(path)
        self._put(path)

    def _replace_folder(self) -> None:
        """Replace a folder by another one of the same name, with files of the same names."""
        path = self._any_folder()
        self._move_away(path)
        self._fill(path)

    def _move_away(self, path: str) -> str:
        away = self._new(self._outside)
        os.rename(path, away)
        return away

    def _go_and_come_back(self) -> None:
        """Move a folder out, edit it where nobody watches, and move it back."""
        path = self._any_folder()
        away = self._move_away(path)
        self._put(self._old(away))
        os.rename(away, path)

    # --- git ---------------------------------------------------------------------------------------------------

    def _git(self, *words: str) -> str:
        env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        done = subprocess.run([*GIT, *words], cwd=self._root, env=env, capture_output=True, text=True)
        return done.stdout.strip()

    def _make_repository(self) -> None:
        """Make a repository of two commits with the same file names, some in folders that the first one lacks."""
        self._git("init", "-q")
        commits: list[str] = []
        write: Callable[[str], None] = self._put
        for inner in ("", "deep"):
            for number in range(TRACKED):
                folder = os.path.join(self._root, f"tracked{number % 3}", inner if number % 2 else "")
                os.makedirs(folder, exist_ok=True)
                write(os.path.join(folder, f"t{number}"))
            self._git("add", ".")
            self._git("commit", "-q", "-m", f"with {inner or 'nothing'} in it")
            commits.append(self._git("rev-parse", "HEAD"))
        assert all(commits), "git could not commit"
        self._commits = tuple(commits)

    def _checkout(self) -> None:
        if self._commits:
            self._git("checkout", "-q", "-f", self._rng.choice(self._commits))
