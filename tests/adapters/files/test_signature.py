"""A file system clock that stands still between two writes, as before Linux 6.13: the bytes reveal the second one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hotrun.adapters.files.contents import MAX_BYTES
from hotrun.adapters.files.signature import AHEAD_NS, RACY_NS, WHOLE_S_RACY_NS, Signature
from hotrun.adapters.files.tree import Tree
from hotrun.core.model.project import Watch
from tests.adapters.files.disk import short, write

TICK_NS = 1_700_000_000_004_000_000


class Clock:
    """The clock of a file system and ours: every file has the time of the last tick; comparisons happen at `now_ns`."""

    def __init__(self) -> None:
        self.tick_ns = TICK_NS
        self.now_ns = TICK_NS + 1

    def sign(self, found: os.stat_result) -> Signature:
        return Signature(self.tick_ns, self.tick_ns, found.st_size, found.st_ino)

    def tree(self, root: Path, *, single: tuple[Path, ...] = (), skip_unchanged: bool = True) -> Tree:
        watch = Watch((str(root),), skip_unchanged=skip_unchanged)
        single_files = tuple(map(str, single))
        tree = Tree(str(root), watch, single_files, sign=self.sign, now_ns=lambda: self.now_ns)
        tree.rescan()
        return tree


@pytest.mark.parametrize("skip_unchanged", [True, False])
def test_a_second_write_within_a_tick_is_found_by_the_next_walk(skip_unchanged: bool, tmp_path: Path) -> None:
    file, clock = write(tmp_path / "a", "one"), Clock()
    tree = clock.tree(tmp_path, skip_unchanged=skip_unchanged)
    file.write_text("two")
    assert short(tree.rescan()) == ["~a"]
    assert tree.rescan() == []


def test_it_is_found_when_its_event_comes(tmp_path: Path) -> None:
    file, clock = write(tmp_path / "a", "one"), Clock()
    tree = clock.tree(tmp_path)
    file.write_text("two")
    assert short(tree.examine([str(file)])) == ["~a"]
    file.write_text("six")
    assert short(tree.examine([str(file)])) == ["~a"]


def test_a_write_after_the_edit_that_was_told_is_found(tmp_path: Path) -> None:
    file, clock = write(tmp_path / "a", "one"), Clock()
    tree = clock.tree(tmp_path)
    clock.tick_ns = TICK_NS + RACY_NS
    clock.now_ns = clock.tick_ns + 1
    file.write_text("two")
    assert short(tree.examine([str(file)])) == ["~a"]
    file.write_text("six")
    clock.now_ns += RACY_NS
    assert short(tree.rescan()) == ["~a"]


def test_when_the_tick_is_over_one_more_look_at_the_bytes_is_the_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, clock = write(tmp_path / "a", "one"), Clock()
    tree = clock.tree(tmp_path)
    clock.now_ns = TICK_NS + RACY_NS + 1
    file.write_text("two")
    assert short(tree.rescan()) == ["~a"]
    monkeypatch.setattr("hotrun.adapters.files.known.digest", None)
    assert tree.rescan() == []


@pytest.mark.parametrize("now_ns", [TICK_NS + RACY_NS + 1, TICK_NS - AHEAD_NS - 1])
def test_an_old_file_or_one_of_another_clock_is_known_by_its_signature(
    now_ns: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "a")
    clock = Clock()
    clock.now_ns = now_ns
    monkeypatch.setattr("hotrun.adapters.files.known.digest", None)
    assert clock.tree(tmp_path).rescan() == []


def test_where_times_are_whole_seconds_a_file_is_compared_for_longer(tmp_path: Path) -> None:
    file, clock = write(tmp_path / "a", "one"), Clock()
    clock.tick_ns = TICK_NS - TICK_NS % 1_000_000_000
    clock.now_ns = clock.tick_ns + WHOLE_S_RACY_NS
    tree = clock.tree(tmp_path)
    file.write_text("two")
    assert short(tree.rescan()) == ["~a"]


def test_what_is_too_big_to_be_read_is_not_taken_for_changed(tmp_path: Path) -> None:
    write(tmp_path / "a", "x" * (MAX_BYTES + 1))
    assert Clock().tree(tmp_path).rescan() == []


def test_a_single_file_is_looked_at_as_closely(tmp_path: Path) -> None:
    file, clock = write(tmp_path / "beside" / ".env", "A=1"), Clock()
    (tmp_path / "root").mkdir()
    tree = clock.tree(tmp_path / "root", single=(file,))
    file.write_text("A=2")
    assert short(tree.rescan()) == ["~../beside/.env"]
