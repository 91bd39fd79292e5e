"""The snapshot of a real folder: what it finds, and that checking reported paths finds as much as a rescan."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from hotrun.core.model.inputs import Change
from tests.adapters.files.disk import (
    examine,
    save_atomically,
    short,
    signatures,
    tree_of,
    walked,
    watched,
    write,
    write_unnoticeably,
)
from tests.adapters.files.random_changes import Gardener

# --- what differs ------------------------------------------------------------------------------------------------


def test_the_first_look_finds_every_file_and_the_second_nothing(tmp_path: Path) -> None:
    write(tmp_path / "a.c")
    write(tmp_path / "sub" / "deep" / "b.c")
    tree = tree_of(tmp_path)
    assert short(tree.rescan()) == ["+a.c", "+sub/deep/b.c"]
    assert tree.rescan() == []
    assert tree.count_files() == 2
    assert sorted(tree.folders()) == [str(tmp_path), str(tmp_path / "sub"), str(tmp_path / "sub" / "deep")]


@pytest.mark.parametrize("look", ["examine", "rescan"])
def test_added_modified_and_deleted_files_are_told_apart(look: str, tmp_path: Path) -> None:
    kept, edited, gone = (write(tmp_path / name) for name in ("kept", "edited", "gone"))
    tree = walked(tmp_path)
    new = write(tmp_path / "new")
    write(edited, "longer")
    gone.unlink()
    found = examine(tree, kept, edited, gone, new) if look == "examine" else short(tree.rescan())
    assert found == ["+new", "-gone", "~edited"]


def test_a_file_that_was_only_read_does_not_differ(tmp_path: Path) -> None:
    path = write(tmp_path / "a")
    tree = walked(tmp_path)
    path.read_text()
    assert examine(tree, path) == []


def test_a_write_of_the_same_size_with_the_old_time_put_back_is_seen(tmp_path: Path) -> None:
    path = write(tmp_path / "a", "before")
    tree = walked(tmp_path)
    write_unnoticeably(path)
    assert examine(tree, path) == ["~a"]


def test_an_atomic_save_is_one_modification(tmp_path: Path) -> None:
    path = write(tmp_path / "a", "one")
    tree = walked(tmp_path)
    beside = save_atomically(path, "two")
    assert examine(tree, path, beside) == ["~a"]


def test_a_folder_moved_in_and_out_is_every_file_in_it(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    root = tmp_path / "root"
    root.mkdir()
    write(outside / "a")
    write(outside / "deep" / "b")
    tree = walked(root)
    outside.rename(root / "moved")
    assert examine(tree, root / "moved") == ["+moved/a", "+moved/deep/b"]
    (root / "moved").rename(outside)
    assert examine(tree, root / "moved") == ["-moved/a", "-moved/deep/b"]
    assert tree.folders() == [str(root)]


def test_a_file_in_the_place_of_a_folder_and_the_other_way_round(tmp_path: Path) -> None:
    path = tmp_path / "x"
    write(path / "inner")
    tree = walked(tmp_path)
    (path / "inner").unlink()
    path.rmdir()
    write(path)
    assert examine(tree, path) == ["+x", "-x/inner"]
    path.unlink()
    write(path / "inner")
    assert examine(tree, path) == ["+x/inner", "-x"]


def test_an_ignored_folder_in_the_place_of_a_file(tmp_path: Path) -> None:
    write(tmp_path / ".gitignore", "out/\n")
    path = write(tmp_path / "out")
    tree = walked(tmp_path)
    path.unlink()
    write(path / "inner")
    assert examine(tree, path) == ["-out"]
    assert tree.rescan() == []


def test_what_lies_in_an_unknown_folder_waits_for_the_report_of_the_folder(tmp_path: Path) -> None:
    tree = walked(tmp_path)
    path = write(tmp_path / "new" / "deep" / "a")
    assert examine(tree, path, path.parent) == []
    assert examine(tree, tmp_path / "new") == ["+new/deep/a"]


def test_new_and_lost_folders_are_noted_for_whoever_watches(tmp_path: Path) -> None:
    tree = walked(tmp_path)
    tree.new_folders.clear()
    write(tmp_path / "new" / "deep" / "a")
    examine(tree, tmp_path / "new")
    assert sorted(tree.new_folders) == [str(tmp_path / "new"), str(tmp_path / "new" / "deep")]
    assert not tree.lost_folders
    (tmp_path / "new" / "deep" / "a").unlink()
    (tmp_path / "new" / "deep").rmdir()
    examine(tree, tmp_path / "new" / "deep")
    assert tree.lost_folders


def test_a_folder_that_went_and_came_back_needs_new_watches_with_all_below_it(tmp_path: Path) -> None:
    write(tmp_path / "a" / "deep" / "x")
    write(tmp_path / "ab" / "x")
    tree = walked(tmp_path)
    tree.new_folders.clear()
    again = str(tmp_path / "a")
    assert tree.examine([again], removed=[again, str(tmp_path / "gone")]) == []
    assert sorted(tree.new_folders) == [again, str(tmp_path / "a" / "deep")]


def test_changes_since_a_time_are_told_once_each(tmp_path: Path) -> None:
    write(tmp_path / "old")
    before_ns = (tmp_path / "old").stat().st_ctime_ns
    config = write_later(tmp_path / "hotrun.toml", before_ns)
    env = write_later(tmp_path / "ignored.env", before_ns)
    write(tmp_path / ".ignore", "*.env\n.ignore\n")
    tree = walked(tmp_path, single=[config, env])
    assert short(tree.changed_since(before_ns)) == ["~hotrun.toml", "~ignored.env"]


def write_later(path: Path, after_ns: int) -> Path:
    """Write a file whose ctime is later, however coarse the file system's clock is."""
    write(path)
    while path.stat().st_ctime_ns <= after_ns:
        write(path)
    return path


# --- ignore files ------------------------------------------------------------------------------------------------


def test_an_edited_ignore_file_takes_effect_at_once(tmp_path: Path) -> None:
    for name in ("a.log", "b.c", "out/c.c"):
        write(tmp_path / name)
    rules = write(tmp_path / ".gitignore", "*.log\n")
    tree = walked(tmp_path)
    rules.write_text("*.c\n.gitignore\n")
    assert examine(tree, rules) == ["+a.log", "-.gitignore", "-b.c", "-out/c.c"]
    rules.unlink()
    assert examine(tree, rules) == ["+b.c", "+out/c.c"]
    write(tmp_path / "out" / ".ignore", "*\n")
    assert examine(tree, tmp_path / "out" / ".ignore") == ["-out/c.c"]


def test_an_ignored_folder_is_forgotten_and_found_again(tmp_path: Path) -> None:
    write(tmp_path / "out" / "deep" / "a")
    rules = tmp_path / ".ignore"
    tree = walked(tmp_path)
    write(rules, "out/\n.ignore\n")
    assert examine(tree, rules) == ["-out/deep/a"]
    assert tree.folders() == [str(tmp_path)]
    rules.unlink()
    assert examine(tree, rules) == ["+out/deep/a"]


def test_changes_in_an_ignored_folder_are_none(tmp_path: Path) -> None:
    write(tmp_path / ".gitignore", "out/\n")
    path = write(tmp_path / "out" / "a")
    tree = walked(tmp_path)
    path.write_text("other")
    assert examine(tree, path, path.parent) == []


def test_an_ignore_file_above_the_root_counts_when_it_is_reported(tmp_path: Path) -> None:
    write(tmp_path / "src" / "a.log")
    tree = walked(tmp_path, roots=[tmp_path / "src"])
    rules = write(tmp_path / ".gitignore", "*.log\n")
    assert examine(tree, rules) == ["-src/a.log"]


# --- names and places --------------------------------------------------------------------------------------------


# not files


# --- random histories --------------------------------------------------------------------------------------------


def apply(known: set[str], changes: list[Change]) -> None:
    """Apply changes to a set of names; each must fit what was known."""
    for change in changes:
        assert (change.path in known) == (change.kind != "added"), f"{change} does not fit"
        if change.kind == "deleted":
            known.remove(change.path)
        else:
            known.add(change.path)


@pytest.mark.parametrize("seed", range(30))
def test_a_look_at_what_was_touched_finds_all_that_a_look_at_everything_finds(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    tree, known = walked(root), set[str]()
    gardener = Gardener(rng, root, outside)
    for _ in range(25):
        for _ in range(rng.choice((1, 1, 2, 3, 8))):
            gardener.work()
        touched, removed = [str(path) for path in gardener.touched], [str(path) for path in gardener.removed]
        apply(known, tree.examine(touched, removed))
        assert short(tree.rescan()) == []
        fresh = walked(root)
        assert signatures(tree) == signatures(fresh)
        assert sorted(tree.folders()) == sorted(fresh.folders())
        assert tree.count_pruned() == fresh.count_pruned()
        assert known == set(watched(root))
        gardener.touched.clear()
        gardener.removed.clear()


@pytest.mark.parametrize("follow", [False, True])
@pytest.mark.parametrize("seed", range(10))
def test_a_look_at_everything_finds_what_random_work_has_changed(seed: int, follow: bool, tmp_path: Path) -> None:
    rng = random.Random(1000 + seed)
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    tree, known = walked(root, follow=follow), set[str]()
    gardener = Gardener(rng, root, outside, follow=follow)
    for _ in range(20):
        for _ in range(rng.choice((1, 5, 20))):
            gardener.work()
        apply(known, tree.rescan())
        assert known == set(watched(root, follow=follow))
        fresh = walked(root, follow=follow)
        assert signatures(tree) == signatures(fresh)
        assert len(tree.folders()) == len(fresh.folders())
