"""Random changes of a folder, as people, editors and tools make them."""

from __future__ import annotations

import os
import random
from pathlib import Path

from tests.adapters.files.disk import save_atomically, write, write_unnoticeably

MOST_LINKS = 3


class Gardener:
    """Does random things to a folder, and notes every path that a watcher of it would have reported."""

    def __init__(self, rng: random.Random, root: Path, outside: Path, *, follow: bool = False) -> None:
        """`follow`: the watcher follows links to folders.

        There are few of them, as each may double what there is to watch.
        """
        self.follow = follow
        self.rng = rng
        self.root = root
        self.outside = outside
        self.far = write(outside.parent / "far")
        self.touched: set[Path] = set()
        self.removed: set[Path] = set()
        self.count = 0

    def work(self) -> None:
        deeds = [self.add, self.add, self.edit, self.edit, self.edit_unnoticeably, self.save, self.remove]
        deeds += [self.make_folders, self.move, self.move_out, self.move_in, self.remove_folder, self.replace]
        deeds += [self.swap_kind, self.link, self.fifo, self.ignore, self.mode]
        deeds += [self.link_to_folder] * self.follow
        self.rng.choice(deeds)()

    def folders(self) -> list[Path]:
        return [self.root, *(path for path in self.root.rglob("*") if path.is_dir() and not path.is_symlink())]

    def files(self) -> list[Path]:
        return [path for path in self.root.rglob("*") if path.is_file() and not path.is_symlink()]

    def name(self) -> str:
        self.count += 1
        stem = self.rng.choice(("a", "b", "c", "d", "out", "x\ny", "é"))
        return stem + self.rng.choice(("", "", f"{self.count}", ".log", ".c", ".tmp"))

    def place(self) -> Path:
        """Return a path in the folder where nothing exists, or any path at all."""
        return self.rng.choice(self.folders()) / self.name()

    def free_place(self) -> Path:
        while os.path.lexists(path := self.place()):
            pass
        return path

    def touch(self, *paths: Path) -> None:
        self.touched.update(paths)

    def gone(self, path: Path) -> None:
        self.touched.add(path)
        self.removed.add(path)

    def any_file(self) -> Path:
        files = self.files()
        return self.rng.choice(files) if files else self.add()

    def any_folder(self) -> Path:
        folders = self.folders()[1:]
        return self.rng.choice(folders) if folders else self.make_folders()

    def add(self) -> Path:
        path = self.free_place()
        path.write_text("x" * self.rng.randrange(3))
        self.touch(path)
        return path

    def edit(self) -> None:
        path = self.any_file()
        path.write_text("longer" * self.rng.randint(1, 9))
        self.touch(path)

    def edit_unnoticeably(self) -> None:
        path = self.any_file()
        path.write_text("some text")
        write_unnoticeably(path)
        self.touch(path)

    def save(self) -> None:
        path = self.any_file()
        beside = path.with_name(path.name + ".new")
        if not os.path.lexists(beside):
            self.touch(path, save_atomically(path, f"saved {self.count}"))

    def remove(self) -> None:
        path = self.any_file()
        path.unlink()
        self.gone(path)

    def make_folders(self) -> Path:
        top = path = self.free_place()
        for _ in range(self.rng.randrange(3)):
            path /= self.name()
        path.mkdir(parents=True)
        (path / "fresh").write_text("x")
        self.touch(top)  # its contents existed before its watch
        return path

    def move(self) -> None:
        path, place = self.any_folder(), self.free_place()
        if path not in place.parents:
            path.rename(place)
            self.gone(path)
            self.touch(place)

    def move_out(self) -> None:
        path = self.any_folder()
        path.rename(self.outside / f"{self.count}-{self.rng.random()}")
        self.gone(path)

    def move_in(self) -> None:
        folders = sorted(self.outside.iterdir())
        if folders:
            place = self.free_place()
            self.rng.choice(folders).rename(place)
            self.touch(place)

    def remove_folder(self) -> None:
        path = self.any_folder()
        for inner in sorted(path.rglob("*"), reverse=True):
            inner.rmdir() if inner.is_dir() and not inner.is_symlink() else inner.unlink()
            self.gone(inner)
        path.rmdir()
        self.gone(path)

    def replace(self) -> None:
        """Replace a folder by another one in the same place."""
        path = self.any_folder()
        path.rename(self.outside / f"{self.count}-{self.rng.random()}")
        self.gone(path)
        path.mkdir()
        (path / "other").write_text("x")

    def swap_kind(self) -> None:
        path = self.any_file()
        path.unlink()
        path.mkdir()
        (path / "inner").write_text("x")
        self.gone(path)

    def link(self) -> None:
        path = self.free_place()
        # A link whose target changes is not reported, so it leads only to what never changes.
        path.symlink_to(self.rng.choice([self.root, self.root / "nowhere", self.far]))
        self.touch(path)

    def link_to_folder(self) -> None:
        links = [path for top in (self.root, self.outside) for path in top.rglob("*") if path.is_symlink()]
        links = [path for path in links if path.is_dir()]
        if len(links) >= MOST_LINKS:
            self.rng.choice(sorted(links)).unlink()
        self.free_place().symlink_to(self.rng.choice([*self.folders(), self.outside]))

    def fifo(self) -> None:
        path = self.free_place()
        os.mkfifo(path)
        self.touch(path)

    def ignore(self) -> None:
        path = self.rng.choice(self.folders()) / self.rng.choice((".gitignore", ".ignore"))
        if path.is_dir():
            return
        lines = self.rng.choices(("*.log", "!*.log", "out/", "out", "/a*", "*.tmp", "!b", "*", "!*/", "d/**"), k=2)
        path.write_text("\n".join(lines))
        self.touch(path)

    def mode(self) -> None:
        path = self.any_file()
        path.chmod(self.rng.choice((0o644, 0o600)))
        self.touch(path)
