"""Links to folders: what is watched behind them, under which names, and where it ends."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from hotrun.adapters.files import links
from hotrun.core.model.project import Watch
from hotrun.core.model.settings import Poll
from tests.adapters.files.disk import examine, short, tree_of, walked, watched, write
from tests.adapters.files.watched import Watched, put


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with `link`, which leads to a folder outside of it."""
    write(tmp_path / "beside" / "deep" / "a")
    folder = tmp_path / "root"
    folder.mkdir()
    (folder / "link").symlink_to("../beside")
    return folder


def test_a_link_out_of_the_root_is_followed_when_asked(root: Path) -> None:
    assert watched(root) == []
    assert watched(root, follow=True) == ["link/deep/a"]


def test_a_file_behind_a_link_is_compared_and_its_folder_followed(root: Path) -> None:
    tree = walked(root, follow=True)
    write(root.parent / "beside" / "deep" / "a", "longer")
    assert examine(tree, root / "link" / "deep" / "a") == ["~link/deep/a"]
    write(root.parent / "beside" / "new" / "b")
    assert examine(tree, root / "link" / "new") == ["+link/new/b"]
    (root / "link").unlink()
    assert examine(tree, root / "link") == ["-link/deep/a", "-link/new/b"]


@pytest.mark.parametrize("look", ["rescan", "examine"])
def test_a_link_that_leads_elsewhere_now_is_another_folder_which_needs_a_watch(look: str, root: Path) -> None:
    tree = walked(root, follow=True)
    write(root.parent / "other" / "deep" / "b")
    (root / "new").symlink_to("../other")
    (root / "new").replace(root / "link")
    tree.new_folders.clear()
    found = short(tree.rescan()) if look == "rescan" else examine(tree, root / "link")
    assert found == ["+link/deep/b", "-link/deep/a"]
    assert sorted(set(tree.new_folders)) == [f"{root}/link", f"{root}/link/deep"]


def test_loops_end_at_the_folder_they_come_back_to(root: Path) -> None:
    write(root / "src" / "b")
    (root / "src" / "self").symlink_to(".")
    (root / "src" / "up").symlink_to("..")
    (root.parent / "beside" / "deep" / "back").symlink_to("..")
    (root.parent / "beside" / "home").symlink_to(root)
    (root / "above").symlink_to(root.parent)
    expected = ["above/beside/deep/a", "link/deep/a", "src/b"]
    tree = tree_of(root, follow=True)
    assert short(tree.rescan()) == [f"+{path}" for path in expected]
    assert tree.rescan() == []
    assert examine(tree, root / "src" / "up", root / "above", root / "link" / "home") == []


def test_two_links_to_each_other_end(tmp_path: Path) -> None:
    for name, other in (("a", "b"), ("b", "a")):
        write(tmp_path / name / "x")
        (tmp_path / name / other).symlink_to(f"../{other}")
    assert watched(tmp_path, follow=True) == ["a/b/x", "a/x", "b/a/x", "b/x"]


def test_folders_full_of_links_to_each_other_are_cut_off_and_that_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "MAX_LINKED", 50)
    for name in "abcdefgh":
        write(tmp_path / name / "x")
        for other in "abcdefgh":
            (tmp_path / name / f"to-{other}").symlink_to(f"../{other}")
    tree = tree_of(tmp_path, follow=True)
    assert tree.rescan() != []
    assert tree.count_files() == 8 + 50
    assert "more than 10,000 folders behind links" in tree.unwatched
    assert tree.rescan() == []


def test_a_link_to_a_file_counts_either_way(root: Path) -> None:
    (root / "file").symlink_to("link/deep/a")
    for follow in (False, True):
        tree = walked(root, follow=follow)
        write(root / "link" / "deep" / "a", "longer" * (2 + follow))
        assert "~file" in examine(tree, root / "file")


def test_the_name_decides_what_is_ignored_and_so_do_the_ignore_files_behind_the_link(root: Path) -> None:
    beside = root.parent / "beside"
    for name in ("x.log", "y.tmp", "kept.o", "node_modules/z", "gen/made"):
        write(beside / name)
    write(root.parent / ".gitignore", "*.o\n")
    write(root / ".gitignore", "*.log\n")
    write(beside / ".gitignore", "*.tmp\n")
    (root / "out").symlink_to("../beside")
    found = watched(root, follow=True, exclude=("/link/gen/", "out/"))
    assert found == [".gitignore", "link/.gitignore", "link/deep/a", "link/kept.o"]


def test_a_real_folder_has_one_watch_under_its_real_name(root: Path) -> None:
    write(root / "src" / "in" / "b")
    (root / "a-link").symlink_to("src")
    (root / "z-link").symlink_to("src")
    tree = walked(root, follow=True)
    expected = [root, root / "link", root / "link" / "deep", root / "src", root / "src" / "in"]
    assert sorted(tree.folders()) == sorted(map(str, expected))


def test_what_the_kernel_tells_of_one_name_is_a_change_of_all(root: Path) -> None:
    file = write(root / "src" / "in" / "b")
    (root / "link2").symlink_to("src")
    tree = walked(root, follow=True)
    write(file, "longer")
    assert examine(tree, file) == ["~link2/in/b", "~src/in/b"]
    write(root / "link2" / "in" / "c")
    assert examine(tree, root / "link2" / "in" / "c") == ["+link2/in/c", "+src/in/c"]
    (root / "src").rename(root / "moved")
    found = examine(tree, root / "src", root / "moved")
    assert {"-src/in/b", "-link2/in/b", "+moved/in/b"} <= set(found)


def test_the_other_name_gets_the_watch_of_the_one_that_went(root: Path) -> None:
    (root / "again").symlink_to("../beside")
    tree = walked(root, follow=True)
    [first] = [path for path in tree.folders() if path in (f"{root}/link", f"{root}/again")]
    [other] = {f"{root}/link", f"{root}/again"} - {first}
    tree.new_folders.clear()
    os.unlink(first)
    examine(tree, Path(first))
    assert tree.lost_folders
    assert sorted(tree.new_folders) == [other, f"{other}/deep"]
    assert other in tree.folders()


def test_when_a_link_leads_elsewhere_the_other_name_of_the_old_folder_gets_its_watch(root: Path) -> None:
    write(root.parent / "other" / "b")
    (root / "again").symlink_to("../beside")
    tree = walked(root, follow=True)
    [first] = [path for path in tree.folders() if path in (f"{root}/link", f"{root}/again")]
    [other] = {f"{root}/link", f"{root}/again"} - {first}
    tree.new_folders.clear()
    (root / "new").symlink_to("../other")
    (root / "new").replace(first)
    examine(tree, Path(first))
    assert {first, other, f"{other}/deep"} <= set(tree.new_folders)
    assert {first, other} <= set(tree.folders())


def test_a_folder_that_moves_behind_a_link_in_its_place_is_the_same_folder(root: Path) -> None:
    write(root / "src" / "b")
    (root / "again").symlink_to("src")
    tree = walked(root, follow=True)
    (root / "src").rename(root / "moved")
    (root / "src").symlink_to("moved")
    assert examine(tree, root / "src", root / "moved") == ["+moved/b"]
    assert sorted(tree.folders()) == sorted(walked(root, follow=True).folders())
    assert str(root / "moved") in tree.folders()


# --- with the kernel ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("poll", ["never", "always"])
def test_edits_are_told_under_every_name_whichever_was_used(poll: Poll, root: Path) -> None:
    file = write(root / "src" / "b")
    (root / "alias").symlink_to("src")

    async def story() -> None:
        watched = Watched(root)
        await watched.start(follow=True, poll=poll)
        put(file, root, "by the real name")
        await watched.until_told("~src/b", "~alias/b")
        watched.changes.clear()
        put(root / "alias" / "b", root, "by the name of the link")
        await watched.until_told("~src/b", "~alias/b")
        put(root.parent / "beside" / "deep" / "a", root, "outside")
        await watched.until_told("~link/deep/a")
        put(root.parent / "beside" / "new" / "c", root)
        await watched.until_told("+link/new/c")
        put(root.parent / "beside" / "new" / "c", root, "and watched")
        await watched.until_told("~link/new/c")
        watched.source.close()

    asyncio.run(story())


@pytest.mark.parametrize("poll", ["never", "always"])
def test_a_link_that_comes_goes_and_leads_elsewhere_is_followed(poll: Poll, root: Path) -> None:
    write(root.parent / "other" / "b")

    async def story() -> None:
        watched = Watched(root)
        await watched.start(follow=True, poll=poll)
        (root / "second").symlink_to("../other")
        await watched.until_told("+second/b")
        put(root.parent / "other" / "b", root, "watched")
        await watched.until_told("~second/b")
        (root / "new").symlink_to("../other")
        (root / "new").replace(root / "link")
        await watched.until_told("+link/b", "-link/deep/a")
        (root / "second").unlink()
        await watched.until_told("-second/b")
        put(root.parent / "other" / "b", root, "still watched by its other name")
        await watched.until_told("~link/b")
        watched.source.close()

    asyncio.run(story())


def test_a_link_is_not_entered_unless_asked(root: Path) -> None:
    assert Watch((str(root),)).follow_symlinks is False
    tree = walked(root)
    assert tree.folders() == [str(root)]
    assert examine(tree, root / "link", root / "link" / "deep" / "a") == []
