"""Digests of files, and the tree that tells a touch from an edit by them."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from hotrun.adapters.files.contents import MAX_BYTES, digest
from hotrun.adapters.files.tree import Tree
from hotrun.core.model.inputs import Change
from hotrun.core.model.project import Watch

LONG_AGO_NS = 1_000_000_000  # the bytes of older files need not be read


def read_tree(root: Path, skip_unchanged: bool = True) -> Tree:
    tree = Tree(str(root), Watch((str(root),), skip_unchanged=skip_unchanged), ())
    tree.rescan()
    for _ in tree.read_contents():
        pass
    return tree


def test_a_digest_is_that_of_the_bytes_whatever_the_name(tmp_path: Path) -> None:
    for name, text in (("a", "x"), ("b", "x"), ("c", "y")):
        (tmp_path / name).write_text(text)
    a, b, c = (digest(str(tmp_path / name), 1) for name in "abc")
    assert a == b != c


def test_what_is_too_big_gone_or_no_file_has_no_digest(tmp_path: Path) -> None:
    big = tmp_path / "big"
    big.write_bytes(b"x" * (MAX_BYTES + 1))
    os.mkfifo(tmp_path / "pipe")
    assert digest(str(big), MAX_BYTES + 1) is None
    assert digest(str(big), 5) is None, "it has grown since somebody looked"
    assert digest(str(tmp_path / "gone"), 1) is None
    assert digest(str(tmp_path), 1) is None
    assert digest(str(tmp_path / "pipe"), 0) != digest(str(big), 0), "nobody writes into it, and nobody waits"


@pytest.mark.parametrize("how", ["touch", "chmod", "rewrite", "replace"])
def test_a_file_with_the_same_bytes_is_touched_not_changed(tmp_path: Path, how: str) -> None:
    file = tmp_path / "a.txt"
    file.write_text("same")
    tree = read_tree(tmp_path)
    if how == "touch":
        os.utime(file, ns=(1, 1))
    elif how == "chmod":
        file.chmod(0o600)
    elif how == "rewrite":
        file.write_text("same")
        os.utime(file, ns=(1, 1))
    else:
        (tmp_path / "b.txt").write_text("same")
        os.replace(tmp_path / "b.txt", file)
    assert tree.examine([str(file)]) == []
    assert tree.touched == ["a.txt"]
    file.write_text("other")
    (edit,) = tree.examine([str(file)])
    file.write_text("same")
    (back,) = tree.examine([str(file)])
    assert (edit.path, edit.kind) == ("a.txt", "modified")
    assert edit.digest is not None
    assert (back.digest, back.before) == (edit.before, edit.digest), "so it is known that the bytes are back"


def test_a_look_between_truncating_and_writing_leaves_the_bytes_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that was found empty is read when it is complete: then the next comparison finds a touch."""
    file = tmp_path / "a.txt"
    file.write_text("same")
    tree = read_tree(tmp_path)
    file.write_text("other")
    (edit,) = tree.examine([str(file)])
    file.write_text("")

    def read_late(path: str, size: int) -> bytes | None:
        file.write_text("same")
        return digest(path, size)

    with monkeypatch.context() as patch:
        patch.setattr("hotrun.adapters.files.known.digest", read_late)
        (back,) = tree.examine([str(file)])
    assert (back.kind, back.before, back.digest) == ("modified", edit.digest, edit.before)
    assert (tree.examine([str(file)]), tree.touched) == ([], ["a.txt"])


@pytest.mark.parametrize("is_old", [False, True])
def test_a_file_that_goes_and_comes_back_is_known_by_its_bytes_at_once(tmp_path: Path, is_old: bool) -> None:
    """As when an editor moves it away and writes another one. `is_old`: compared late, as on a busy machine."""
    file = tmp_path / "a.txt"
    file.write_text("same")
    late_ns = LONG_AGO_NS if is_old else 0
    tree = Tree(str(tmp_path), Watch((str(tmp_path),)), (), now_ns=lambda: time.time_ns() + late_ns)
    tree.rescan()
    for _ in tree.read_contents():
        pass
    file.rename(tmp_path.parent / "aside")
    assert tree.examine([str(file)]) == [Change("a.txt", "deleted")]
    file.write_text("same")
    assert tree.examine([str(file)]) == [Change("a.txt", "added", digest(str(file), 4))]


def test_an_edit_that_was_never_read_before_counts_and_is_known_afterwards(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("one")
    tree = Tree(str(tmp_path), Watch((str(tmp_path),)), (), now_ns=lambda: time.time_ns() + LONG_AGO_NS)
    tree.rescan()
    os.utime(file, ns=(1, 1))
    assert tree.examine([str(file)]) == [Change("a.txt", "modified")]
    for _ in tree.read_contents():
        pass
    os.utime(file, ns=(2, 2))
    assert tree.examine([str(file)]) == []


def test_skip_unchanged_false_takes_every_touch_for_an_edit(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("same")
    tree = read_tree(tmp_path, skip_unchanged=False)
    os.utime(file, ns=(1, 1))
    (edit,) = tree.examine([str(file)])
    assert (edit.path, edit.kind) == ("a.txt", "modified")


def test_a_file_that_is_written_while_it_is_read_is_not_known(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("one")
    tree = Tree(str(tmp_path), Watch((str(tmp_path),)), ())
    tree.rescan()
    file.write_text("two")
    for _ in tree.read_contents():
        pass
    (edit,) = tree.examine([str(file)])
    assert (edit.path, edit.kind) == ("a.txt", "modified")
