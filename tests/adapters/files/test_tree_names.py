"""Names and places in a tree: single files, strange names, links, and what is no file."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hotrun.core.model.inputs import Change
from tests.adapters.files.disk import (
    examine,
    short,
    signatures,
    tree_of,
    walked,
    watched,
    write,
)

NOBODY = 65_534


def test_changes_are_relative_to_the_project_also_outside_of_it(tmp_path: Path) -> None:
    project, lib = tmp_path / "project", tmp_path / "lib"
    write(project / "a")
    path = write(lib / "deep" / "b")
    tree = tree_of(project, roots=[project, lib])
    assert short(tree.rescan()) == ["+../lib/deep/b", "+a"]
    path.write_text("other")
    assert examine(tree, path) == ["~../lib/deep/b"]


def test_a_root_may_be_a_single_file(tmp_path: Path) -> None:
    path = write(tmp_path / "main.c")
    write(tmp_path / "other.c")
    tree = walked(tmp_path, roots=[path])
    assert tree.folders() == [str(tmp_path)]
    path.write_text("other")
    write(tmp_path / "other.c", "other")
    assert examine(tree, path, tmp_path / "other.c") == ["~main.c"]


def test_single_files_count_wherever_they_lie_and_whatever_ignores_them(tmp_path: Path) -> None:
    project = tmp_path / "project"
    write(project / ".gitignore", ".env\n")
    env, far = project / ".env", write(tmp_path / "far" / "far.env")
    tree = walked(project, single=[env, far])
    assert sorted(tree.folders()) == [str(tmp_path / "far"), str(project)]
    write(env)
    far.unlink()
    assert examine(tree, env, far) == ["+.env", "-../far/far.env"]
    env.write_text("other")
    assert short(tree.rescan()) == ["~.env"]


def test_a_single_file_goes_with_the_folder_that_is_moved_away(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write(root / ".gitignore", "*.env\n")
    env = write(root / "config" / "a.env")
    tree = walked(root, single=[env])
    (root / "config").rename(tmp_path / "config")
    assert examine(tree, root / "config") == ["-config/a.env"]
    (tmp_path / "config").rename(root / "config")
    assert examine(tree, root / "config") == ["+config/a.env"]


def test_a_root_that_goes_and_comes_back_is_looked_for_in_the_folder_around_it(tmp_path: Path) -> None:
    root = tmp_path / "src"
    write(root / "deep" / "a")
    tree = walked(tmp_path, roots=[root])
    root.rename(tmp_path / "elsewhere")
    assert examine(tree, root) == ["-src/deep/a"]
    assert tree.folders() == [str(tmp_path)]
    (tmp_path / "elsewhere").rename(root)
    assert examine(tree, root) == ["+src/deep/a"]
    assert sorted(tree.folders()) == [str(root), str(root / "deep")]


def test_a_root_inside_of_another_goes_and_comes_with_it(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    inner = root / "node_modules" / "mine"
    write(inner / "a.js")
    write(root / "b.js")
    tree = walked(root, roots=[root, inner])
    (root / "node_modules").rename(outside)
    assert examine(tree, root / "node_modules") == ["-node_modules/mine/a.js"]
    outside.rename(root / "node_modules")
    assert examine(tree, root / "node_modules") == ["+node_modules/mine/a.js"]


NAMES = {
    "newline": "two\nlines.c",
    "spaces": " a b ",
    "longest": "x" * 255,
    "glob": "a*[b]?.c",
    "backslash": "a\\b.c",
    "escape": "\x1b[31mred",
    "dash": "-rf",
    "emoji": "😀é.c",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_strange_names_are_names(name: str, tmp_path: Path) -> None:
    tree = walked(tmp_path)
    write(tmp_path / name / name)
    assert examine(tree, tmp_path / name) == [f"+{name}/{name}"]
    write(tmp_path / name / name, "other")
    assert examine(tree, tmp_path / name / name) == [f"~{name}/{name}"]
    assert tree.rescan() == []


def test_a_very_deep_folder_is_walked(tmp_path: Path) -> None:
    write(tmp_path.joinpath(*["d" * 20] * 100) / "a")
    assert watched(tmp_path) == ["/".join(["d" * 20] * 100) + "/a"]


def test_a_file_name_that_is_no_text_is_shown_as_text(tmp_path: Path) -> None:
    tree = walked(tmp_path)
    path = os.path.join(os.fsencode(tmp_path), b"caf\xe9.c")
    with open(path, "wb"):
        pass
    (change,) = tree.examine([os.fsdecode(path)])
    assert (change.path, change.kind) == ("caf\ufffd.c", "added")
    change.path.encode()
    assert tree.rescan() == []


def test_a_folder_whose_name_is_no_text_is_left_out_and_told(tmp_path: Path) -> None:
    path = os.path.join(os.fsencode(tmp_path), b"caf\xe9")
    os.mkdir(path)
    with open(os.path.join(path, b"a"), "wb"):
        pass
    tree = walked(tmp_path)
    assert tree.count_files() == 0
    assert tree.folders() == [str(tmp_path)]
    assert tree.unwatched == ["caf\ufffd: its name is not UTF-8"]
    assert tree.examine([os.fsdecode(path)]) == []


def test_fifos_and_sockets_are_no_files_and_never_block(tmp_path: Path) -> None:
    tree = walked(tmp_path)
    os.mkfifo(tmp_path / "fifo")
    os.mkfifo(tmp_path / ".gitignore")
    with tempfile.TemporaryDirectory() as short_path, socket.socket(socket.AF_UNIX) as server:
        server.bind(f"{short_path}/s")  # a socket's path may have only 104 bytes
        os.rename(f"{short_path}/s", tmp_path / "socket")
    assert examine(tree, tmp_path / "fifo", tmp_path / "socket") == []
    assert tree.rescan() == []
    assert tree.count_files() == 0


def test_a_file_that_becomes_a_fifo_is_deleted(tmp_path: Path) -> None:
    path = write(tmp_path / "a")
    tree = walked(tmp_path)
    path.unlink()
    os.mkfifo(path)
    assert examine(tree, path) == ["-a"]


def test_links_to_files_count_links_to_folders_do_not(tmp_path: Path) -> None:
    target = write(tmp_path / "outside" / "a")
    root = tmp_path / "root"
    root.mkdir()
    (root / "file").symlink_to(target)
    (root / "folder").symlink_to(target.parent)
    (root / "loop").symlink_to(root / "loop")
    (root / "broken").symlink_to(root / "gone")
    (root / "up").symlink_to(root)
    tree = tree_of(root)
    assert short(tree.rescan()) == ["+broken", "+file"]
    target.write_text("other")
    assert examine(tree, root / "file") == ["~file"]
    write(root / "gone")
    assert examine(tree, root / "gone", root / "broken") == ["+gone", "~broken"]


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as path:
        os.chmod(path, 0o755)
        yield Path(path)


def as_somebody(look: Callable[[], str]) -> str:
    """Return what `look` finds without the rights of root: in a child with another user, if needed."""
    if os.geteuid() != 0:
        return look()
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.setuid(NOBODY)
        os.write(writer, look().encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        found = answer.read()
    assert os.waitpid(child, 0)[1] == 0
    return found


def test_an_unreadable_folder_is_told_and_the_others_are_walked(open_folder: Path) -> None:
    write(open_folder / "a" / "x")
    write(open_folder / "locked" / "y")
    write(open_folder / "z" / "x")
    (open_folder / "locked").chmod(0)

    def look() -> str:
        tree = tree_of(open_folder)
        return f"{short(tree.rescan())} {tree.unwatched}"

    try:
        assert as_somebody(look) == "['+a/x', '+z/x'] ['locked cannot be read: Permission denied']"
    finally:
        (open_folder / "locked").chmod(0o755)


def test_a_folder_that_gets_locked_is_forgotten_until_it_can_be_read(open_folder: Path) -> None:
    write(open_folder / "a" / "x")
    (open_folder / "a").chmod(0o777)
    open_folder.chmod(0o777)
    if os.geteuid() == 0:
        os.chown(open_folder / "a", NOBODY, -1)

    def look() -> str:
        tree = walked(open_folder)
        (open_folder / "a").chmod(0)
        locked = examine(tree, open_folder / "a")
        (open_folder / "a").chmod(0o777)
        return f"{locked} {examine(tree, open_folder / 'a')}"

    assert as_somebody(look) == "['-a/x'] ['+a/x']"


def test_a_repository_that_comes_around_the_project_moves_what_patterns_are_seen_from(tmp_path: Path) -> None:
    root = tmp_path / "project"
    for name in ("a.o", "gen/a.c", "gen/deep/b.c"):
        write(root / name)
    write(tmp_path / ".gitignore", "/project/gen/deep/\n*.o\n")
    tree = walked(root)
    (tmp_path / ".git").mkdir()
    assert short(tree.rescan()) == ["-a.o", "-gen/deep/b.c"]
    write(root / "gen" / "deep" / "c.c")
    assert examine(tree, root / "gen" / "deep") == []
    assert signatures(tree) == signatures(walked(root))


def test_an_ignore_file_that_is_edited_during_a_walk_counts_for_the_rest_of_it(tmp_path: Path) -> None:
    for name in ("a/x.c", "b/x.c", "c/x.c"):
        write(tmp_path / name)
    ignore = write(tmp_path / ".gitignore", "x.c\n")
    tree, changes = walked(tmp_path), list[Change]()
    walk = tree.rescan_by_folder(changes)
    next(walk)
    write(ignore, "y.c\n")
    assert examine(tree, ignore) == ["+a/x.c", "+b/x.c", "+c/x.c", "~.gitignore"]
    for _ in walk:
        pass
    assert changes == []
    assert signatures(tree) == signatures(walked(tmp_path))


def test_a_single_file_beside_watched_ones_by_another_name_costs_no_second_watch(tmp_path: Path) -> None:
    """The kernel would report the folder only by that name."""
    write(tmp_path / "real" / "a")
    (tmp_path / "root").symlink_to("real")
    tree = walked(tmp_path / "root", single=[write(tmp_path / "real" / ".env")])
    assert tree.folders() == [str(tmp_path / "root")]
